import type { Column } from './column.ts'
import { compileText } from './compile-text.ts'

/** What a generated loop reads at each row: typed arrays, or values that were made before. */
type Leaf = Float64Array | Int32Array | BigInt64Array | Uint8Array | readonly unknown[]
type Rows = (rows: number, leaves: readonly Leaf[]) => unknown[]
type Nested = Extract<Column, { kind: 'tuple' | 'record' }>

/** Below it a function would be longer in the making than it saves. */
const ROWS_MIN = 32
/** More fields in one expression are compiled slowly: what they are of is made before. */
const LEAVES_MAX = 128

/**
 * The rows of a tuple or record column by a loop that has their shape written out, so that each field is read straight from
 * its array and all rows are objects of one shape. Undefined where that does not pay or no code may be generated.
 *
 * @param valuesOf the values of a field that is neither
 */
export function makeRows(
  column: Nested,
  valuesOf: (column: Column) => readonly unknown[],
): unknown[] | undefined {
  if (column.rows < ROWS_MIN) return undefined
  const leaves: Leaf[] = []
  const text = new RowText(leaves, valuesOf)
  const expression = text.nested(column)
  const names = text.names.map((name, index) => `${name} = leaves[${index}]`)
  const body = `return function rows(count, leaves) {
const ${['made = new Array(count)', ...names].join(', ')}
for (let i = 0; i < count; i++) made[i] = ${expression}
return made
}`
  const make = compileText<Rows>(body, () => body)
  return make?.(column.rows, leaves)
}

/** Writes the expression of a row, and gathers what it reads. Equal texts mean arrays of equal kinds. */
class RowText {
  readonly names: string[] = []
  readonly #leaves: Leaf[]
  readonly #valuesOf: (column: Column) => readonly unknown[]

  constructor(leaves: Leaf[], valuesOf: (column: Column) => readonly unknown[]) {
    this.#leaves = leaves
    this.#valuesOf = valuesOf
  }

  nested(column: Nested): string {
    const fields = column.fields.map(field => this.#field(field))
    if (column.kind === 'tuple') return `[${fields.join(', ')}]`
    return `{ ${fields.map((field, i) => `${keyText(column.keys[i]!)}: ${field}`).join(', ')} }`
  }

  #field(column: Column): string {
    switch (column.kind) {
      case 'constant':
        return column.value === null ? 'null' : 'undefined'
      case 'f64':
        return `${this.#name('d', column.values)}[i]`
      case 'i32':
        return `${this.#name('n', column.values)}[i]`
      case 'i64':
        return `${this.#name('l', column.values)}[i]`
      case 'bool':
        return `${this.#name('b', column.values)}[i] === 1`
      case 'date':
        return `new Date(${this.#name('d', column.values)}[i])`
      case 'tuple':
      case 'record':
        if (column.fields.length > 0 && this.names.length + column.fields.length < LEAVES_MAX) {
          return this.nested(column)
        }
        return this.#values(column)
      default:
        return this.#values(column)
    }
  }

  #values(column: Column): string {
    return `${this.#name('v', this.#valuesOf(column))}[i]`
  }

  #name(kind: string, leaf: Leaf): string {
    const name = `${kind}${this.#leaves.length}`
    this.#leaves.push(leaf)
    this.names.push(name)
    return name
  }
}

/** Quoted, so that any key is one; as a computed key where the plain one would set the prototype. */
export function keyText(key: string): string {
  const quoted = JSON.stringify(key)
  return key === '__proto__' ? `[${quoted}]` : quoted
}
