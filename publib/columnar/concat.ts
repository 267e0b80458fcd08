import { type Column, rowsOf } from './column.ts'
import { ColumnBuilder } from './column-builder.ts'
import { isTwice } from './fields.ts'
import { packUtf8, type Utf8Column } from './strings.ts'

/** Columns one behind the other as one: of their own kind where all are of one, else of one that can hold them. */
export function concatColumns(columns: readonly Column[]): Column {
  const [first] = columns
  if (first === undefined) return { kind: 'constant', rows: 0, value: undefined }
  if (columns.length === 1) return first
  if (areAll(columns, 'i32')) {
    return { kind: 'i32', values: joined(new Int32Array(rowsOfAll(columns)), columns) }
  }
  if (areAll(columns, 'f64')) {
    return { kind: 'f64', values: joined(new Float64Array(rowsOfAll(columns)), columns) }
  }
  if (areAll(columns, 'utf8')) return joinedTexts(columns.map(packUtf8))
  if (areAll(columns, 'tuple')) {
    const { length } = columns[0]!.fields
    if (columns.every(({ fields }) => fields.length === length)) {
      const fieldAt = (i: number) => concatColumns(columns.map(column => column.fields[i]!))
      const rows = rowsOfAll(columns)
      if (columns.every(isTwice)) {
        const both = fieldAt(0)
        return { kind: 'tuple', rows, fields: [both, both] }
      }
      return { kind: 'tuple', rows, fields: columns[0]!.fields.map((_, i) => fieldAt(i)) }
    }
  }
  const builder = new ColumnBuilder()
  for (const column of columns) builder.addAll(column)
  return builder.finish()
}

function areAll<K extends Column['kind']>(
  columns: readonly Column[],
  kind: K,
): columns is readonly Extract<Column, { kind: K }>[] {
  return columns.every(column => column.kind === kind)
}

function rowsOfAll(columns: readonly Column[]): number {
  return columns.reduce((rows, column) => rows + rowsOf(column), 0)
}

function joined<A extends Int32Array | Float64Array>(
  all: A,
  columns: readonly { readonly values: A }[],
): A {
  let end = 0
  for (const { values } of columns) {
    all.set(values, end)
    end += values.length
  }
  return all
}

function joinedTexts(columns: readonly Utf8Column[]): Column {
  const bytes = new Uint8Array(columns.reduce((size, column) => size + column.bytes.length, 0))
  const lengths = new Uint32Array(rowsOfAll(columns))
  let end = 0
  let row = 0
  for (const column of columns) {
    bytes.set(column.bytes, end)
    lengths.set(column.lengths, row)
    end += column.bytes.length
    row += column.lengths.length
  }
  return { kind: 'utf8', bytes, lengths }
}
