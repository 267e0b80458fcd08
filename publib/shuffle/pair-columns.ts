import { type Column, valuesOf } from '#publib/columnar'

/** Keys and values of a column of pairs, apart. */
export interface PairColumns {
  readonly keys: Column
  readonly values: Column
}

/** Records that are arrays, but no plain pairs, give what stands in their first two places. */
export function pairColumns(column: Column): PairColumns {
  if (column.kind === 'tuple' && column.fields.length >= 2) {
    return { keys: column.fields[0]!, values: column.fields[1]! }
  }
  const records = valuesOf(column) as (readonly unknown[])[]
  return {
    keys: { kind: 'values', values: records.map(record => record[0]) },
    values: { kind: 'values', values: records.map(record => record[1]) },
  }
}
