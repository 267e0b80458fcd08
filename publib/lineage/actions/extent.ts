import type { Batch } from '#publib/columnar'
import { compareValues } from '#publib/util'
import { Action } from '../action.ts'
import type { Fields } from '../lineage.ts'

/** The smallest and the largest element of a partition under the total order; empty where there is none but null, undefined and NaN. */
export class Extent<B> extends Action<B | null | undefined, readonly B[]> {
  static readonly tag = 'extent'
  override readonly tag = Extent.tag

  static decode(): Extent<unknown> {
    return new Extent()
  }

  override run(records: Iterable<Batch<B | null | undefined>>): readonly B[] {
    let found: [B, B] | undefined
    for (const batch of records) {
      for (let i = 0; i < batch.length; i++) {
        const value = batch[i]
        if (value === null || value === undefined || Number.isNaN(value)) continue
        if (found === undefined) found = [value, value]
        else if (compareValues(value, found[0]) < 0) found[0] = value
        else if (compareValues(value, found[1]) > 0) found[1] = value
      }
    }
    return found ?? []
  }

  override fields(): Fields {
    return {}
  }
}
