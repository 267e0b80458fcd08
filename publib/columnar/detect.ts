import { Buffer } from 'node:buffer'
import type { Column } from './column.ts'
import { ArrayGroup } from './group.ts'
import {
  BatchTooLarge,
  COLUMN_DEPTH_MAX,
  RECORD_KEYS_MAX,
  TooDeepForColumns,
  TUPLE_LENGTH_MAX,
} from './limits.ts'
import { itemsColumn } from './list-items.ts'
import { readRows } from './row-reader.ts'
import { stringColumn } from './strings.ts'

/**
 * Values as a column. The first one that is there says of which kind; the others are checked, cheaply, and one that does not
 * fit makes it a column of plain values. What no column can hold exactly (holes, instances of classes, cycles) never gets into one.
 *
 * @throws TooDeepForColumns, BatchTooLarge
 */
export function detectColumn(values: readonly unknown[], depth = 0): Column {
  if (depth > COLUMN_DEPTH_MAX) throw new TooDeepForColumns()
  const rows = values.length
  let absent = 0
  let first: unknown
  for (let i = 0; i < rows; i++) {
    const value = values[i]
    if (value === null || value === undefined) absent++
    else if (absent === i) first = value
  }
  if (absent === rows) return absentColumn(values)
  if (absent > 0) return nullableColumn(values, absent, depth)
  return presentColumn(values, first, depth) ?? { kind: 'values', values }
}

function presentColumn(
  values: readonly unknown[],
  first: unknown,
  depth: number,
): Column | undefined {
  switch (typeof first) {
    case 'number':
      return numberColumn(values)
    case 'string':
      return stringColumn(values)
    case 'boolean':
      return booleanColumn(values)
    case 'bigint':
      return bigintColumn(values)
    case 'object':
      return objectColumn(values, first as object, depth)
    default:
      return undefined
  }
}

function absentColumn(values: readonly unknown[]): Column {
  const value = values[0] as null | undefined
  const rows = values.length
  if (values.every(other => other === value)) return { kind: 'constant', rows, value }
  const none: Column = { kind: 'constant', rows: 0, value: undefined }
  return { kind: 'nullable', marks: marksOf(values), values: none }
}

function nullableColumn(values: readonly unknown[], absent: number, depth: number): Column {
  const present = new Array<unknown>(values.length - absent)
  let count = 0
  for (let i = 0; i < values.length; i++) {
    const value = values[i]
    if (value !== null && value !== undefined) present[count++] = value
  }
  const column = presentColumn(present, present[0], depth)
  if (column === undefined) return { kind: 'values', values }
  return { kind: 'nullable', marks: marksOf(values), values: column }
}

function marksOf(values: readonly unknown[]): Uint8Array {
  const marks = new Uint8Array(values.length)
  for (let i = 0; i < values.length; i++) {
    marks[i] = values[i] === null ? 1 : values[i] === undefined ? 2 : 0
  }
  return marks
}

function numberColumn(values: readonly unknown[]): Column | undefined {
  const integers = new Int32Array(values.length)
  for (let i = 0; i < values.length; i++) {
    const value = values[i]
    if (typeof value !== 'number') return undefined
    const integer = value | 0
    if (integer !== value || (integer === 0 && Object.is(value, -0))) return doubleColumn(values)
    integers[i] = integer
  }
  return { kind: 'i32', values: integers }
}

function doubleColumn(values: readonly unknown[]): Column | undefined {
  const doubles = new Float64Array(values.length)
  for (let i = 0; i < values.length; i++) {
    const value = values[i]
    if (typeof value !== 'number') return undefined
    doubles[i] = value
  }
  return { kind: 'f64', values: doubles }
}

function booleanColumn(values: readonly unknown[]): Column | undefined {
  const bits = new Uint8Array(values.length)
  for (let i = 0; i < values.length; i++) {
    const value = values[i]
    if (typeof value !== 'boolean') return undefined
    bits[i] = value ? 1 : 0
  }
  return { kind: 'bool', values: bits }
}

function bigintColumn(values: readonly unknown[]): Column | undefined {
  const integers = new BigInt64Array(values.length)
  for (let i = 0; i < values.length; i++) {
    const value = values[i]
    if (typeof value !== 'bigint') return undefined
    integers[i] = value
    if (integers[i] !== value) return undefined
  }
  return { kind: 'i64', values: integers }
}

function objectColumn(
  values: readonly unknown[],
  first: object,
  depth: number,
): Column | undefined {
  switch (Object.getPrototypeOf(first)) {
    case Array.prototype:
      return readRows(values, depth, detectColumn) ?? arrayColumn(values, depth)
    case Object.prototype:
      return readRows(values, depth, detectColumn) ?? recordColumn(values, first, depth)
    case Date.prototype:
      return dateColumn(values)
    case Uint8Array.prototype:
    case Buffer.prototype:
      return bytesColumn(values, Object.getPrototypeOf(first))
    case ArrayGroup.prototype:
      return groupColumn(values, depth)
    default:
      return undefined
  }
}

function arrayColumn(values: readonly unknown[], depth: number): Column | undefined {
  const lengths = new Uint32Array(values.length)
  let isTuple = true
  let total = 0
  for (let i = 0; i < values.length; i++) {
    const value = values[i]
    if (!Array.isArray(value) || Object.getPrototypeOf(value) !== Array.prototype) return undefined
    lengths[i] = value.length
    total += value.length
    if (value.length !== lengths[0]) isTuple = false
  }
  const arrays = values as readonly (readonly unknown[])[]
  const length = lengths[0] ?? 0
  if (isTuple && length > 0 && length <= TUPLE_LENGTH_MAX) return tupleColumn(arrays, length, depth)
  const items = itemsColumn(arrays, total, depth, detectColumn)
  return items && { kind: 'list', lengths, items, isGroup: false }
}

function tupleColumn(
  rows: readonly (readonly unknown[])[],
  length: number,
  depth: number,
): Column | undefined {
  const fields: Column[] = []
  for (let place = 0; place < length; place++) {
    const values = new Array<unknown>(rows.length)
    for (let i = 0; i < rows.length; i++) {
      const value = rows[i]![place]
      if (value === undefined && !Object.hasOwn(rows[i]!, place)) return undefined
      values[i] = value
    }
    fields.push(detectColumn(values, depth + 1))
  }
  return { kind: 'tuple', rows: rows.length, fields }
}

function groupColumn(values: readonly unknown[], depth: number): Column | undefined {
  const lengths = new Uint32Array(values.length)
  const arrays = new Array<readonly unknown[]>(values.length)
  let total = 0
  for (let i = 0; i < values.length; i++) {
    const value = values[i]
    if (!(value instanceof ArrayGroup)) return undefined
    arrays[i] = ArrayGroup.itemsOf(value) as readonly unknown[]
    lengths[i] = value.size
    total += value.size
  }
  const items = itemsColumn(arrays, total, depth, detectColumn)
  return items && { kind: 'list', lengths, items, isGroup: true }
}

function recordColumn(
  values: readonly unknown[],
  first: object,
  depth: number,
): Column | undefined {
  const keys = Object.keys(first)
  if (keys.length === 0 || keys.length > RECORD_KEYS_MAX || keys.includes('__proto__')) {
    return undefined
  }
  for (let i = 0; i < values.length; i++) {
    const value = values[i]
    if (typeof value !== 'object' || value === null) return undefined
    if (Object.getPrototypeOf(value) !== Object.prototype) return undefined
    let count = 0
    for (const key in value) if (key !== keys[count++]) return undefined
    if (count !== keys.length) return undefined
  }
  const rows = values as readonly Record<string, unknown>[]
  const fields = keys.map(key => {
    const column = new Array<unknown>(rows.length)
    for (let i = 0; i < rows.length; i++) column[i] = rows[i]![key]
    return detectColumn(column, depth + 1)
  })
  return { kind: 'record', rows: rows.length, keys, fields }
}

function dateColumn(values: readonly unknown[]): Column | undefined {
  const times = new Float64Array(values.length)
  for (let i = 0; i < values.length; i++) {
    const value = values[i]
    if (!(value instanceof Date) || Object.getPrototypeOf(value) !== Date.prototype)
      return undefined
    times[i] = value.getTime()
  }
  return { kind: 'date', values: times }
}

const BYTES_MAX = 1 << 28

function bytesColumn(values: readonly unknown[], prototype: unknown): Column | undefined {
  const lengths = new Uint32Array(values.length)
  let total = 0
  for (let i = 0; i < values.length; i++) {
    const value = values[i]
    if (!(value instanceof Uint8Array) || Object.getPrototypeOf(value) !== prototype) {
      return undefined
    }
    lengths[i] = value.length
    total += value.length
    if (total > BYTES_MAX && values.length > 1) throw new BatchTooLarge()
  }
  const bytes = Buffer.concat(values as readonly Uint8Array[], total)
  return { kind: 'bytes', bytes, lengths, isBuffer: prototype === Buffer.prototype }
}
