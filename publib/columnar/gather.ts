import { kernels } from '#publib/kernels'
import type { Column } from './column.ts'
import { mapFields } from './fields.ts'
import { startsOf, startsOfPresent } from './locate.ts'

/** The rows at the places `order`, one behind the other: a column of its own memory, texts packed. */
export function gatherColumn(column: Column, order: Uint32Array): Column {
  switch (column.kind) {
    case 'constant':
      return { kind: 'constant', rows: order.length, value: column.value }
    case 'f64':
      return { kind: 'f64', values: gatherDoubles(column.values, order) }
    case 'date':
      return { kind: 'date', values: gatherDoubles(column.values, order) }
    case 'i32':
      return { kind: 'i32', values: gatherIntegers(column.values, order) }
    case 'i64':
      return { kind: 'i64', values: gatherLongs(column.values, order) }
    case 'bool':
      return { kind: 'bool', values: gatherBytes(column.values, order) }
    case 'utf8': {
      const { bytes, lengths } = kernels().gatherTexts({ starts: undefined, ...column }, order)
      return { kind: 'utf8', bytes, lengths }
    }
    case 'values':
      return { kind: 'values', values: gatherValues(column.values, order) }
    default:
      return gatherNested(column, order)
  }
}

type Nested = Extract<
  Column,
  { kind: 'utf16' | 'bytes' | 'nullable' | 'tuple' | 'record' | 'list' }
>

function gatherNested(column: Nested, order: Uint32Array): Column {
  switch (column.kind) {
    case 'utf16': {
      const units = new Uint16Array(sizeOf(column.lengths, order))
      return {
        kind: 'utf16',
        units,
        lengths: gatherRuns(column.units, column.lengths, order, units),
      }
    }
    case 'bytes': {
      const bytes = new Uint8Array(sizeOf(column.lengths, order))
      return { ...column, bytes, lengths: gatherRuns(column.bytes, column.lengths, order, bytes) }
    }
    case 'list': {
      const { lengths, places } = gatherRanges(column.lengths, order)
      return { ...column, lengths, items: gatherColumn(column.items, places) }
    }
    case 'nullable':
      return gatherNullable(column, order)
    default: {
      const fields = mapFields(column.fields, field => gatherColumn(field, order))
      return { ...column, rows: order.length, fields }
    }
  }
}

function gatherNullable(column: Column & { kind: 'nullable' }, order: Uint32Array): Column {
  const marks = gatherBytes(column.marks, order)
  const starts = startsOfPresent(column.marks)
  const present = new Uint32Array(order.length)
  let count = 0
  for (let i = 0; i < order.length; i++) if (marks[i] === 0) present[count++] = starts[order[i]!]!
  const values = gatherColumn(column.values, present.subarray(0, count))
  return { kind: 'nullable', marks, values }
}

function sizeOf(lengths: Uint32Array, order: Uint32Array): number {
  let size = 0
  for (let i = 0; i < order.length; i++) size += lengths[order[i]!]!
  return size
}

/** Copies what is in the rows, and gives their lengths. */
function gatherRuns<A extends Uint8Array | Uint16Array>(
  from: A,
  all: Uint32Array,
  order: Uint32Array,
  to: A,
): Uint32Array {
  const starts = startsOf(all)
  const lengths = new Uint32Array(order.length)
  let end = 0
  for (let i = 0; i < order.length; i++) {
    const start = starts[order[i]!]!
    const length = all[order[i]!]!
    lengths[i] = length
    to.set(from.subarray(start, start + length), end)
    end += length
  }
  return lengths
}

/** The lengths of rows, and the places of all that is in them. */
function gatherRanges(
  all: Uint32Array,
  order: Uint32Array,
): { readonly lengths: Uint32Array; readonly places: Uint32Array } {
  const starts = startsOf(all)
  const lengths = new Uint32Array(order.length)
  let size = 0
  for (let i = 0; i < order.length; i++) {
    const length = all[order[i]!]!
    lengths[i] = length
    size += length
  }
  const places = new Uint32Array(size)
  let end = 0
  for (let i = 0; i < order.length; i++) {
    const start = starts[order[i]!]!
    const length = lengths[i]!
    for (let k = 0; k < length; k++) places[end++] = start + k
  }
  return { lengths, places }
}

/** One loop for each kind of array: a loop that has seen several is several times slower. */
function gatherDoubles(from: Float64Array, order: Uint32Array): Float64Array<ArrayBuffer> {
  const to = new Float64Array(order.length)
  for (let i = 0; i < order.length; i++) to[i] = from[order[i]!]!
  return to
}

function gatherLongs(from: BigInt64Array, order: Uint32Array): BigInt64Array<ArrayBuffer> {
  const to = new BigInt64Array(order.length)
  for (let i = 0; i < order.length; i++) to[i] = from[order[i]!]!
  return to
}

function gatherValues(from: readonly unknown[], order: Uint32Array): unknown[] {
  const to = new Array<unknown>(order.length)
  for (let i = 0; i < order.length; i++) to[i] = from[order[i]!]
  return to
}

function gatherIntegers(from: Int32Array, order: Uint32Array): Int32Array<ArrayBuffer> {
  const to = new Int32Array(order.length)
  for (let i = 0; i < order.length; i++) to[i] = from[order[i]!]!
  return to
}

function gatherBytes(from: Uint8Array, order: Uint32Array): Uint8Array<ArrayBuffer> {
  const to = new Uint8Array(order.length)
  for (let i = 0; i < order.length; i++) to[i] = from[order[i]!]!
  return to
}
