import type { Column } from './column.ts'
import type { Located } from './locate.ts'

/** Rows of one kind that grow at the end. */
export interface Lane {
  readonly kind: Column['kind']
  readonly rows: number
  /** What its rows take, in bytes. */
  readonly bytes: number
  /** Whether it can hold rows of `column`. */
  takes(column: Column): boolean
  /** The rows `from` up to `to` of a column that it takes. */
  add(rows: Located, from: number, to: number): void
  /** What it holds: views, valid until rows are added after `clear`. */
  column(): Column
  /** Forgets all rows, and keeps memory for others. */
  clear(): void
  /** What it holds, whose memory is its own no more; it begins anew, with room for as much. */
  finish(): Column
}

type Flat = 'f64' | 'i32' | 'i64' | 'bool' | 'date'
type FlatArray = Float64Array | Int32Array | BigInt64Array | Uint8Array

export const ROWS_MIN = 64
/** Up to here they grow by four, then by two. */
const FAST_GROWTH_MAX = 4096
const ITEMS_MIN = 512

/** A longer array that begins with the same items; it has room for `least` of them. */
export function grown<A extends FlatArray | Uint16Array | Uint32Array>(
  items: A,
  used: number,
  needed: number,
  least: number,
): A {
  const make = items.constructor as new (length: number) => A
  const factor = items.length < FAST_GROWTH_MAX ? 4 : 2
  const longer = new make(Math.max(needed, items.length * factor, least))
  longer.set(items.subarray(0, used) as never)
  return longer
}

/** Numbers: integers as long as all are, then doubles. */
export class NumberLane implements Lane {
  readonly kind = 'i32'
  rows = 0
  /** Undefined once there are doubles. */
  #integers: Int32Array | undefined = new Int32Array(0)
  #doubles = new Float64Array(0)
  #least = ROWS_MIN

  get bytes(): number {
    return this.rows * (this.#integers === undefined ? 8 : 4)
  }

  takes(column: Column): boolean {
    return column.kind === 'i32' || column.kind === 'f64'
  }

  add({ column }: Located, from: number, to: number): void {
    const start = this.rows
    const end = start + to - from
    this.rows = end
    if (column.kind === 'i32' && this.#integers !== undefined) {
      if (end > this.#integers.length) {
        this.#integers = grown(this.#integers, start, end, this.#least)
      }
      this.#integers.set(column.values.subarray(from, to), start)
      return
    }
    if (end > this.#doubles.length) {
      const used = this.#integers === undefined ? start : 0
      this.#doubles = grown(this.#doubles, used, end, this.#least)
    }
    if (this.#integers !== undefined) {
      this.#doubles.set(this.#integers.subarray(0, start))
      this.#integers = undefined
    }
    this.#doubles.set((column as { values: Float64Array }).values.subarray(from, to), start)
  }

  column(): Column {
    const integers = this.#integers
    if (integers !== undefined) return { kind: 'i32', values: integers.subarray(0, this.rows) }
    return { kind: 'f64', values: this.#doubles.subarray(0, this.rows) }
  }

  clear(): void {
    this.rows = 0
    this.#integers ??= new Int32Array(0)
  }

  finish(): Column {
    const column = this.column()
    this.#least = Math.max(ROWS_MIN, this.rows)
    if (this.#integers === undefined) this.#doubles = new Float64Array(0)
    this.#integers = new Int32Array(0)
    this.rows = 0
    return column
  }
}

const ARRAYS: Readonly<Record<Exclude<Flat, 'f64' | 'i32'>, new (length: number) => FlatArray>> = {
  i64: BigInt64Array,
  bool: Uint8Array,
  date: Float64Array,
}

/** Values of one size each. */
export class FlatLane implements Lane {
  readonly kind: keyof typeof ARRAYS
  rows = 0
  #values: FlatArray
  #least = ROWS_MIN

  constructor(kind: keyof typeof ARRAYS) {
    this.kind = kind
    this.#values = new ARRAYS[kind](0)
  }

  get bytes(): number {
    return this.rows * this.#values.BYTES_PER_ELEMENT
  }

  takes(column: Column): boolean {
    return column.kind === this.kind
  }

  add({ column }: Located, from: number, to: number): void {
    const start = this.rows
    this.rows += to - from
    if (this.rows > this.#values.length) {
      this.#values = grown(this.#values, start, this.rows, this.#least)
    }
    const { values } = column as { values: FlatArray }
    this.#values.set(values.subarray(from, to) as never, start)
  }

  column(): Column {
    return { kind: this.kind, values: this.#values.subarray(0, this.rows) } as Column
  }

  clear(): void {
    this.rows = 0
  }

  finish(): Column {
    const column = this.column()
    this.#least = Math.max(ROWS_MIN, this.rows)
    this.#values = new ARRAYS[this.kind](0)
    this.rows = 0
    return column
  }
}

type Runs = Extract<Column, { kind: 'utf8' | 'utf16' | 'bytes' }>

/** Texts and bytes: rows of different lengths, one behind the other. */
export class RunLane implements Lane {
  readonly kind: Runs['kind']
  rows = 0
  readonly #like: Runs
  #lengths = new Uint32Array(0)
  #items: Uint8Array | Uint16Array
  #end = 0
  #leastRows = ROWS_MIN
  #leastItems = ITEMS_MIN

  constructor(like: Runs) {
    this.kind = like.kind
    this.#like = like
    this.#items = itemsFor(like)
  }

  get bytes(): number {
    return this.#end * this.#items.BYTES_PER_ELEMENT + this.rows * 4
  }

  takes(column: Column): boolean {
    const like = this.#like
    if (column.kind === 'bytes' && like.kind === 'bytes') return column.isBuffer === like.isBuffer
    return column.kind === like.kind
  }

  add({ column, starts }: Located, from: number, to: number): void {
    const runs = column as Runs
    const items = runs.kind === 'utf16' ? runs.units : runs.bytes
    const first = starts![from]!
    const last = starts![to]!
    const start = this.#end
    const row = this.rows
    this.rows += to - from
    this.#end += last - first
    if (this.rows > this.#lengths.length) {
      this.#lengths = grown(this.#lengths, row, this.rows, this.#leastRows)
    }
    if (this.#end > this.#items.length) {
      this.#items = grown(this.#items, start, this.#end, this.#leastItems)
    }
    this.#lengths.set(runs.lengths.subarray(from, to), row)
    this.#items.set(items.subarray(first, last), start)
  }

  column(): Column {
    const lengths = this.#lengths.subarray(0, this.rows)
    const items = this.#items.subarray(0, this.#end)
    if (this.#like.kind === 'utf16') return { kind: 'utf16', units: items as Uint16Array, lengths }
    return { ...this.#like, bytes: items as Uint8Array, lengths } as Column
  }

  clear(): void {
    this.rows = 0
    this.#end = 0
  }

  finish(): Column {
    const column = this.column()
    this.#leastRows = Math.max(ROWS_MIN, this.rows)
    this.#leastItems = Math.max(ITEMS_MIN, this.#end)
    this.#lengths = new Uint32Array(0)
    this.#items = itemsFor(this.#like)
    this.clear()
    return column
  }
}

function itemsFor({ kind }: Runs): Uint8Array | Uint16Array {
  return kind === 'utf16' ? new Uint16Array(0) : new Uint8Array(0)
}
