import { bytesOfView, KEY_DEPTH_MAX, kindOfView } from './equality.ts'

/** Negative where `a` comes first, positive where `b` does, 0 where they are equal in order. */
export type Compare<in T = unknown> = (a: T, b: T) => number

/**
 * The one total order over all values: undefined, null, false, true, numbers and bigints by size with NaN last, strings by
 * UTF-16 code unit, dates, bytes and other views, arrays item by item, then objects field by field in the order of their
 * sorted keys, Maps and Sets like arrays, functions and symbols by their text. Equal keys compare as 0, and `1` comes just before `1n`.
 */
export function compareValues(a: unknown, b: unknown): number {
  if (typeof a === 'number' && typeof b === 'number') return compareNumbers(a, b)
  if (typeof a === 'string' && typeof b === 'string') return a < b ? -1 : a > b ? 1 : 0
  return compareNested(a, b, 0)
}

const RANK = { undefined: 0, null: 1, boolean: 2, number: 3, string: 4, date: 5, view: 6 } as const
const ARRAY = 7
const OBJECT = 8
const KEYED = 9
const OTHER = 10

function compareNested(a: unknown, b: unknown, depth: number): number {
  if (a === b) return 0
  const rank = rankOf(a)
  const difference = rank - rankOf(b)
  if (difference !== 0) return difference
  switch (rank) {
    case RANK.number:
      return compareNumeric(a as number | bigint, b as number | bigint)
    case RANK.boolean:
    case RANK.string:
      return compareLess(a as string, b as string)
    case RANK.date:
      return compareNumbers((a as Date).getTime(), (b as Date).getTime())
    case RANK.view:
      return compareViews(a as ArrayBufferView, b as ArrayBufferView)
    case ARRAY:
      return compareItems(a as unknown[], b as unknown[], depth)
    case OBJECT:
      return compareItems(fieldsOf(a as object), fieldsOf(b as object), depth)
    case KEYED:
      return compareItems([...(a as Set<unknown>)], [...(b as Set<unknown>)], depth)
    default:
      return compareLess(String(a), String(b))
  }
}

function rankOf(value: unknown): number {
  switch (typeof value) {
    case 'undefined':
      return RANK.undefined
    case 'boolean':
      return RANK.boolean
    case 'number':
    case 'bigint':
      return RANK.number
    case 'string':
      return RANK.string
    case 'object':
      return value === null ? RANK.null : rankOfObject(value)
    default:
      return OTHER
  }
}

function rankOfObject(value: object): number {
  if (Array.isArray(value)) return ARRAY
  if (value instanceof Date) return RANK.date
  if (ArrayBuffer.isView(value)) return RANK.view
  return value instanceof Map || value instanceof Set ? KEYED : OBJECT
}

function compareLess(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function compareNumbers(a: number, b: number): number {
  if (a < b) return -1
  if (a > b) return 1
  if (a === b) return 0
  return Number(Number.isNaN(a)) - Number(Number.isNaN(b))
}

function compareNumeric(a: number | bigint, b: number | bigint): number {
  if (a < b) return -1
  if (a > b) return 1
  const nan = Number(Number.isNaN(a)) - Number(Number.isNaN(b))
  if (nan !== 0 || typeof a === typeof b) return nan
  return typeof a === 'number' ? -1 : 1
}

function compareViews(a: ArrayBufferView, b: ArrayBufferView): number {
  const kind = compareLess(kindOfView(a), kindOfView(b))
  if (kind !== 0) return kind
  const left = bytesOfView(a)
  const right = bytesOfView(b)
  const shared = Math.min(left.length, right.length)
  for (let i = 0; i < shared; i++) {
    if (left[i] !== right[i]) return left[i]! - right[i]!
  }
  return left.length - right.length
}

function compareItems(a: readonly unknown[], b: readonly unknown[], depth: number): number {
  if (depth > KEY_DEPTH_MAX) return 0
  const shared = Math.min(a.length, b.length)
  for (let i = 0; i < shared; i++) {
    const difference = compareNested(a[i], b[i], depth + 1)
    if (difference !== 0) return difference
  }
  return a.length - b.length
}

function fieldsOf(value: object): unknown[] {
  return Object.keys(value)
    .sort()
    .flatMap(key => [key, value[key as never]])
}
