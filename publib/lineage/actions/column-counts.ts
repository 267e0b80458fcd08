import { type Column, rowsOf, valuesOf } from '#publib/columnar'
import { type KeyTable, kernels, type Texts } from '#publib/kernels'
import { KeyedMap } from '#publib/util'

/** Counts equal rows of columns: of texts and of numbers as they are, of others as values. */
export class ColumnCounts<K> {
  readonly #others = new KeyedMap<K, number>()
  #texts: Counted<Texts> | undefined
  #numbers: Counted<Float64Array, Float64Array | Int32Array> | undefined

  add(column: Column): void {
    switch (column.kind) {
      case 'utf8':
        this.#texts ??= new Counted(kernels().textTable())
        this.#texts.add({ starts: undefined, ...column })
        break
      case 'i32':
      case 'f64':
        this.#numbers ??= new Counted(kernels().numberTable())
        this.#numbers.add(column.values)
        break
      default:
        this.addValues(valuesOf(column) as K[])
    }
  }

  addValues(values: readonly K[]): void {
    const counts = this.#others
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!
      counts.set(value, (counts.get(value) ?? 0) + 1)
    }
  }

  /** How often each came, in columns of pairs; what was said to be of one kind may be among the others too. */
  *columns(): Generator<Column> {
    if (this.#texts !== undefined) {
      const { bytes, lengths } = this.#texts.keys()
      yield pairsOf({ kind: 'utf8', bytes, lengths }, this.#texts.counts())
    }
    if (this.#numbers !== undefined) {
      yield pairsOf({ kind: 'f64', values: this.#numbers.keys() }, this.#numbers.counts())
    }
    const values = [...this.#others.values()]
    if (values.length > 0) {
      yield pairsOf({ kind: 'values', values: [...this.#others.keys()] }, Float64Array.from(values))
    }
  }

  release(): void {
    this.#texts?.release()
    this.#numbers?.release()
  }
}

function pairsOf(keys: Column, counts: Float64Array): Column {
  const values: Column = { kind: 'f64', values: counts }
  return { kind: 'tuple', rows: rowsOf(keys), fields: [keys, values] }
}

type CountedTable<Keys, Given> = Omit<KeyTable<Keys>, 'idsOf'> & { idsOf(keys: Given): Int32Array }

/** A table of keys, with a count for each. */
class Counted<Keys, Given = Keys> {
  readonly #table: CountedTable<Keys, Given>
  #counts = new Float64Array(1024)

  constructor(table: CountedTable<Keys, Given>) {
    this.#table = table
  }

  add(keys: Given): void {
    const ids = this.#table.idsOf(keys)
    const { size } = this.#table
    if (size > this.#counts.length) {
      const grown = new Float64Array(Math.max(size, 2 * this.#counts.length))
      grown.set(this.#counts)
      this.#counts = grown
    }
    const counts = this.#counts
    for (let i = 0; i < ids.length; i++) counts[ids[i]!]!++
  }

  keys(): Keys {
    return this.#table.keys()
  }

  counts(): Float64Array {
    return this.#counts.slice(0, this.#table.size)
  }

  release(): void {
    this.#table.release()
  }
}
