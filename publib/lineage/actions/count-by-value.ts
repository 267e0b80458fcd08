import { type Batch, type Column, valuesOf } from '#publib/columnar'
import { type EncodedValue, ListEncoder } from '#publib/serialization'
import { KeyedMap } from '#publib/util'
import { Action, type ActionParts } from '../action.ts'
import type { ComputeContext } from '../compute-context.ts'
import { notAPair } from '../errors.ts'
import type { Fields } from '../lineage.ts'
import { ColumnCounts } from './column-counts.ts'

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

  override runColumns(
    columns: Iterable<Column>,
    _partition: number,
    context: ComputeContext,
  ): EncodedValue {
    const counts = new ColumnCounts<K>()
    try {
      for (const column of columns) {
        if (!this.ofKeys) counts.add(column)
        else if (column.kind === 'tuple') counts.add(column.fields[0]!)
        else counts.addValues(valuesOf(column).map(keyOf<K>))
      }
      const list = new ListEncoder({ onLostClass: context.environment.onLostClass })
      for (const pairs of counts.columns()) list.add(pairs)
      return list.finish()
    } finally {
      counts.release()
    }
  }

  override fields(): Fields {
    return { ofKeys: this.ofKeys }
  }
}

function keyOf<K>(pair: unknown): K {
  if (!Array.isArray(pair)) throw notAPair('countByKey()', pair)
  return pair[0] as K
}
