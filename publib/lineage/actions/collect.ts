import type { Batch, Column } from '#publib/columnar'
import { type EncodedValue, ListEncoder } from '#publib/serialization'
import { Action } from '../action.ts'
import type { ComputeContext } from '../compute-context.ts'
import type { Fields } from '../lineage.ts'

/** All elements of a partition. */
export class Collect<T> extends Action<T, T[]> {
  static readonly tag = 'collect'
  override readonly tag = Collect.tag

  static decode(): Collect<unknown> {
    return new Collect()
  }

  override run(records: Iterable<Batch<T>>): T[] {
    const all: T[] = []
    for (const batch of records) for (let i = 0; i < batch.length; i++) all.push(batch[i]!)
    return all
  }

  /** Encoded at once: records are made on the driver, and only there. */
  override runColumns(
    columns: Iterable<Column>,
    _partition: number,
    context: ComputeContext,
  ): EncodedValue {
    const list = new ListEncoder({ onLostClass: context.environment.onLostClass })
    for (const column of columns) list.add(column)
    return list.finish()
  }

  override fields(): Fields {
    return {}
  }
}
