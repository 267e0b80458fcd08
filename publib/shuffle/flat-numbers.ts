import { type Column, columnOfDoubles } from '#publib/columnar'
import { type KeyTable, kernels, type NumberTable, type Texts } from '#publib/kernels'
import { IntegerSlots } from './integer-slots.ts'

/** Numbers the keys of one class, equal ones alike: the first that comes is 0, the next that is new 1. */
export interface KeyNumbers {
  readonly size: number
  /** What it holds, in bytes. */
  readonly bytes: number
  /** The number of each key. Valid until the next call of any kernel. */
  idsOf(keys: Column): Int32Array
  /** All keys by their number. */
  keys(): Column
  /** hashValue of each key, by its number. */
  hashes(): Int32Array
  clear(): void
  /** Gives back its memory. It may be used again. */
  release(): void
}

/** Texts, by a kernel. */
export class TextNumbers implements KeyNumbers {
  readonly #table: KeyTable<Texts> = kernels().textTable()

  get size(): number {
    return this.#table.size
  }

  get bytes(): number {
    return this.#table.bytes
  }

  idsOf(keys: Column): Int32Array {
    return this.#table.idsOf({ starts: undefined, ...(keys as Column & { kind: 'utf8' }) })
  }

  keys(): Column {
    const { bytes, lengths } = this.#table.keys()
    return { kind: 'utf8', bytes, lengths }
  }

  hashes(): Int32Array {
    return this.#table.hashes()
  }

  clear(): void {
    this.#table.clear()
  }

  release(): void {
    this.#table.release()
  }
}

/** Numbers: integers that lie close together by slots, all others by a kernel; integers and doubles alike. */
export class NumberNumbers implements KeyNumbers {
  /** None once something came that has no slot. */
  #slots: IntegerSlots | undefined = new IntegerSlots()
  #table: NumberTable | undefined

  get size(): number {
    return this.#table?.size ?? this.#slots?.size ?? 0
  }

  get bytes(): number {
    return this.#table?.bytes ?? this.#slots?.bytes ?? 0
  }

  idsOf(keys: Column): Int32Array {
    const { values } = keys as Column & { kind: 'f64' | 'i32' }
    const ids = values instanceof Int32Array ? this.#slots?.idsOf(values) : undefined
    return ids ?? this.#tableWithAll().idsOf(values)
  }

  keys(): Column {
    if (this.#table !== undefined) return columnOfDoubles(this.#table.keys())
    return { kind: 'i32', values: this.#slots?.keys() ?? new Int32Array(0) }
  }

  hashes(): Int32Array {
    return this.#table?.hashes() ?? kernels().hashNumbers(this.#slots?.keys() ?? new Int32Array(0))
  }

  clear(): void {
    this.#slots?.clear()
    this.#table?.clear()
  }

  release(): void {
    this.#table?.release()
    this.#table = undefined
    this.#slots = new IntegerSlots()
  }

  /** The table, in which the keys so far have the numbers that they have. */
  #tableWithAll(): NumberTable {
    if (this.#table !== undefined) return this.#table
    const table = kernels().numberTable()
    if (this.#slots !== undefined && this.#slots.size > 0) table.idsOf(this.#slots.keys())
    this.#slots = undefined
    this.#table = table
    return table
  }
}

/** The numbers of a column of numbers. */
export function doublesOf(column: Column): Float64Array {
  if (column.kind === 'f64') return column.values
  return new Float64Array((column as Column & { kind: 'i32' }).values)
}
