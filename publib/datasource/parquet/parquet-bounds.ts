import type { ParquetQueryFilter } from './hyparquet.ts'

/** What a value must meet: all of it. */
export interface Bounds {
  readonly eq?: unknown
  readonly in?: readonly unknown[]
  readonly gt?: unknown
  readonly gte?: unknown
  readonly lt?: unknown
  readonly lte?: unknown
}
/** By column: plain data. */
export type RowFilter = Readonly<Record<string, Bounds>>

export const BOUNDS = ['eq', 'in', 'gt', 'gte', 'lt', 'lte'] as const

/** What row groups can be left out by, from the least and the largest value that the file says they have. */
export function pruningFilter(filter: RowFilter): ParquetQueryFilter {
  const conditions = Object.entries(filter).map(([column, bounds]) => {
    const operators = Object.entries(bounds).map(([name, bound]) => [`$${name}`, bound])
    return { [column]: Object.fromEntries(operators) }
  })
  return { $and: conditions }
}

/** Null meets nothing but itself; a number and a bigint of equal value are equal. */
export function meets(value: unknown, bounds: Bounds): boolean {
  if ('eq' in bounds && !isEqual(value, bounds.eq)) return false
  if (bounds.in !== undefined && !bounds.in.some(one => isEqual(value, one))) return false
  const { gt, gte, lt, lte } = bounds
  const hasOrder = [gt, gte, lt, lte].some(bound => bound !== undefined)
  if (!hasOrder) return true
  if (value === null || value === undefined) return false
  const [a, b, c, d] = [gt, gte, lt, lte].map(bound => bound as number)
  const x = value as number
  if (gt !== undefined && !(x > a!)) return false
  if (gte !== undefined && !(x >= b!)) return false
  if (lt !== undefined && !(x < c!)) return false
  return lte === undefined || x <= d!
}

function isEqual(a: unknown, b: unknown): boolean {
  if (a instanceof Date && b instanceof Date) return a.getTime() === b.getTime()
  if (a instanceof Uint8Array && b instanceof Uint8Array) {
    return a.length === b.length && a.every((byte, i) => byte === b[i])
  }
  const areNumbers = [a, b].every(one => typeof one === 'number' || typeof one === 'bigint')
  // biome-ignore lint/suspicious/noDoubleEquals: 1 and 1n are equal here.
  return areNumbers ? a == b : a === b || (a === undefined && b === null)
}
