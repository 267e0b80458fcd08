import type { Batch } from '#publib/columnar'
import { Action } from '../action.ts'
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

  override fields(): Fields {
    return {}
  }
}
