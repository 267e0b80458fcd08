import { Buffer, isUtf8 } from 'node:buffer'
import { type Column, detectColumn } from '#publib/columnar'
import { shortDecimal } from '#publib/util'
import { type CellType, readCell } from './cell-types.ts'
import type { CsvFormat } from './csv-format.ts'
import type { ScannedRecords } from './csv-scanner.ts'

/** The cells of a chunk: fields of its records, as texts or columns. */
export class CsvCells {
  readonly #bytes: Buffer
  readonly #records: ScannedRecords
  readonly #format: CsvFormat
  readonly #encoding: 'utf8' | 'latin1'
  readonly #null: Buffer
  readonly #isUtf8: boolean

  constructor(bytes: Buffer, records: ScannedRecords, format: CsvFormat) {
    this.#bytes = bytes
    this.#records = records
    this.#format = format
    this.#encoding = format.encoding === 'latin1' ? 'latin1' : 'utf8'
    this.#null = Buffer.from(format.nullValue, this.#encoding)
    this.#isUtf8 = this.#encoding === 'utf8' && isUtf8(bytes)
  }

  fieldCount(row: number): number {
    return this.#records.rowEnds[row]! - this.#firstField(row)
  }

  /** Null where there is none, or the text of null without quotes. */
  text(row: number, place: number): string | null {
    if (place >= this.fieldCount(row)) return null
    const field = this.#firstField(row) + place
    return this.#isNull(field) ? null : this.#textOf(field)
  }

  /** The whole record as it stands in the file. */
  recordText(row: number): string {
    const start = this.#records.rowStarts[row]!
    const last = this.#records.rowEnds[row]! - 1
    const isQuoted = this.#records.quoted[last] !== 0
    const end = this.#records.ends[last]! + (isQuoted ? 1 : 0)
    return this.#bytes.toString(this.#encoding, start, Math.min(end, this.#bytes.length))
  }

  /** One field of the rows, as text. */
  texts(rows: Int32Array, place: number): Column {
    if (!this.#isUtf8) return detectColumn(Array.from(rows, row => this.text(row, place)))
    const { starts: froms, ends: tos, quoted, rowEnds } = this.#records
    // Looked at for each field: without a text of its own, null is what is empty.
    const nullBytes = this.#null.length
    const starts = new Uint32Array(rows.length)
    const lengths = new Uint32Array(rows.length)
    const marks = new Uint8Array(rows.length)
    const apart: Buffer[] = []
    let apartEnd = this.#bytes.length
    let present = 0
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i]!
      const field = (row === 0 ? 0 : rowEnds[row - 1]!) + place
      const start = froms[field]!
      const length = tos[field]! - start
      const sign = quoted[field]!
      const mayBeNull = sign === 0 && length === nullBytes
      if (field >= rowEnds[row]! || (mayBeNull && (nullBytes === 0 || this.#isNull(field)))) {
        marks[i] = 1
        continue
      }
      starts[present] = start
      lengths[present++] = length
      if (sign !== 2) continue
      const text = Buffer.from(this.#textOf(field))
      apart.push(text)
      starts[present - 1] = apartEnd
      lengths[present - 1] = text.length
      apartEnd += text.length
    }
    const bytes =
      apart.length === 0 ? this.#bytes : Buffer.concat([this.#bytes, ...apart], apartEnd)
    const values: Column = {
      ...{ kind: 'utf8', bytes },
      ...{ starts: starts.subarray(0, present), lengths: lengths.subarray(0, present) },
    }
    if (present === rows.length) return values
    if (present === 0) return { kind: 'constant', rows: rows.length, value: null }
    return { kind: 'nullable', marks, values }
  }

  /** One field of the rows, read as `type`; undefined stands for a text that cannot be. */
  values(rows: Int32Array, place: number, type: CellType): unknown[] {
    const isDecimal = type === 'int' || type === 'double'
    return Array.from(rows, row => {
      if (place >= this.fieldCount(row)) return null
      const field = this.#firstField(row) + place
      if (this.#isNull(field)) return null
      const start = this.#records.starts[field]!
      const end = this.#records.ends[field]!
      const short = isDecimal ? shortNumber(this.#bytes, start, end, type === 'int') : undefined
      return short ?? readCell(this.#textOf(field), type)
    })
  }

  #firstField(row: number): number {
    return row === 0 ? 0 : this.#records.rowEnds[row - 1]!
  }

  #isNull(field: number): boolean {
    const { starts, ends, quoted } = this.#records
    const start = starts[field]!
    if (quoted[field] !== 0 || ends[field]! - start !== this.#null.length) return false
    for (let i = 0; i < this.#null.length; i++) {
      if (this.#bytes[start + i] !== this.#null[i]) return false
    }
    return true
  }

  #textOf(field: number): string {
    const { starts, ends, quoted } = this.#records
    const text = this.#bytes.toString(this.#encoding, starts[field], ends[field])
    const { quote } = this.#format
    return quoted[field] === 2 ? text.replaceAll(quote + quote, quote) : text
  }
}

const POINT = 46

function hasPoint(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (bytes[i] === POINT) return true
  return false
}

/** A cell of few digits as a number; undefined where its text is to be looked at. */
function shortNumber(
  bytes: Uint8Array,
  start: number,
  end: number,
  isInt: boolean,
): number | undefined {
  const value = shortDecimal(bytes, start, end - start)
  if (Number.isNaN(value)) return undefined
  if (!isInt) return value
  // A text with a point stands for no whole number, and beyond 32 bits there is none. -0 is 0.
  return (value | 0) === value && !hasPoint(bytes, start, end) ? value | 0 : undefined
}
