import type { Batch } from '#publib/columnar'
import { equalValues } from '#publib/util'
import { Action, type ActionParts, actionRoot } from '../action.ts'
import type { ComputeContext } from '../compute-context.ts'
import { notAPair } from '../errors.ts'
import type { Fields } from '../lineage.ts'
import type { Root } from '../root.ts'

/** The values of one key in a partition. */
export class Lookup<K, V> extends Action<readonly [K, V], readonly V[]> {
  static readonly tag = 'lookup'
  override readonly tag = Lookup.tag
  readonly key: Root<K>

  constructor(key: Root<K>) {
    super()
    this.key = key
  }

  static decode(parts: ActionParts): Lookup<unknown, unknown> {
    return new Lookup(actionRoot(parts, 0))
  }

  override run(
    records: Iterable<Batch<readonly [K, V]>>,
    _partition: number,
    context: ComputeContext,
  ): readonly V[] {
    const key = context.root(this.key)
    const found: V[] = []
    for (const batch of records) {
      for (let i = 0; i < batch.length; i++) {
        const pair: unknown = batch[i]
        if (!Array.isArray(pair)) throw notAPair('lookup()', pair)
        if (equalValues(pair[0], key)) found.push(pair[1] as V)
      }
    }
    return found
  }

  override fields(): Fields {
    return {}
  }

  override roots(): readonly Root[] {
    return [this.key]
  }
}
