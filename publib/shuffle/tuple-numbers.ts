import { type Column, gatherColumn, hashColumn, rowsOf } from '#publib/columnar'
import { type KeyTable, kernels } from '#publib/kernels'
import { type KeyNumbers, NumberNumbers, TextNumbers } from './flat-numbers.ts'

type Tuple = Column & { kind: 'tuple' }
type FieldClass = 'text' | 'number'

/** Two numbers of keys make one double, exactly. */
const NUMBER_LIMIT = 2 ** 26
const FIELDS_MAX = 8

/**
 * Numbers tuples of texts and numbers: each field by its own table, then the numbers of the fields two by two, as one number.
 * What such tuples equal elsewhere (a field that is absent or of another kind) is not for it: `takes` says so.
 */
export class TupleNumbers implements KeyNumbers {
  readonly #classes: readonly FieldClass[]
  readonly #fields: readonly KeyNumbers[]
  /** The number of fields 0 to i + 1 together, by that of fields 0 to i and that of field i + 1. */
  readonly #pairs: readonly KeyTable<Float64Array>[]
  /** For each field, the number of its value by the number of the tuple. */
  #parts: Uint32Array[]
  #size = 0

  private constructor(classes: readonly FieldClass[]) {
    this.#classes = classes
    this.#fields = classes.map(of => (of === 'text' ? new TextNumbers() : new NumberNumbers()))
    this.#pairs = classes.slice(1).map(() => kernels().numberTable())
    this.#parts = classes.map(() => new Uint32Array(64))
  }

  /** Numbers for tuples like these; undefined where some field is neither texts nor numbers. */
  static for(keys: Tuple): TupleNumbers | undefined {
    if (keys.fields.length > FIELDS_MAX) return undefined
    const classes = keys.fields.map(classOfField)
    if (classes.includes(undefined)) return undefined
    return new TupleNumbers(classes as FieldClass[])
  }

  get size(): number {
    return this.#size
  }

  get bytes(): number {
    let bytes = 0
    for (const table of [...this.#fields, ...this.#pairs]) bytes += table.bytes
    return bytes + this.#parts.length * this.#parts[0]!.byteLength
  }

  takes({ fields }: Tuple): boolean {
    if (fields.length !== this.#classes.length || this.#size >= NUMBER_LIMIT) return false
    return fields.every((field, i) => classOfField(field) === this.#classes[i])
  }

  idsOf(keys: Column): Int32Array {
    const { fields } = keys as Tuple
    const parts = fields.map((field, i) => this.#fields[i]!.idsOf(field).slice())
    let ids = parts[0]!
    const joined = new Float64Array(rowsOf(keys))
    for (const [i, table] of this.#pairs.entries()) {
      const next = parts[i + 1]!
      for (let row = 0; row < joined.length; row++) {
        joined[row] = ids[row]! * NUMBER_LIMIT + next[row]!
      }
      ids = table.idsOf(joined).slice()
    }
    this.#keep(ids, parts)
    return ids
  }

  keys(): Column {
    const fields = this.#fields.map((field, i) =>
      gatherColumn(field.keys(), this.#parts[i]!.subarray(0, this.#size)),
    )
    return { kind: 'tuple', rows: this.#size, fields }
  }

  hashes(): Int32Array {
    return hashColumn(this.keys())
  }

  clear(): void {
    for (const table of [...this.#fields, ...this.#pairs]) table.clear()
    this.#size = 0
  }

  release(): void {
    for (const table of [...this.#fields, ...this.#pairs]) table.release()
    this.#size = 0
  }

  /** Remembers what new tuples are made of. */
  #keep(ids: Int32Array, parts: readonly Int32Array[]): void {
    for (let row = 0; row < ids.length; row++) {
      const id = ids[row]!
      if (id < this.#size) continue
      if (id === this.#parts[0]!.length) this.#grow()
      for (let i = 0; i < parts.length; i++) this.#parts[i]![id] = parts[i]![row]!
      this.#size++
    }
  }

  #grow(): void {
    this.#parts = this.#parts.map(part => {
      const longer = new Uint32Array(part.length * 2)
      longer.set(part)
      return longer
    })
  }
}

/** -0 is left to who keeps keys as they came: within an array it is not made 0. */
function classOfField(field: Column): FieldClass | undefined {
  if (field.kind === 'utf8') return 'text'
  if (field.kind === 'i32') return 'number'
  if (field.kind !== 'f64') return undefined
  const { values } = field
  for (let i = 0; i < values.length; i++) {
    if (values[i] === 0 && Object.is(values[i], -0)) return undefined
  }
  return 'number'
}
