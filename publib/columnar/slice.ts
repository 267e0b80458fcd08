import { type Column, rowsOf } from './column.ts'

/** Rows `from` up to `to` of a column: views of the same memory, nothing is copied but what stands in plain arrays. */
export function sliceColumn(column: Column, from: number, to: number): Column {
  if (from === 0 && to === rowsOf(column)) return column
  switch (column.kind) {
    case 'constant':
      return { kind: 'constant', rows: to - from, value: column.value }
    case 'f64':
      return { kind: 'f64', values: column.values.subarray(from, to) }
    case 'i32':
      return { kind: 'i32', values: column.values.subarray(from, to) }
    case 'i64':
      return { kind: 'i64', values: column.values.subarray(from, to) }
    case 'bool':
      return { kind: 'bool', values: column.values.subarray(from, to) }
    case 'date':
      return { kind: 'date', values: column.values.subarray(from, to) }
    case 'values':
      return { kind: 'values', values: column.values.slice(from, to) }
    case 'tuple':
    case 'record': {
      const fields = column.fields.map(field => sliceColumn(field, from, to))
      return { ...column, rows: to - from, fields }
    }
    default:
      return sliceOfLengths(column, from, to)
  }
}

type OfLengths = Extract<Column, { kind: 'utf8' | 'utf16' | 'bytes' | 'list' | 'nullable' }>

/** Where the rows begin in what they share is known by what stands before them. */
function sliceOfLengths(column: OfLengths, from: number, to: number): Column {
  if (column.kind === 'nullable') {
    const { marks, values } = column
    const start = countPresent(marks, 0, from)
    const end = start + countPresent(marks, from, to)
    return {
      ...{ kind: 'nullable', marks: marks.subarray(from, to) },
      values: sliceColumn(values, start, end),
    }
  }
  const lengths = column.lengths.subarray(from, to)
  if (column.kind === 'utf8' && column.starts !== undefined) {
    return { ...column, lengths, starts: column.starts.subarray(from, to) }
  }
  const start = sumOf(column.lengths, 0, from)
  const end = start + sumOf(column.lengths, from, to)
  switch (column.kind) {
    case 'utf8':
      return { kind: 'utf8', bytes: column.bytes.subarray(start, end), lengths }
    case 'utf16':
      return { kind: 'utf16', units: column.units.subarray(start, end), lengths }
    case 'bytes':
      return { ...column, bytes: column.bytes.subarray(start, end), lengths }
    case 'list':
      return { ...column, lengths, items: sliceColumn(column.items, start, end) }
  }
}

function sumOf(lengths: Uint32Array, from: number, to: number): number {
  let sum = 0
  for (let i = from; i < to; i++) sum += lengths[i]!
  return sum
}

function countPresent(marks: Uint8Array, from: number, to: number): number {
  let count = 0
  for (let i = from; i < to; i++) if (marks[i] === 0) count++
  return count
}

/** A column in pieces of at most `rowsMax` rows. */
export function* slicesOf(column: Column, rowsMax: number): Generator<Column> {
  const rows = rowsOf(column)
  if (rows <= rowsMax) {
    yield column
    return
  }
  for (let from = 0; from < rows; from += rowsMax) {
    yield sliceColumn(column, from, Math.min(from + rowsMax, rows))
  }
}
