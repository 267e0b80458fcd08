import type { Batch } from '#publib/columnar'
import { KeyedMap } from '#publib/util'
import { Action, type ActionParts, actionRoot } from '../action.ts'
import type { ComputeContext } from '../compute-context.ts'
import { notAPair } from '../errors.ts'
import type { Fields } from '../lineage.ts'
import { refusePromise } from '../results.ts'
import type { Root } from '../root.ts'

/** One value a key of a partition, as pairs. */
export class ReduceByKeyLocally<K, V> extends Action<readonly [K, V], readonly [K, V][]> {
  static readonly tag = 'reduceByKeyLocally'
  override readonly tag = ReduceByKeyLocally.tag
  readonly f: Root<(a: V, b: V) => V>

  constructor(f: Root<(a: V, b: V) => V>) {
    super()
    this.f = f
  }

  static decode(parts: ActionParts): ReduceByKeyLocally<unknown, unknown> {
    return new ReduceByKeyLocally(actionRoot(parts, 0))
  }

  override run(
    records: Iterable<Batch<readonly [K, V]>>,
    _partition: number,
    context: ComputeContext,
  ): readonly [K, V][] {
    const f = context.root(this.f)
    const reduced = new KeyedMap<K, V>()
    for (const batch of records) {
      for (let i = 0; i < batch.length; i++) {
        const pair: unknown = batch[i]
        if (!Array.isArray(pair)) throw notAPair('reduceByKeyLocally()', pair)
        const [key, value] = pair as [K, V]
        if (!reduced.has(key)) {
          reduced.set(key, value)
          continue
        }
        const joined = f(reduced.get(key) as V, value)
        if (typeof joined === 'object' && joined !== null) refusePromise(joined, this.f)
        reduced.set(key, joined)
      }
    }
    return [...reduced]
  }

  override fields(): Fields {
    return {}
  }

  override roots(): readonly Root[] {
    return [this.f]
  }
}
