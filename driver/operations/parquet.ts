import {
  BOUNDS,
  columnsOfRows,
  isParquetCodec,
  loadParquetWriter,
  type ParquetColumn,
  type RowFilter,
} from '#publib/datasource/parquet'
import { type Lineage, ParquetFiles, ParquetRows } from '#publib/lineage'
import { encodeValue } from '#publib/serialization'
import type { Codec, ParquetOptions, ParquetSaveOptions, Paths } from '../options.ts'
import { type Call, take } from './actions.ts'
import { options as optionsOf, wholeNumber } from './arguments.ts'
import { invalidArgument } from './errors.ts'
import type { Operation } from './operation.ts'
import { schemaOf } from './record-sources.ts'
import { saveAs, saveOptions } from './save.ts'
import { fileScan } from './sources.ts'

const ROW_GROUP_BYTES = 128 * 1024 * 1024
/** Rows that are looked at for names and types. */
const SCHEMA_ROWS = 1000

/** One object a row; only what is asked for is read. @throws INVALID_ARGUMENT, PATH_REFUSED */
export function parquet(
  op: Operation,
  path: Paths,
  given: ParquetOptions | undefined,
  defaultMinPartitions: number,
): Lineage<unknown> {
  const options = optionsOf<ParquetOptions>(op, 'options', given)
  const { paths, minPartitions } = fileScan(op, path, options, defaultMinPartitions)
  const { columns, filter = {}, name } = options
  if (options.codec !== undefined) {
    throw invalidArgument(
      op,
      'codec',
      options.codec,
      'left out: each page says how it is compressed',
    )
  }
  const areNames = columns === undefined || (Array.isArray(columns) && columns.every(isText))
  if (!areNames) throw invalidArgument(op, 'columns', columns, 'names of columns')
  const query = { columns: columns && [...new Set(columns)], filter: filterOf(op, filter) }
  const scan = { paths, minPartitions, codec: 'none', query } as const
  const files = new ParquetFiles(op.about('ParquetFiles'), scan)
  return new ParquetRows(op.about('ParquetRDD', name), files, query)
}

const isText = (value: unknown): boolean => typeof value === 'string'

/** A copy: later changes of it are not seen. */
function filterOf(op: Operation, filter: object): RowFilter {
  const isObject = typeof filter === 'object' && filter !== null && !Array.isArray(filter)
  if (!isObject)
    throw invalidArgument(op, 'filter', filter, 'bounds by column, as { id: { gt: 5 } }')
  const copies = Object.entries(filter).map(([column, bounds]: [string, unknown]) => {
    const isKnown =
      typeof bounds === 'object' &&
      bounds !== null &&
      Object.keys(bounds).every(name => (BOUNDS as readonly string[]).includes(name))
    if (!isKnown)
      throw invalidArgument(op, `filter.${column}`, bounds, `some of ${BOUNDS.join(', ')}`)
    if ('in' in bounds && !Array.isArray(bounds.in)) {
      throw invalidArgument(op, `filter.${column}.in`, bounds.in, 'an array of values')
    }
    return [column, { ...bounds }] as const
  })
  const copy = Object.fromEntries(copies)
  encodeValue(copy)
  return copy
}

/** One row an element, in columns. Types are those of the schema, or of the first rows. */
export async function saveAsParquet(
  call: Call<object>,
  path: string,
  given?: Codec | ParquetSaveOptions,
): Promise<void> {
  const { op } = call
  const asked = saveOptions<ParquetSaveOptions>(call, given)
  const { codec = 'snappy', schema, rowGroupBytes = ROW_GROUP_BYTES, ...others } = asked
  if (!isParquetCodec(codec)) {
    throw invalidArgument(op, 'codec', codec, 'none, snappy, gzip, brotli, zstd or lz4')
  }
  wholeNumber(op, 'rowGroupBytes', rowGroupBytes, 1)
  const known = schema === undefined ? undefined : columnsOfSchema(op, schema)
  // Whether page codecs can be written shows before anything is.
  await loadParquetWriter()
  await saveAs(call, path, { ...others, codec: 'none' }, async options => {
    const columns = known ?? columnsOfRows(await take(call, SCHEMA_ROWS, options))
    return { kind: 'parquet', codec, columns, rowGroupBytes }
  })
}

function columnsOfSchema(
  op: Operation,
  schema: NonNullable<ParquetSaveOptions['schema']>,
): readonly ParquetColumn[] {
  const { names, types } = schemaOf(op, schema)
  return names.map((name, i) => ({ name, type: types[i]! }))
}
