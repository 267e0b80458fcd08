import type { Batch } from '#publib/columnar'
import { notAColumn } from '../errors.ts'
import type { PartFile } from '../part-file.ts'
import { type ParquetWriter, parquetWriter, type SchemaElement } from './hyparquet-writer.ts'
import { PARQUET_CODECS, type ParquetCodec, pageCompressors } from './parquet-codecs.ts'
import { COLUMN_TYPES, type ParquetColumn, type ParquetType } from './parquet-types.ts'

/** How rows become Parquet: plain data. */
export interface ParquetOutput {
  readonly kind: 'parquet'
  readonly codec: ParquetCodec
  readonly columns: readonly ParquetColumn[]
  /** What rows of a group weigh at most, before they are compressed. */
  readonly rowGroupBytes: number
}

const ELEMENTS: Readonly<Record<ParquetType, Partial<SchemaElement>>> = {
  string: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  int: { type: 'INT32' },
  long: { type: 'INT64' },
  float: { type: 'FLOAT' },
  double: { type: 'DOUBLE' },
  boolean: { type: 'BOOLEAN' },
  date: { type: 'INT32', converted_type: 'DATE' },
  timestamp: { type: 'INT64', converted_type: 'TIMESTAMP_MILLIS' },
  binary: { type: 'BYTE_ARRAY' },
  json: { type: 'BYTE_ARRAY', converted_type: 'JSON' },
}

/** Writes rows to a part, a row group at a time. @throws VALUE_NOT_ENCODABLE */
export class ParquetPart {
  readonly #output: ParquetOutput
  readonly #flush: () => void
  readonly #writer: ParquetWriter
  #data: unknown[][]
  #rows = 0
  #bytes = 0

  constructor(output: ParquetOutput, part: PartFile) {
    this.#output = output
    const { ByteWriter, ParquetWriter } = parquetWriter()
    const bytes = new ByteWriter()
    this.#flush = () => {
      part.raw(bytes.getBytes())
      bytes.index = 0
    }
    this.#writer = new ParquetWriter({
      writer: bytes,
      schema: schemaOf(output.columns),
      codec: PARQUET_CODECS[output.codec],
      compressors: pageCompressors,
      createdBy: 'simSpark',
    })
    this.#data = output.columns.map(() => [])
  }

  write(batch: Batch<unknown>): void {
    const { columns, rowGroupBytes } = this.#output
    for (const row of batch) {
      for (const [i, column] of columns.entries()) {
        const value = cellOf(row, column, i)
        const type = COLUMN_TYPES[column.type]
        if (value !== null && !type.holds(value)) throw notAColumn(column, value)
        this.#bytes += value === null ? 1 : type.weightOf(value)
        this.#data[i]!.push(value === null ? undefined : value)
      }
      this.#rows++
      if (this.#bytes >= rowGroupBytes) this.#endGroup()
    }
  }

  finish(): void {
    this.#endGroup()
    this.#writer.finish()
    this.#flush()
  }

  #endGroup(): void {
    if (this.#rows === 0) return
    const { columns } = this.#output
    const columnData = columns.map(({ name }, i) => ({ name, data: this.#data[i]! }))
    this.#writer.write({ columnData, rowGroupSize: this.#rows })
    this.#flush()
    this.#data = columns.map(() => [])
    this.#rows = 0
    this.#bytes = 0
  }
}

function schemaOf(columns: readonly ParquetColumn[]): SchemaElement[] {
  const elements = columns.map(({ name, type }) => {
    return { name, repetition_type: 'OPTIONAL', ...ELEMENTS[type] }
  })
  return [{ name: 'root', num_children: columns.length }, ...elements]
}

/** By name of an object, by position of an array. */
function cellOf(row: unknown, { name }: ParquetColumn, index: number): unknown {
  if (Array.isArray(row)) return row[index] ?? null
  const isObject = typeof row === 'object' && row !== null
  if (!isObject) throw notAColumn(undefined, row)
  return Object.hasOwn(row, name) ? ((row as Record<string, unknown>)[name] ?? null) : null
}
