import { CELL_TYPES, type CellType } from '#publib/datasource/csv'
import type { RecordPolicy } from '#publib/datasource/records'
import { CsvSource, JsonLinesSource, type Lineage, type MalformedCount } from '#publib/lineage'
import type { CsvOptions, JsonLinesOptions, Paths, RecordOptions, Schema } from '../options.ts'
import { options as optionsOf, wholeNumber } from './arguments.ts'
import { invalidArgument } from './errors.ts'
import type { Operation } from './operation.ts'
import { fileScan } from './sources.ts'

const RECORD_BYTES_MAX = 64 * 1024 * 1024

/** @throws INVALID_ARGUMENT, PATH_REFUSED, CODEC_UNAVAILABLE */
export function jsonLines(
  op: Operation,
  path: Paths,
  given: JsonLinesOptions | undefined,
  defaultMinPartitions: number,
): Lineage<unknown> {
  const options = optionsOf<JsonLinesOptions>(op, 'options', given)
  const { largeIntegers = 'number', name } = options
  oneOf(op, 'largeIntegers', largeIntegers, ['number', 'bigint', 'string'])
  const { encoding, ...files } = fileScan(op, path, options, defaultMinPartitions)
  const json = { encoding, policy: policyOf(op, options), largeIntegers }
  return new JsonLinesSource(
    op.about('JsonLinesRDD', name),
    { ...files, json },
    countOf(op, options),
  )
}

/** @throws INVALID_ARGUMENT, PATH_REFUSED, CODEC_UNAVAILABLE */
export function csv(
  op: Operation,
  path: Paths,
  given: CsvOptions | undefined,
  defaultMinPartitions: number,
): Lineage<unknown> {
  const options = optionsOf<CsvOptions>(op, 'options', given)
  const { delimiter = ',', quote = '"', comment = '', nullValue = '', name } = options
  character(op, 'delimiter', delimiter, false)
  character(op, 'quote', quote, true)
  character(op, 'comment', comment, true)
  const signs = [delimiter, quote, comment].filter(sign => sign !== '')
  if (new Set(signs).size < signs.length) {
    throw invalidArgument(op, 'delimiter', delimiter, 'another one than quote and comment')
  }
  if (typeof nullValue !== 'string') throw invalidArgument(op, 'nullValue', nullValue, 'a text')
  const { names, types, hasHeader } = columnsOf(op, options)
  const { encoding, ...files } = fileScan(op, path, options, defaultMinPartitions)
  const format = { delimiter, quote, comment, hasHeader, nullValue, encoding }
  const scan = { format, policy: policyOf(op, options), names, types }
  const infersTypes = options.inferTypes === true
  return new CsvSource(
    op.about('CsvRDD', name),
    { ...files, csv: scan, infersTypes },
    countOf(op, options),
  )
}

interface Columns {
  readonly names: readonly string[] | undefined
  readonly types: readonly CellType[] | undefined
  /** Whether the first record of each file is no row. */
  readonly hasHeader: boolean
}

/** A schema names the columns as well: the header must then say the same. */
function columnsOf(op: Operation, options: CsvOptions): Columns {
  const { header = true, columns, schema, inferTypes = false } = options
  if (typeof header !== 'boolean') throw invalidArgument(op, 'header', header, 'true or false')
  if (typeof inferTypes !== 'boolean') {
    throw invalidArgument(op, 'inferTypes', inferTypes, 'true or false')
  }
  if (schema !== undefined && (columns !== undefined || inferTypes)) {
    throw invalidArgument(op, 'schema', schema, 'left out beside columns or inferTypes')
  }
  if (columns !== undefined) {
    const isHeader = options.header ?? false
    return { names: namesOf(op, 'columns', columns), types: undefined, hasHeader: isHeader }
  }
  if (schema === undefined) return { names: undefined, types: undefined, hasHeader: header }
  const { names, types } = schemaOf(op, schema)
  return { names, types, hasHeader: header }
}

export function schemaOf(op: Operation, schema: Schema): { names: string[]; types: CellType[] } {
  if (typeof schema !== 'object' || schema === null || Object.keys(schema).length === 0) {
    throw invalidArgument(op, 'schema', schema, "names and types, as { id: 'int' }")
  }
  const names = namesOf(op, 'schema', Object.keys(schema))
  const types = Object.entries(schema).map(([name, type]) => {
    oneOf(op, `schema.${name}`, type, CELL_TYPES)
    return type
  })
  return { names, types }
}

function namesOf(op: Operation, argument: string, names: readonly string[]): string[] {
  const areTexts = Array.isArray(names) && names.every(name => typeof name === 'string')
  if (!areTexts || new Set(names).size < names.length || names.includes('__proto__')) {
    throw invalidArgument(op, argument, names, 'different names, none of them __proto__')
  }
  return [...names]
}

function policyOf(op: Operation, options: RecordOptions): RecordPolicy {
  const { mode = 'failFast', columnNameOfCorruptRecord: corruptColumn } = options
  oneOf(op, 'mode', mode, ['permissive', 'dropMalformed', 'failFast'])
  if (corruptColumn !== undefined && (mode !== 'permissive' || typeof corruptColumn !== 'string')) {
    throw invalidArgument(
      op,
      'columnNameOfCorruptRecord',
      corruptColumn,
      "a name, with mode: 'permissive'",
    )
  }
  const bytes = options.recordBytesMax ?? RECORD_BYTES_MAX
  return { mode, corruptColumn, recordBytesMax: wholeNumber(op, 'recordBytesMax', bytes, 1) }
}

function countOf(op: Operation, { malformed }: RecordOptions): MalformedCount | undefined {
  if (malformed === undefined) return undefined
  if (typeof (malformed as Partial<typeof malformed>).add !== 'function') {
    throw invalidArgument(op, 'malformed', malformed, 'an accumulator')
  }
  return op.value(malformed) as MalformedCount
}

function oneOf<V>(op: Operation, argument: string, value: V, known: readonly V[]): void {
  if (!known.includes(value))
    throw invalidArgument(op, argument, value, `one of ${known.join(', ')}`)
}

function character(op: Operation, argument: string, value: string, mayBeEmpty: boolean): void {
  if (mayBeEmpty && value === '') return
  const code = typeof value === 'string' && value.length === 1 ? value.charCodeAt(0) : 0
  if (code > 0 && code < 128 && code !== 10 && code !== 13) return
  throw invalidArgument(op, argument, value, 'one ASCII character, and no line end')
}
