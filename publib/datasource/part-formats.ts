import { Buffer } from 'node:buffer'
import type { Batch } from '#publib/columnar'
import { encodeBatches } from '#publib/serialization'
import { notJson, notText } from './errors.ts'
import { type ParquetOutput, ParquetPart } from './parquet/parquet-part.ts'
import type { PartFile } from './part-file.ts'

/** How the records of an output are written: plain data, which travels with the stage. */
export type PartFormat =
  /** One line an element: `String(element)`, or the bytes of bytes. */
  | { readonly kind: 'text' }
  | { readonly kind: 'jsonLines' }
  | CsvOutput
  | ParquetOutput
  /** Blocks of the record codec. */
  | { readonly kind: 'objects' }

export interface CsvOutput {
  readonly kind: 'csv'
  readonly delimiter: string
  /** Names and order of the columns; undefined: rows are arrays. */
  readonly columns: readonly string[] | undefined
  readonly hasHeader: boolean
  /** Puts a `'` before what a spreadsheet would run as a formula. */
  readonly escapesFormulas: boolean
}

/** Writes batch after batch. */
export interface PartWriter {
  /** @throws VALUE_NOT_ENCODABLE */
  write(batch: Batch<unknown>): void
  /** What stands behind the last one. */
  finish(): void
}

/** A writer to a part, whose head is written at once. */
export function partWriter(format: PartFormat, part: PartFile): PartWriter {
  if (format.kind === 'parquet') return new ParquetPart(format, part)
  return { write: batchWriter(format, part), finish: () => {} }
}

function batchWriter(
  format: Exclude<PartFormat, ParquetOutput>,
  part: PartFile,
): PartWriter['write'] {
  switch (format.kind) {
    case 'text':
      return batch => {
        for (const record of batch) writeLine(record, part)
      }
    case 'jsonLines':
      return batch => {
        for (const record of batch) part.text(`${jsonOf(record)}\n`)
      }
    case 'csv': {
      const { columns, hasHeader } = format
      if (hasHeader && columns !== undefined) part.text(csvLine(columns, format))
      return batch => {
        for (const record of batch) part.text(csvLine(cellsOf(record, columns), format))
      }
    }
    case 'objects':
      return batch => {
        for (const block of encodeBatches(batch)) part.raw(block)
      }
  }
}

function writeLine(record: unknown, part: PartFile): void {
  if (record instanceof Uint8Array) {
    part.raw(record)
    part.text('\n')
    return
  }
  part.text(`${textOfRecord(record)}\n`)
}

function textOfRecord(record: unknown): string {
  if (typeof record === 'string') return record
  try {
    return String(record)
  } catch (error) {
    throw notText(error)
  }
}

function jsonOf(record: unknown): string {
  let text: string | undefined
  try {
    text = JSON.stringify(record)
  } catch (error) {
    throw notJson(record, error)
  }
  if (text === undefined) throw notJson(record, undefined)
  return text
}

function cellsOf(record: unknown, columns: readonly string[] | undefined): readonly unknown[] {
  if (Array.isArray(record)) return record
  if (columns === undefined || typeof record !== 'object' || record === null) {
    throw notText(new TypeError(`a row is an object or an array, and this is ${typeof record}`))
  }
  return columns.map(name => (record as Readonly<Record<string, unknown>>)[name])
}

function csvLine(cells: readonly unknown[], format: CsvOutput): string {
  return `${cells.map(cell => cellText(cell, format)).join(format.delimiter)}\n`
}

/** What makes a spreadsheet run a text as a formula, in its first place. */
const FORMULA = /^[=+\-@\t\r]/

function cellText(cell: unknown, { delimiter, escapesFormulas }: CsvOutput): string {
  if (cell === null || cell === undefined) return ''
  let text = plainText(cell)
  const isText = typeof cell === 'string'
  if (escapesFormulas && isText && FORMULA.test(text)) text = `'${text}`
  // Without quotes the empty text would be read as null.
  const isPlain = text !== '' && !/["\r\n]/.test(text) && !text.includes(delimiter)
  return isPlain ? text : `"${text.replaceAll('"', '""')}"`
}

function plainText(cell: unknown): string {
  try {
    if (typeof cell !== 'object' || cell === null) return String(cell)
    if (cell instanceof Date) return cell.toISOString()
    if (cell instanceof Uint8Array) return Buffer.from(cell).toString('base64')
    return JSON.stringify(cell)
  } catch (error) {
    throw notText(error)
  }
}
