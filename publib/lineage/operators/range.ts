import type { Batch } from '#publib/columnar'
import { type About, type Dependency, type Fields, Lineage } from '../lineage.ts'
import type { Parts } from '../operator.ts'
import { EMIT_RECORDS } from '../records.ts'

export interface RangeFields {
  readonly start: number
  readonly step: number
  /** How many numbers in all. */
  readonly count: number
  readonly numSlices: number
}

/** Numbers at equal distances, made in the tasks: slice i begins at number floor(i × count / slices). */
export class NumberRange extends Lineage<number> {
  static readonly tag = 'range'
  override readonly tag = NumberRange.tag
  override readonly parents: readonly Lineage<unknown>[] = []
  override readonly dependencies: readonly Dependency[] = []
  readonly range: RangeFields

  constructor(about: About, range: RangeFields) {
    super(about)
    this.range = range
  }

  static decode(parts: Parts): NumberRange {
    return new NumberRange(parts.about, parts.fields as unknown as RangeFields)
  }

  override get numPartitions(): number {
    return this.range.numSlices
  }

  override *compute(partition: number): Iterable<Batch<number>> {
    const { start, step } = this.range
    const end = this.#bound(partition + 1)
    for (let from = this.#bound(partition); from < end; from += EMIT_RECORDS) {
      const size = Math.min(EMIT_RECORDS, end - from)
      const batch: number[] = []
      for (let i = 0; i < size; i++) batch.push(start + (from + i) * step)
      yield batch
    }
  }

  override fields(): Fields {
    return { ...this.range }
  }

  /** Where slice i begins; exact also where i × count is beyond 2^53. */
  #bound(slice: number): number {
    const { count, numSlices } = this.range
    return Number((BigInt(slice) * BigInt(count)) / BigInt(numSlices))
  }
}
