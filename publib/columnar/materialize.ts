import { Buffer } from 'node:buffer'
import { type Column, rowsOf } from './column.ts'
import { ArrayGroup } from './group.ts'
import { decodeUtf8, decodeUtf16, packUtf8 } from './strings.ts'

/** The values of a column: fresh ones, which share no memory with it. */
export function valuesOf(column: Column): unknown[] {
  switch (column.kind) {
    case 'constant':
      return new Array<unknown>(column.rows).fill(column.value)
    case 'f64':
    case 'i32':
    case 'i64':
      return numbers(column.values)
    case 'bool':
      return Array.from(column.values, bit => bit === 1)
    case 'date':
      return Array.from(column.values, time => new Date(time))
    case 'utf8': {
      const { bytes, lengths } = packUtf8(column)
      return decodeUtf8(bytes, lengths)
    }
    case 'utf16':
      return decodeUtf16(column.units, column.lengths)
    case 'bytes':
      return bytesValues(column)
    case 'nullable':
      return nullableValues(column.marks, valuesOf(column.values))
    case 'tuple':
      return tuples(column.rows, column.fields.map(valuesOf))
    case 'list':
      return lists(column.lengths, valuesOf(column.items), column.isGroup)
    case 'record':
      return records(column.rows, column.keys, column.fields.map(valuesOf))
    case 'values':
      return column.values.slice()
  }
}

/** A plain loop: `Array.from` goes through an iterator. */
function numbers(values: Float64Array | Int32Array | BigInt64Array): unknown[] {
  const result = new Array<unknown>(values.length)
  for (let i = 0; i < values.length; i++) result[i] = values[i]
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

function lists(lengths: Uint32Array, items: readonly unknown[], isGroup: boolean): unknown[] {
  const values = new Array<unknown>(lengths.length)
  let start = 0
  for (let i = 0; i < lengths.length; i++) {
    const end = start + lengths[i]!
    const list = items.slice(start, end)
    values[i] = isGroup ? new ArrayGroup(list) : list
    start = end
  }
  return values
}

function records(
  rows: number,
  keys: readonly string[],
  fields: readonly (readonly unknown[])[],
): unknown[] {
  const values = new Array<unknown>(rows)
  for (let i = 0; i < rows; i++) {
    const record: Record<string, unknown> = {}
    for (let k = 0; k < keys.length; k++) record[keys[k]!] = fields[k]![i]
    values[i] = record
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
      return column.marks.filter(mark => mark === 0).length === rowsOf(column.values)
    case 'tuple':
    case 'record':
      return column.fields.every(field => rowsOf(field) === column.rows)
    case 'list':
      return sum(column.lengths) === rowsOf(column.items)
    default:
      return true
  }
}

function sum(lengths: Uint32Array): number {
  let total = 0
  for (const length of lengths) total += length
  return total
}
