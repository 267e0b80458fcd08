import {
  BatchTooLarge,
  type Column,
  coalesceColumns,
  isTiny,
  ownColumn,
  rowsOf,
  settledColumn,
  sliceColumn,
  valuesOf,
} from '#publib/columnar'
import { sealBlock } from './block.ts'
import { ByteWriter } from './byte-writer.ts'
import { blockOf, EMPTY_HEADER, type EncodeOptions, explained } from './record-codec.ts'

/** A value that is encoded already: as `encodeValue` would give it. */
export class EncodedValue {
  readonly bytes: Uint8Array

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
  }
}

/** Columns as one block each, in halves where one would be too large. @throws VALUE_NOT_ENCODABLE */
export function encodeColumn(column: Column, options: EncodeOptions = {}): Uint8Array[] {
  const rows = rowsOf(column)
  try {
    return [blockOf(settledColumn(column), rows, options)]
  } catch (error) {
    const isTooLarge = error instanceof BatchTooLarge || error instanceof RangeError
    if (!isTooLarge || rows < 2) throw explained(error, valuesOf(column), options)
  }
  const half = rows >>> 1
  const firstRow = (options.firstRow ?? 0) + half
  return [
    ...encodeColumn(sliceColumn(column, 0, half), options),
    ...encodeColumn(sliceColumn(column, half, rows), { ...options, firstRow }),
  ]
}

/** Tiny columns wait for others, up to this number of rows or of columns: each block has a price. */
const ROWS_WAITING_MAX = 8192
const COLUMNS_WAITING_MAX = 256

/** The array of the records of many columns, as `encodeValue` would encode it; no record is made. */
export class ListEncoder {
  readonly #out = new ByteWriter()
  readonly #options: EncodeOptions
  #rows = 0
  #waiting: Column[] = []
  #waitingRows = 0

  constructor(options: EncodeOptions = {}) {
    this.#options = options
    this.#out.bytes(EMPTY_HEADER)
  }

  /** Takes in what the column holds now. @throws VALUE_NOT_ENCODABLE */
  add(column: Column): void {
    const rows = rowsOf(column)
    if (rows === 0) return
    if (!isTiny(column)) {
      this.#flush()
      this.#encode(column)
      return
    }
    this.#waiting.push(ownColumn(column))
    this.#waitingRows += rows
    const isFull = this.#waitingRows >= ROWS_WAITING_MAX
    if (isFull || this.#waiting.length === COLUMNS_WAITING_MAX) this.#flush()
  }

  finish(): EncodedValue {
    this.#flush()
    const block = this.#out.finish()
    sealBlock(block, 'list', this.#rows, 0)
    return new EncodedValue(block)
  }

  #flush(): void {
    for (const column of coalesceColumns(this.#waiting)) this.#encode(column)
    this.#waiting = []
    this.#waitingRows = 0
  }

  #encode(column: Column): void {
    for (const block of encodeColumn(column, { ...this.#options, firstRow: this.#rows })) {
      this.#out.varint(block.length)
      this.#out.bytes(block)
    }
    this.#rows += rowsOf(column)
  }
}
