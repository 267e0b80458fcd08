import type { Batch, Column } from '#publib/columnar'
import { type About, type Dependency, type Fields, Lineage } from '../lineage.ts'
import type { Parts } from '../operator.ts'
import { areMany, EMIT_RECORDS } from '../records.ts'

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

  override *columns(partition: number): Iterable<Column> {
    const { start, step } = this.range
    const end = this.#bound(partition + 1)
    for (let from = this.#bound(partition); from < end; from += COLUMN_ROWS) {
      const rows = Math.min(COLUMN_ROWS, end - from)
      const first = start + from * step
      yield areInt32(first, first + (rows - 1) * step, step)
        ? { kind: 'i32', values: integers(first, step, rows) }
        : { kind: 'f64', values: doubles(start, step, from, rows) }
    }
  }

  override inputBytes(): number | undefined {
    const { count, numSlices } = this.range
    return areMany(count, numSlices) ? count * Float64Array.BYTES_PER_ELEMENT : undefined
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

/** Numbers of one column: they stay in the first cache of a processor. */
const COLUMN_ROWS = 8192

/** Whether all numbers from `first` to `last` are integers of 32 bits, and none is -0. */
function areInt32(first: number, last: number, step: number): boolean {
  const fits = (value: number): boolean => (value | 0) === value && !Object.is(value, -0)
  return fits(first) && fits(last) && Number.isInteger(step)
}

function integers(first: number, step: number, rows: number): Int32Array {
  const values = new Int32Array(rows)
  for (let i = 0; i < rows; i++) values[i] = first + i * step
  return values
}

function doubles(start: number, step: number, from: number, rows: number): Float64Array {
  const values = new Float64Array(rows)
  for (let i = 0; i < rows; i++) values[i] = start + (from + i) * step
  return values
}
