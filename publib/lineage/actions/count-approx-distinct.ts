import type { Batch } from '#publib/columnar'
import { Action, type ActionParts } from '../action.ts'
import { HyperLogLog } from '../hyper-log-log.ts'
import type { Fields } from '../lineage.ts'

/** The registers of a HyperLogLog that has seen the elements of a partition. */
export class CountApproxDistinct extends Action<unknown, Uint8Array> {
  static readonly tag = 'countApproxDistinct'
  override readonly tag = CountApproxDistinct.tag
  readonly precision: number

  constructor(precision: number) {
    super()
    this.precision = precision
  }

  static decode(parts: ActionParts): CountApproxDistinct {
    return new CountApproxDistinct(parts.fields['precision'] as number)
  }

  override run(records: Iterable<Batch<unknown>>): Uint8Array {
    const sketch = new HyperLogLog(this.precision)
    for (const batch of records) for (let i = 0; i < batch.length; i++) sketch.add(batch[i])
    return sketch.registers
  }

  override fields(): Fields {
    return { precision: this.precision }
  }
}
