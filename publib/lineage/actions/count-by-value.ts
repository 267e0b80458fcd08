import type { Batch } from '#publib/columnar'
import { KeyedMap } from '#publib/util'
import { Action, type ActionParts } from '../action.ts'
import { notAPair } from '../errors.ts'
import type { Fields } from '../lineage.ts'

/** How often each element, or each key, is there: as entries. */
export class CountByValue<K> extends Action<unknown, readonly (readonly [K, number])[]> {
  static readonly tag = 'countByValue'
  override readonly tag = CountByValue.tag
  /** Counts keys of pairs in the place of elements. */
  readonly ofKeys: boolean

  constructor(ofKeys: boolean) {
    super()
    this.ofKeys = ofKeys
  }

  static decode(parts: ActionParts): CountByValue<unknown> {
    return new CountByValue(parts.fields['ofKeys'] === true)
  }

  override run(records: Iterable<Batch<unknown>>): readonly (readonly [K, number])[] {
    const counts = new KeyedMap<K, number>()
    for (const batch of records) {
      for (let i = 0; i < batch.length; i++) {
        const key = this.ofKeys ? keyOf<K>(batch[i]) : (batch[i] as K)
        counts.set(key, (counts.get(key) ?? 0) + 1)
      }
    }
    return [...counts]
  }

  override fields(): Fields {
    return { ofKeys: this.ofKeys }
  }
}

function keyOf<K>(pair: unknown): K {
  if (!Array.isArray(pair)) throw notAPair('countByKey()', pair)
  return pair[0] as K
}
