import { type Column, ColumnBuilder, rowsOf } from '#publib/columnar'

/** Rows that one part is to get at a time, on the average: what is done for each of them is then little beside copying. */
const ROWS_EACH = 64
const ROWS_MAX = 1 << 16
const BYTES_MAX = 4 * 2 ** 20

/** Rows and the part that each belongs to. */
export interface PlacedRows {
  readonly column: Column
  readonly parts: Int32Array
}

/** Gathers rows until they are enough to be scattered among many parts at once. */
export class StagedRows {
  readonly #rowsWanted: number
  readonly #bytesMax: number
  readonly #builder = new ColumnBuilder()
  #parts = new Int32Array(0)

  /** `count` is how many parts there are; more than `bytesMax` are not held. */
  constructor(count: number, bytesMax: number) {
    this.#bytesMax = Math.min(BYTES_MAX, bytesMax)
    this.#rowsWanted = count === 1 ? 0 : Math.min(ROWS_MAX, ROWS_EACH * count)
  }

  get bytes(): number {
    return this.#builder.bytes
  }

  /** Rows to be scattered now, if they are enough: valid until the next call. What is kept of others is copied. */
  add(column: Column, parts: Int32Array): PlacedRows | undefined {
    const { rows } = this.#builder
    const added = rowsOf(column)
    if (rows === 0 && added >= this.#rowsWanted) return { column, parts }
    this.#builder.addAll(column)
    const needed = rows + added
    if (needed > this.#parts.length) {
      const longer = new Int32Array(Math.max(needed, this.#rowsWanted))
      longer.set(this.#parts.subarray(0, rows))
      this.#parts = longer
    }
    this.#parts.set(parts, rows)
    const isEnough = needed >= this.#rowsWanted || this.#builder.bytes > this.#bytesMax
    return isEnough ? this.take() : undefined
  }

  /** What has been gathered: valid until the next call. */
  take(): PlacedRows | undefined {
    const { rows } = this.#builder
    if (rows === 0) return undefined
    const column = this.#builder.column()
    this.#builder.clear()
    return { column, parts: this.#parts.subarray(0, rows) }
  }
}
