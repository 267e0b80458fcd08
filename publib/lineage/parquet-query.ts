import { Buffer } from 'node:buffer'
import type { ParquetQuery, RowFilter } from '#publib/datasource/parquet'
import { decodeValue, encodeValue } from '#publib/serialization'
import type { Fields } from './lineage.ts'

/** A query as fields, which hold plain JSON: bounds may be dates, bigints and bytes. */
export function fieldsOfQuery({ columns, filter }: ParquetQuery): Fields {
  return { columns, filter: Buffer.from(encodeValue(filter)).toString('base64') }
}

export function queryOfFields(fields: Fields): ParquetQuery {
  const filter = decodeValue(Buffer.from(fields['filter'] as string, 'base64')) as RowFilter
  return { columns: fields['columns'] as ParquetQuery['columns'], filter }
}
