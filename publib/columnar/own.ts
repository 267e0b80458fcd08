import type { Column } from './column.ts'
import { mapFields } from './fields.ts'
import { BatchTooLarge } from './limits.ts'
import { settledColumn } from './settle.ts'
import { packUtf8 } from './strings.ts'

/** The same records in memory of its own: for who keeps a column that is valid only until the next is asked for. */
export function ownColumn(column: Column): Column {
  switch (column.kind) {
    case 'constant':
      return column
    case 'values':
      return ownValues(column)
    case 'utf8':
      if (column.starts !== undefined) {
        const packed = packUtf8(column)
        return { ...packed, lengths: packed.lengths.slice() }
      }
      return { ...column, bytes: column.bytes.slice(), lengths: column.lengths.slice() }
    case 'utf16':
      return { ...column, units: column.units.slice(), lengths: column.lengths.slice() }
    case 'bytes':
      return { ...column, bytes: column.bytes.slice(), lengths: column.lengths.slice() }
    case 'nullable':
      return { ...column, marks: column.marks.slice(), values: ownColumn(column.values) }
    case 'list':
      return { ...column, lengths: column.lengths.slice(), items: ownColumn(column.items) }
    case 'tuple':
    case 'record':
      return { ...column, fields: mapFields(column.fields, ownColumn) }
    case 'f64':
      return { ...column, values: column.values.slice() }
    case 'i32':
      return { ...column, values: column.values.slice() }
    case 'i64':
      return { ...column, values: column.values.slice() }
    case 'bool':
      return { ...column, values: column.values.slice() }
    case 'date':
      return { ...column, values: column.values.slice() }
  }
}

function ownValues(column: Column & { kind: 'values' }): Column {
  try {
    const settled = settledColumn(column)
    return settled === column ? { kind: 'values', values: column.values.slice() } : settled
  } catch (error) {
    // More bytes than one column may have: they stay what they are.
    if (error instanceof BatchTooLarge) return { kind: 'values', values: column.values.slice() }
    throw error
  }
}
