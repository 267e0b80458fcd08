import type { Column } from './column.ts'
import { compileText } from './compile-text.ts'
import { COLUMN_DEPTH_MAX } from './limits.ts'
import { type LeafKind, type RowsShape, type Shape, shapeOfRows, signatureOf } from './row-shape.ts'

type Leaf = Int32Array | Float64Array | Uint8Array | unknown[]
/** The number of the leaf that a value does not fit in, `MISFIT` where a row has another shape, or `ALL_READ`. */
type Read = (rows: readonly unknown[], leaves: readonly Leaf[]) => number

type ColumnOf = (values: readonly unknown[], depth: number) => Column

const ALL_READ = -1
const MISFIT = -2
/** Below it a function would be longer in the making than it saves. */
const ROWS_MIN = 64

/**
 * Arrays of one length, or plain objects with the same keys, as a column: by a loop that has their shape written out and
 * reads all fields of a row at once. The shape is that of some rows; undefined where others have another, where that does
 * not pay, or no code may be generated: then there is a slower way to the same column.
 *
 * @param columnOf what makes a column of the values of one field
 */
export function readRows(
  rows: readonly unknown[],
  depth: number,
  columnOf: ColumnOf,
): Column | undefined {
  if (rows.length < ROWS_MIN) return undefined
  const shape = shapeOfRows(rows, depth, COLUMN_DEPTH_MAX)
  if (shape === undefined) return undefined
  const column = readShape(rows, shape, columnOf)
  if (column !== undefined || !shape.isNested) return column
  // Perhaps it is only what stands inside them that differs.
  const flat = shapeOfRows(rows, depth, depth + 1)
  return flat && readShape(rows, flat, columnOf)
}

function readShape(
  rows: readonly unknown[],
  shape: RowsShape,
  columnOf: ColumnOf,
): Column | undefined {
  const kinds = shape.leaves
  for (let tries = 2 * kinds.length; tries >= 0; tries--) {
    const read = compileText<Read>(`read ${signatureOf(shape)}`, () => readerText(shape))
    if (read === undefined) return undefined
    const leaves = kinds.map(({ kind }) => leafOf(kind, rows.length))
    const misfit = read(rows, leaves)
    if (misfit === MISFIT) return undefined
    if (misfit === ALL_READ) return new Assembly(leaves, rows.length, columnOf).column(shape)
    kinds[misfit]!.kind = WIDER[kinds[misfit]!.kind]
  }
  return undefined
}

/** What takes the values that a kind of leaf does not. */
const WIDER: Readonly<Record<LeafKind, LeafKind>> = {
  ...{ i32: 'f64', f64: 'any', bool: 'any', any: 'any' },
}

function leafOf(kind: LeafKind, rows: number): Leaf {
  switch (kind) {
    case 'i32':
      return new Int32Array(rows)
    case 'f64':
      return new Float64Array(rows)
    case 'bool':
      return new Uint8Array(rows)
    case 'any':
      return new Array<unknown>(rows)
  }
}

function readerText(shape: Shape): string {
  const text = new ReaderText()
  const body = text.row(shape, 'rows[i]')
  const { leaves } = text
  const names = leaves.map((name, index) => `const ${name} = leaves[${index}]\n`).join('')
  return `const prototypeOf = Object.getPrototypeOf, isOwn = Object.hasOwn, isArray = Array.isArray, is = Object.is
const arrays = Array.prototype, objects = Object.prototype
${text.constants}return function read(rows, leaves) {
${names}for (let i = 0; i < rows.length; i++) {
${body}}
return ${ALL_READ}
}`
}

class ReaderText {
  readonly leaves: string[] = []
  /** Declared once for all rows. */
  constants = ''
  #variables = 0

  row(shape: Shape, source: string): string {
    if (shape.kind === 'leaf') return this.#leaf(shape.leaf.kind, source, undefined)
    const row = `x${this.#variables++}`
    const check =
      shape.kind === 'tuple'
        ? `if (!isArray(${row}) || prototypeOf(${row}) !== arrays || ${row}.length !== ${shape.fields.length}) return ${MISFIT}\n`
        : this.#keyCheck(row, shape.keys)
    const fields = shape.fields.map((field, place) => {
      const key = shape.kind === 'tuple' ? `${place}` : JSON.stringify(shape.keys[place])
      if (field.kind !== 'leaf') return this.row(field, `${row}[${key}]`)
      return this.#leaf(field.leaf.kind, `${row}[${key}]`, `isOwn(${row}, ${key})`)
    })
    return `const ${row} = ${source}\n${check}${fields.join('')}`
  }

  #keyCheck(row: string, keys: readonly string[]): string {
    const count = `x${this.#variables++}`
    const names = `x${this.#variables++}`
    this.constants += `const ${names} = [${keys.map(key => JSON.stringify(key)).join(', ')}]\n`
    return `if (typeof ${row} !== 'object' || ${row} === null || prototypeOf(${row}) !== objects) return ${MISFIT}
let ${count} = 0
for (const key in ${row}) if (key !== ${names}[${count}++]) return ${MISFIT}
if (${count} !== ${keys.length}) return ${MISFIT}
`
  }

  #leaf(kind: LeafKind, source: string, isThere: string | undefined): string {
    const index = this.leaves.length
    const value = `x${this.#variables++}`
    const name = `${kind}${index}`
    this.leaves.push(name)
    const read = `const ${value} = ${source}\n`
    switch (kind) {
      case 'i32':
        return `${read}if (typeof ${value} !== 'number' || (${value} | 0) !== ${value} || (${value} === 0 && is(${value}, -0))) return ${index}\n${name}[i] = ${value}\n`
      case 'f64':
        return `${read}if (typeof ${value} !== 'number') return ${index}\n${name}[i] = ${value}\n`
      case 'bool':
        return `${read}if (typeof ${value} !== 'boolean') return ${index}\n${name}[i] = ${value} ? 1 : 0\n`
      case 'any': {
        const hole =
          isThere === undefined
            ? ''
            : `if (${value} === undefined && !${isThere}) return ${MISFIT}\n`
        return `${read}${hole}${name}[i] = ${value}\n`
      }
    }
  }
}

/** Columns of what was read. */
class Assembly {
  readonly #leaves: readonly Leaf[]
  readonly #rows: number
  readonly #columnOf: ColumnOf
  #next = 0

  constructor(leaves: readonly Leaf[], rows: number, columnOf: ColumnOf) {
    this.#leaves = leaves
    this.#rows = rows
    this.#columnOf = columnOf
  }

  column(shape: Shape): Column {
    if (shape.kind === 'leaf') return this.#leafColumn(shape.leaf.kind, shape.depth)
    const fields = shape.fields.map(field => this.column(field))
    const rows = this.#rows
    if (shape.kind === 'tuple') return { kind: 'tuple', rows, fields }
    return { kind: 'record', rows, keys: shape.keys, fields }
  }

  #leafColumn(kind: LeafKind, depth: number): Column {
    const leaf = this.#leaves[this.#next++]!
    switch (kind) {
      case 'i32':
        return { kind: 'i32', values: leaf as Int32Array }
      case 'f64':
        return { kind: 'f64', values: leaf as Float64Array }
      case 'bool':
        return { kind: 'bool', values: leaf as Uint8Array }
      case 'any':
        return this.#columnOf(leaf as unknown[], depth)
    }
  }
}
