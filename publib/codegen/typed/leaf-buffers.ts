import { type Column, columnOfDoubles, detectColumn } from '#publib/columnar'
import type { LeafKind } from './leaf-kinds.ts'
import { NumberedLeaf } from './numbered-leaf.ts'
import { ByteLeaf, StringLeaf } from './text-leaves.ts'

/** Gathers one place of the rows of a loop. What `column` gives is valid until the next row is put. */
export interface LeafBuffer {
  /** Makes room for so many rows; gives what the text of the loop writes into. */
  room(rows: number): unknown
  column(rows: number): Column
  /** Rows begin anew. */
  restart?(): void
}

export function leafBuffer(kind: LeafKind): LeafBuffer {
  switch (kind) {
    case 'f64':
      return new DoubleLeaf()
    case 'i32':
      return new IntegerLeaf()
    case 'bool':
      return new BooleanLeaf()
    case 'slices':
      return new SliceLeaf()
    case 'maybeSlices':
      return new MaybeLeaf()
    case 'bytes':
      return new ByteLeaf()
    case 'numbered':
      return new NumberedLeaf()
    case 'strings':
      return new StringLeaf()
    default:
      return new AnyLeaf(kind === 'detected')
  }
}

class DoubleLeaf implements LeafBuffer {
  #values = new Float64Array(0)

  room(rows: number): Float64Array {
    if (this.#values.length < rows) this.#values = new Float64Array(rows)
    return this.#values
  }

  column(rows: number): Column {
    return columnOfDoubles(this.#values.subarray(0, rows))
  }
}

class IntegerLeaf implements LeafBuffer {
  #values = new Int32Array(0)

  room(rows: number): Int32Array {
    if (this.#values.length < rows) this.#values = new Int32Array(rows)
    return this.#values
  }

  column(rows: number): Column {
    return { kind: 'i32', values: this.#values.subarray(0, rows) }
  }
}

class BooleanLeaf implements LeafBuffer {
  #values = new Uint8Array(0)

  room(rows: number): Uint8Array {
    if (this.#values.length < rows) this.#values = new Uint8Array(rows)
    return this.#values
  }

  column(rows: number): Column {
    return { kind: 'bool', values: this.#values.subarray(0, rows) }
  }
}

/** Where texts lie in the bytes of a column of the input. */
export class SliceLeaf implements LeafBuffer {
  starts = new Uint32Array(0)
  lengths = new Uint32Array(0)
  bytes = new Uint8Array(0)

  room(rows: number): this {
    if (this.starts.length < rows) {
      this.starts = new Uint32Array(rows)
      this.lengths = new Uint32Array(rows)
    }
    return this
  }

  column(rows: number): Column {
    const { bytes, starts, lengths } = this
    return {
      kind: 'utf8',
      bytes,
      lengths: lengths.subarray(0, rows),
      starts: starts.subarray(0, rows),
    }
  }
}

/** The same, where some are undefined. */
class MaybeLeaf extends SliceLeaf {
  #marks = new Uint8Array(0)
  #present = 0

  override room(rows: number): this {
    if (this.#marks.length < rows) this.#marks = new Uint8Array(rows)
    this.restart()
    return super.room(rows)
  }

  restart(): void {
    this.#present = 0
  }

  put(row: number, start: number, length: number): void {
    this.#marks[row] = 0
    this.starts[this.#present] = start
    this.lengths[this.#present++] = length
  }

  skip(row: number): void {
    this.#marks[row] = 2
  }

  override column(rows: number): Column {
    const present = this.#present
    if (present === rows) return super.column(rows)
    if (present === 0) return { kind: 'constant', rows, value: undefined }
    return { kind: 'nullable', marks: this.#marks.subarray(0, rows), values: super.column(present) }
  }
}

/** How values of any kind are held: not decided, as numbers, as texts, as they are. */
const UNDECIDED = 0
const NUMBERS = 1
const TEXTS = 2
const VALUES = 3

/**
 * Values of any kind. The first row says what the others probably are; one that does not fit makes plain values of all that
 * were put, until rows begin anew.
 */
export class AnyLeaf implements LeafBuffer {
  /** How it holds the rows that were put so far. */
  mode = UNDECIDED
  readonly #detects: boolean
  #doubles = new Float64Array(0)
  readonly #texts = new StringLeaf()
  #values: unknown[] = []

  constructor(detects: boolean) {
    this.#detects = detects
  }

  /** Where the text of the loop writes numbers itself, while `mode` is 1. */
  room(rows: number): Float64Array {
    if (this.#doubles.length < rows) this.#doubles = new Float64Array(rows)
    this.#texts.room(rows)
    this.restart()
    return this.#doubles
  }

  restart(): void {
    this.mode = UNDECIDED
    this.#texts.restart()
  }

  /** Gives the mode from now on. Rows come in order, from 0. */
  put(row: number, value: unknown): number {
    if (row === 0) this.#begin(value)
    if (this.mode === NUMBERS) {
      if (typeof value === 'number') this.#doubles[row] = value
      else this.#giveUp(Array.from(this.#doubles.subarray(0, row)), value)
    } else if (this.mode === TEXTS) {
      if (typeof value === 'string') this.#texts.put(row, value)
      else this.#giveUp(this.#texts.strings(row), value)
    } else {
      this.#values.push(value)
    }
    return this.mode
  }

  column(rows: number): Column {
    if (this.mode === NUMBERS) return columnOfDoubles(this.#doubles.subarray(0, rows))
    if (this.mode === TEXTS) return this.#texts.column(rows)
    const values = this.#values
    this.#values = []
    return this.#detects ? detected(values) : { kind: 'values', values }
  }

  #begin(value: unknown): void {
    this.#values = []
    if (typeof value === 'number') this.mode = NUMBERS
    else this.mode = typeof value === 'string' && this.#detects ? TEXTS : VALUES
  }

  #giveUp(values: unknown[], value: unknown): void {
    values.push(value)
    this.#values = values
    this.mode = VALUES
  }
}

/** The column that the values fit in; as they are where that is too much for one. */
function detected(values: readonly unknown[]): Column {
  try {
    return detectColumn(values)
  } catch {
    // Nested too deep, or too large: whoever encodes them finds out which, and says so.
    return { kind: 'values', values }
  }
}
