import type { Batch } from '#publib/columnar'
import { KeyedMap } from '#publib/util'
import { Action, type ActionParts, actionRoot } from '../action.ts'
import type { ComputeContext } from '../compute-context.ts'
import { notAPair } from '../errors.ts'
import type { Fields } from '../lineage.ts'
import type { FractionPairs } from '../operators/sampled-by-key.ts'
import type { Root } from '../root.ts'

/** How many values each of some given keys has, in their order. */
export class CountOfKeys<K> extends Action<readonly [K, unknown], readonly number[]> {
  static readonly tag = 'countOfKeys'
  override readonly tag = CountOfKeys.tag
  readonly keys: Root<FractionPairs<K>>

  constructor(keys: Root<FractionPairs<K>>) {
    super()
    this.keys = keys
  }

  static decode(parts: ActionParts): CountOfKeys<unknown> {
    return new CountOfKeys(actionRoot(parts, 0))
  }

  override run(
    records: Iterable<Batch<readonly [K, unknown]>>,
    _partition: number,
    context: ComputeContext,
  ): readonly number[] {
    const keys = context.root(this.keys)
    const places = placesOf(keys)
    const counts = new Array<number>(keys.length).fill(0)
    for (const batch of records) {
      for (let i = 0; i < batch.length; i++) {
        const pair = batch[i]
        if (!Array.isArray(pair)) throw notAPair('sampleByKeyExact()', pair)
        const place = places.get(pair[0] as K)
        if (place !== undefined) counts[place]! += 1
      }
    }
    return counts
  }

  override fields(): Fields {
    return {}
  }

  override roots(): readonly Root[] {
    return [this.keys]
  }
}

/** The place of each key in the list. */
export function placesOf<K>(keys: FractionPairs<K>): KeyedMap<K, number> {
  return new KeyedMap(keys.map(([key], place) => [key, place] as const))
}
