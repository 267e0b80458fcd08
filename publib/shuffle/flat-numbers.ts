import { type Column, columnOfDoubles } from '#publib/columnar'
import { type KeyTable, kernels, type NumberTable, type Texts } from '#publib/kernels'

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

/** Numbers, by a kernel; integers and doubles alike. */
export class NumberNumbers implements KeyNumbers {
  readonly #table: NumberTable = kernels().numberTable()

  get size(): number {
    return this.#table.size
  }

  get bytes(): number {
    return this.#table.bytes
  }

  idsOf(keys: Column): Int32Array {
    return this.#table.idsOf((keys as Column & { kind: 'f64' | 'i32' }).values)
  }

  keys(): Column {
    return columnOfDoubles(this.#table.keys())
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

/** The numbers of a column of numbers. */
export function doublesOf(column: Column): Float64Array {
  if (column.kind === 'f64') return column.values
  return new Float64Array((column as Column & { kind: 'i32' }).values)
}
