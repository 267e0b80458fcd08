import { type Column, rowsOf } from './column.ts'
import { isTwice, mapFields } from './fields.ts'

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
      const fields = mapFields(column.fields, field => sliceColumn(field, from, to))
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
    return runsOf(column, from, lengths, 0, 0)
  }
  const start = sumOf(column.lengths, 0, from)
  const end = start + sumOf(lengths, 0, to - from)
  if (column.kind !== 'list') return runsOf(column, from, lengths, start, end)
  return { ...column, lengths, items: sliceColumn(column.items, start, end) }
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
  const cut = cutter(column)
  for (let from = 0; from < rows; from += rowsMax) yield cut(Math.min(rowsMax, rows - from))
}

/** Gives the next rows of a column at each call: what stands before them is summed up once. */
function cutter(column: Column): (rows: number) => Column {
  let from = 0
  let start = 0
  switch (column.kind) {
    case 'tuple':
    case 'record': {
      const cuts = column.fields.map(cutter)
      if (isTwice(column)) {
        return rows => {
          const piece = cuts[0]!(rows)
          return { ...column, rows, fields: [piece, piece] }
        }
      }
      return rows => ({ ...column, rows, fields: cuts.map(cut => cut(rows)) })
    }
    case 'nullable': {
      const cut = cutter(column.values)
      return rows => {
        const marks = column.marks.subarray(from, from + rows)
        from += rows
        return { kind: 'nullable', marks, values: cut(countPresent(marks, 0, rows)) }
      }
    }
    case 'list': {
      const cut = cutter(column.items)
      return rows => {
        const lengths = column.lengths.subarray(from, from + rows)
        from += rows
        return { ...column, lengths, items: cut(sumOf(lengths, 0, rows)) }
      }
    }
    case 'utf8':
    case 'utf16':
    case 'bytes':
      return rows => {
        const lengths = column.lengths.subarray(from, from + rows)
        const end = start + sumOf(lengths, 0, rows)
        const piece = runsOf(column, from, lengths, start, end)
        from += rows
        start = end
        return piece
      }
    default:
      return rows => {
        from += rows
        return sliceColumn(column, from - rows, from)
      }
  }
}

/** Rows from `from` on, with these lengths, that stand from `start` to `end`. */
function runsOf(
  column: Extract<Column, { kind: 'utf8' | 'utf16' | 'bytes' }>,
  from: number,
  lengths: Uint32Array,
  start: number,
  end: number,
): Column {
  if (column.kind === 'utf16') {
    return { kind: 'utf16', units: column.units.subarray(start, end), lengths }
  }
  if (column.kind === 'utf8' && column.starts !== undefined) {
    return { ...column, lengths, starts: column.starts.subarray(from, from + lengths.length) }
  }
  return { ...column, bytes: column.bytes.subarray(start, end), lengths }
}
