import type { Batch } from '#publib/columnar'
import { Action } from '../action.ts'
import { notANumber } from '../errors.ts'
import type { Fields } from '../lineage.ts'

/** The sum of the numbers of a partition. */
export class Sum extends Action<number, number> {
  static readonly tag = 'sum'
  override readonly tag = Sum.tag

  static decode(): Sum {
    return new Sum()
  }

  override run(records: Iterable<Batch<number>>): number {
    let sum = 0
    for (const batch of records) {
      for (let i = 0; i < batch.length; i++) {
        const value = batch[i]!
        if (typeof value !== 'number') throw notANumber('sum()', value)
        sum += value
      }
    }
    return sum
  }

  override fields(): Fields {
    return {}
  }
}
