import { Buffer, isAscii, isUtf8 } from 'node:buffer'
import type { Column } from '#publib/columnar'
import { type CsvGrid, kernels } from '#publib/kernels'
import { bytesOf, type CsvBytes } from './csv-format.ts'
import { lazily } from './csv-rows.ts'
import type { CsvScan } from './csv-source.ts'

type Records = Extract<Column, { kind: 'record' }>

/** Rows of a chunk, and where the first record begins in it that is not among them. */
export interface GridRows {
  readonly column: Records | undefined
  readonly rest: number
}

/**
 * Records of a chunk that all are as they should be: as many fields as there are names, all of them text. Nothing is made but
 * the columns that somebody looks at.
 */
export class CsvGrids {
  readonly #names: readonly string[]
  readonly #keys: readonly string[]
  readonly #bytes: CsvBytes
  readonly #isLatin1: boolean
  readonly #quote: string
  readonly #ends: Uint32Array

  /** `ends`: room for the ends of fields. */
  constructor({ names = [], policy, format }: CsvScan, ends: Uint32Array) {
    this.#names = names
    this.#keys = policy.corruptColumn === undefined ? names : [...names, policy.corruptColumn]
    this.#bytes = bytesOf(format)
    this.#isLatin1 = format.encoding === 'latin1'
    this.#quote = format.quote
    this.#ends = ends
  }

  /** Whether files that are read so can be read in this way at all. */
  static canRead({ names, types, format }: CsvScan): boolean {
    const areTexts = types === undefined || types.every(type => type === 'string')
    return names !== undefined && areTexts && format.nullValue === '' && format.comment === ''
  }

  /** The records that begin in the first `limit` bytes; undefined where they are to be looked at one by one. */
  read(bytes: Buffer, limit: number, isLast: boolean): GridRows | undefined {
    const width = this.#names.length
    const grid = kernels().csvGrid(bytes, limit, this.#bytes, isLast, width, this.#ends)
    if (grid === undefined || !(this.#isLatin1 ? isAscii(bytes) : isUtf8(bytes))) return undefined
    const { rows, rest } = grid
    if (rows === 0) return { column: undefined, rest }
    const fields = lazily(this.#keys.length, place =>
      place < width ? this.#texts(bytes, grid, place) : { kind: 'constant', rows, value: null },
    )
    return { column: { kind: 'record', rows, keys: this.#keys, fields }, rest }
  }

  #texts(bytes: Buffer, grid: CsvGrid, place: number): Column {
    const { starts, lengths, signs, found } = kernels().csvCells(
      bytes,
      grid,
      place,
      this.#bytes.quote,
    )
    if (found === 0) return { kind: 'utf8', bytes, starts, lengths }
    const { rows } = grid
    const marks = new Uint8Array(rows)
    const own = { starts: new Uint32Array(rows), lengths: new Uint32Array(rows) }
    const apart: Uint8Array[] = [bytes]
    let end = bytes.length
    let present = 0
    for (let row = 0; row < rows; row++) {
      const sign = signs[row]!
      if (sign === EMPTY) {
        marks[row] = 1
        continue
      }
      own.starts[present] = starts[row]!
      own.lengths[present] = lengths[row]!
      if (sign === DOUBLED) {
        const text = Buffer.from(this.#undoubled(bytes, starts[row]!, lengths[row]!))
        own.starts[present] = end
        own.lengths[present] = text.length
        end += text.length
        apart.push(text)
      }
      present++
    }
    if (present === 0) return { kind: 'constant', rows, value: null }
    const values: Column = {
      ...{ kind: 'utf8', bytes: apart.length === 1 ? bytes : Buffer.concat(apart, end) },
      ...{ starts: own.starts.subarray(0, present), lengths: own.lengths.subarray(0, present) },
    }
    return present === rows ? values : { kind: 'nullable', marks, values }
  }

  #undoubled(bytes: Buffer, start: number, length: number): string {
    const quote = this.#quote
    return bytes.toString('utf8', start, start + length).replaceAll(quote + quote, quote)
  }
}

/** As signs of cells. */
const EMPTY = 1
const DOUBLED = 2
