import type { CellType } from '../csv/index.ts'

/** What a column of Parquet holds: types of cells, or any value that JSON can hold. */
export type ParquetType = CellType | 'json'

export interface ParquetColumn {
  readonly name: string
  readonly type: ParquetType
}

interface ColumnType {
  holds(value: unknown): boolean
  /** About, in bytes. */
  weightOf(value: unknown): number
}

const isDate = (value: unknown): boolean => value instanceof Date && !Number.isNaN(value.getTime())
const INT_MAX = 2 ** 31
const LONG_MAX = 2n ** 63n

export const COLUMN_TYPES: Readonly<Record<ParquetType, ColumnType>> = {
  string: {
    holds: value => typeof value === 'string',
    weightOf: value => 4 + (value as string).length,
  },
  int: {
    holds: value => Number.isInteger(value) && Math.abs(value as number) < INT_MAX,
    weightOf: () => 4,
  },
  long: {
    holds: value => typeof value === 'bigint' && value >= -LONG_MAX && value < LONG_MAX,
    weightOf: () => 8,
  },
  float: { holds: value => typeof value === 'number', weightOf: () => 4 },
  double: { holds: value => typeof value === 'number', weightOf: () => 8 },
  boolean: { holds: value => typeof value === 'boolean', weightOf: () => 1 },
  date: { holds: isDate, weightOf: () => 4 },
  timestamp: { holds: isDate, weightOf: () => 8 },
  binary: {
    holds: value => value instanceof Uint8Array,
    weightOf: value => 4 + (value as Uint8Array).length,
  },
  json: { holds: isJson, weightOf: () => 100 },
}

function isJson(value: unknown): boolean {
  try {
    return JSON.stringify(value) !== undefined
  } catch {
    return false
  }
}

/** The columns of some rows, in the order in which they come; what is null in all of them is text. */
export function columnsOfRows(rows: readonly unknown[]): readonly ParquetColumn[] {
  const types = new Map<string, ParquetType | undefined>()
  for (const row of rows) {
    const cells = Array.isArray(row)
      ? row.map((value, i) => [`_c${i}`, value] as const)
      : Object.entries(row as object)
    for (const [name, value] of cells) {
      const before = types.get(name)
      const type = value === null || value === undefined ? before : typeOf(value)
      types.set(name, before === undefined || before === type ? type : 'json')
    }
  }
  return [...types].map(([name, type]) => ({ name, type: type ?? 'string' }))
}

function typeOf(value: unknown): ParquetType {
  if (typeof value === 'string') return 'string'
  if (typeof value === 'number') return 'double'
  if (typeof value === 'bigint') return 'long'
  if (typeof value === 'boolean') return 'boolean'
  if (value instanceof Date) return 'timestamp'
  return value instanceof Uint8Array ? 'binary' : 'json'
}
