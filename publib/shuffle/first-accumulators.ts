import { type Column, ColumnBuilder, gatherColumn, ownColumn } from '#publib/columnar'
import type { Accumulators } from './accumulators.ts'

/** Keeps the first value of each key, in a column: what is told apart by keys alone costs nothing for its values. */
export class FirstAccumulators implements Accumulators {
  readonly #first = new ColumnBuilder()
  #rows = new Uint32Array(0)

  get bytes(): number {
    return this.#first.bytes
  }

  addValues(ids: Int32Array, values: Column): void {
    const count = this.#findNew(ids)
    if (count === 0) return
    const isAll = count === ids.length
    this.#first.addAll(isAll ? values : gatherColumn(values, this.#rows.subarray(0, count)))
  }

  addCombiners(ids: Int32Array, combiners: Column): void {
    this.addValues(ids, combiners)
  }

  column(): Column {
    return ownColumn(this.#first.column())
  }

  clear(): void {
    this.#first.clear()
  }

  release(): void {
    this.clear()
  }

  /** The rows whose keys have not come before, and how many they are: numbers of keys come in order. */
  #findNew(ids: Int32Array): number {
    if (this.#rows.length < ids.length) this.#rows = new Uint32Array(ids.length)
    return newRows(ids, this.#first.rows, this.#rows)
  }
}

function newRows(ids: Int32Array, known: number, rows: Uint32Array): number {
  let count = 0
  for (let i = 0; i < ids.length; i++) {
    if (ids[i] !== known + count) continue
    rows[count++] = i
  }
  return count
}
