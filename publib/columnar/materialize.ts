import { Buffer } from 'node:buffer'
import { type Column, rowsOf } from './column.ts'
import { ArrayGroup } from './group.ts'
import { makeRows } from './row-maker.ts'
import { decodeShared, decodeUtf8, decodeUtf16, packUtf8, type Utf8Column } from './strings.ts'

/** The values of a column: fresh ones, which share no memory with it. */
export function valuesOf(column: Column): unknown[] {
  switch (column.kind) {
    case 'constant':
      return new Array<unknown>(column.rows).fill(column.value)
    case 'f64':
      return doubles(column.values, 0, column.values.length)
    case 'i32':
      return integers(column.values, 0, column.values.length)
    case 'i64':
      return Array.from(column.values)
    case 'bool':
      return booleans(column.values)
    case 'date':
      return Array.from(column.values, time => new Date(time))
    case 'utf8':
      return textsOf(column)
    case 'utf16':
      return decodeUtf16(column.units, column.lengths)
    case 'bytes':
      return bytesValues(column)
    case 'nullable':
      return nullableValues(column.marks, valuesOf(column.values))
    case 'tuple':
      return makeRows(column, valuesOf) ?? tuples(column.rows, column.fields.map(valuesOf))
    case 'list':
      return lists(column)
    case 'record':
      return (
        makeRows(column, valuesOf) ?? records(column.rows, column.keys, column.fields.map(valuesOf))
      )
    case 'values':
      return column.values.slice()
  }
}

/** More bytes are no few texts that rows share. */
const SHARED_BYTES_MAX = 1 << 16

function textsOf(column: Utf8Column): string[] {
  const { bytes, lengths, starts } = column
  const isShared =
    starts !== undefined && bytes.length <= Math.min(lengths.length, SHARED_BYTES_MAX)
  if (isShared) return decodeShared(bytes, starts, lengths)
  const packed = packUtf8(column)
  return decodeUtf8(packed.bytes, packed.lengths)
}

/** Plain loops, one for each kind of array: `Array.from` goes through an iterator. */
function doubles(values: Float64Array, start: number, length: number): number[] {
  const result = new Array<number>(length)
  // From the first on the array is one of doubles, whatever the first of them are.
  if (length > 0) result[0] = 0.5
  for (let i = 0; i < length; i++) result[i] = values[start + i]!
  return result
}

function integers(values: Int32Array, start: number, length: number): number[] {
  const result = new Array<number>(length)
  for (let i = 0; i < length; i++) result[i] = values[start + i]!
  return result
}

function booleans(bits: Uint8Array): boolean[] {
  const result = new Array<boolean>(bits.length)
  for (let i = 0; i < bits.length; i++) result[i] = bits[i] === 1
  return result
}

function bytesValues(column: Column & { kind: 'bytes' }): Uint8Array[] {
  const values: Uint8Array[] = []
  let start = 0
  for (const length of column.lengths) {
    const bytes = column.bytes.subarray(start, start + length)
    values.push(column.isBuffer ? Buffer.from(bytes) : new Uint8Array(bytes))
    start += length
  }
  return values
}

function nullableValues(marks: Uint8Array, present: readonly unknown[]): unknown[] {
  const values = new Array<unknown>(marks.length)
  let next = 0
  for (let i = 0; i < marks.length; i++) {
    const mark = marks[i]
    values[i] = mark === 0 ? present[next++] : mark === 1 ? null : undefined
  }
  return values
}

function tuples(rows: number, fields: readonly (readonly unknown[])[]): unknown[] {
  const values = new Array<unknown>(rows)
  const [a, b, c] = fields
  if (fields.length === 2) {
    for (let i = 0; i < rows; i++) values[i] = [a![i], b![i]]
  } else if (fields.length === 3) {
    for (let i = 0; i < rows; i++) values[i] = [a![i], b![i], c![i]]
  } else {
    for (let i = 0; i < rows; i++) values[i] = fields.map(field => field[i])
  }
  return values
}

function lists({ lengths, items, isGroup }: Column & { kind: 'list' }): unknown[] {
  const values = new Array<unknown>(lengths.length)
  const listOf = listMaker(items)
  let start = 0
  for (let i = 0; i < lengths.length; i++) {
    const length = lengths[i]!
    const list = listOf(start, length)
    values[i] = isGroup ? new ArrayGroup(list) : list
    start += length
  }
  return values
}

/** Numbers straight from their array, others from values that were made before. */
function listMaker(items: Column): (start: number, length: number) => unknown[] {
  if (items.kind === 'f64') return (start, length) => doubles(items.values, start, length)
  if (items.kind === 'i32') return (start, length) => integers(items.values, start, length)
  const values = valuesOf(items)
  return (start, length) => values.slice(start, start + length)
}

function records(
  rows: number,
  keys: readonly string[],
  fields: readonly (readonly unknown[])[],
): unknown[] {
  const values = new Array<unknown>(rows)
  for (let i = 0; i < rows; i++) {
    values[i] = Object.fromEntries(keys.map((key, k) => [key, fields[k]![i]]))
  }
  return values
}

/** Whether the parts of a column fit together: what a decoder must know before it trusts one. */
export function isConsistent(column: Column): boolean {
  switch (column.kind) {
    case 'utf8':
      return column.starts !== undefined || sum(column.lengths) === column.bytes.length
    case 'bytes':
      return sum(column.lengths) === column.bytes.length
    case 'utf16':
      return sum(column.lengths) === column.units.length
    case 'nullable':
      return countPresent(column.marks) === rowsOf(column.values)
    case 'tuple':
    case 'record':
      return column.fields.every(field => rowsOf(field) === column.rows)
    case 'list':
      return sum(column.lengths) === rowsOf(column.items)
    default:
      return true
  }
}

function countPresent(marks: Uint8Array): number {
  let count = 0
  for (let i = 0; i < marks.length; i++) if (marks[i] === 0) count++
  return count
}

function sum(lengths: Uint32Array): number {
  let total = 0
  for (let i = 0; i < lengths.length; i++) total += lengths[i]!
  return total
}
