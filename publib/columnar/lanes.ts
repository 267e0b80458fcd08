import { estimateSize } from '#publib/memory'
import type { Column } from './column.ts'
import type { Located } from './locate.ts'
import { valuesOf } from './materialize.ts'
import { sliceColumn } from './slice.ts'

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
}

type Flat = 'f64' | 'i32' | 'i64' | 'bool' | 'date'
type FlatArray = Float64Array | Int32Array | BigInt64Array | Uint8Array

export const ROWS_MIN = 64
const BYTES_MIN = 512

/** A longer array that begins with the same items. */
export function grown<A extends FlatArray | Uint16Array | Uint32Array>(
  items: A,
  used: number,
  needed: number,
): A {
  const make = items.constructor as new (length: number) => A
  const longer = new make(Math.max(needed, items.length * 2))
  longer.set(items.subarray(0, used) as never)
  return longer
}

/** Numbers: integers as long as all are, then doubles. */
export class NumberLane implements Lane {
  readonly kind = 'i32'
  rows = 0
  #integers: Int32Array | undefined = new Int32Array(ROWS_MIN)
  #doubles: Float64Array | undefined

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
      if (end > this.#integers.length) this.#integers = grown(this.#integers, start, end)
      this.#integers.set(column.values.subarray(from, to), start)
      return
    }
    this.#doubles ??= new Float64Array(Math.max(ROWS_MIN, end))
    if (end > this.#doubles.length) this.#doubles = grown(this.#doubles, start, end)
    if (this.#integers !== undefined) {
      this.#doubles.set(this.#integers.subarray(0, start))
      this.#integers = undefined
    }
    this.#doubles.set((column as { values: Float64Array }).values.subarray(from, to), start)
  }

  column(): Column {
    const integers = this.#integers
    if (integers !== undefined) return { kind: 'i32', values: integers.subarray(0, this.rows) }
    return { kind: 'f64', values: this.#doubles!.subarray(0, this.rows) }
  }

  clear(): void {
    this.rows = 0
    this.#integers ??= new Int32Array(ROWS_MIN)
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

  constructor(kind: keyof typeof ARRAYS) {
    this.kind = kind
    this.#values = new ARRAYS[kind](ROWS_MIN)
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
    if (this.rows > this.#values.length) this.#values = grown(this.#values, start, this.rows)
    const { values } = column as { values: FlatArray }
    this.#values.set(values.subarray(from, to) as never, start)
  }

  column(): Column {
    return { kind: this.kind, values: this.#values.subarray(0, this.rows) } as Column
  }

  clear(): void {
    this.rows = 0
  }
}

type Runs = Extract<Column, { kind: 'utf8' | 'utf16' | 'bytes' }>

/** Texts and bytes: rows of different lengths, one behind the other. */
export class RunLane implements Lane {
  readonly kind: Runs['kind']
  rows = 0
  readonly #like: Runs
  #lengths = new Uint32Array(ROWS_MIN)
  #items: Uint8Array | Uint16Array
  #end = 0

  constructor(like: Runs) {
    this.kind = like.kind
    this.#like = like
    this.#items = like.kind === 'utf16' ? new Uint16Array(BYTES_MIN) : new Uint8Array(BYTES_MIN)
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
    if (this.rows > this.#lengths.length) this.#lengths = grown(this.#lengths, row, this.rows)
    if (this.#end > this.#items.length) this.#items = grown(this.#items, start, this.#end)
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
}

/** Values as they are. */
export class ValuesLane implements Lane {
  readonly kind = 'values'
  #values: unknown[] = []
  #sampled = 0
  #sampledBytes = 0

  get rows(): number {
    return this.#values.length
  }

  get bytes(): number {
    return this.#sampled === 0 ? 0 : (this.#sampledBytes / this.#sampled) * this.rows
  }

  takes(): boolean {
    return true
  }

  add({ column }: Located, from: number, to: number): void {
    const values =
      column.kind === 'values' ? column.values : valuesOf(sliceColumn(column, from, to))
    const start = column.kind === 'values' ? from : 0
    const end = start + to - from
    for (let i = start; i < end; i++) {
      const value = values[i]
      if (this.#values.length < 8 || this.#values.length % 32 === 0) {
        this.#sampled++
        this.#sampledBytes += 8 + estimateSize(value)
      }
      this.#values.push(value)
    }
  }

  column(): Column {
    return { kind: 'values', values: this.#values }
  }

  clear(): void {
    this.#values = []
    this.#sampled = 0
    this.#sampledBytes = 0
  }
}

/** Nothing but null, or nothing but undefined. */
export class ConstantLane implements Lane {
  readonly kind = 'constant'
  rows = 0
  readonly bytes = 0
  readonly value: null | undefined

  constructor(value: null | undefined) {
    this.value = value
  }

  takes(column: Column): boolean {
    return column.kind === 'constant' && column.value === this.value
  }

  add(_rows: Located, from: number, to: number): void {
    this.rows += to - from
  }

  column(): Column {
    return { kind: 'constant', rows: this.rows, value: this.value }
  }

  clear(): void {
    this.rows = 0
  }
}
