import type { Column } from './column.ts'
import { detectColumn } from './detect.ts'
import { mapFields } from './fields.ts'
import { TooDeepForColumns } from './limits.ts'

/**
 * The same records, with values that nobody has looked at yet as the kind of column that they make after all. The same
 * column where there are none.
 *
 * @throws BatchTooLarge
 */
export function settledColumn(column: Column, depth = 0): Column {
  switch (column.kind) {
    case 'values':
      return settledValues(column, depth)
    case 'nullable':
    case 'list': {
      const [name, inner] =
        column.kind === 'list' ? ['items', column.items] : ['values', column.values]
      const settled = settledColumn(inner as Column, depth + 1)
      return settled === inner ? column : ({ ...column, [name as string]: settled } as Column)
    }
    case 'tuple':
    case 'record': {
      const fields = mapFields(column.fields, field => settledColumn(field, depth + 1))
      return fields.every((field, i) => field === column.fields[i]) ? column : { ...column, fields }
    }
    default:
      return column
  }
}

function settledValues(column: Column & { kind: 'values' }, depth: number): Column {
  try {
    const detected = detectColumn(column.values, depth)
    return detected.kind === 'values' ? column : detected
  } catch (error) {
    if (error instanceof TooDeepForColumns) return column
    throw error
  }
}
