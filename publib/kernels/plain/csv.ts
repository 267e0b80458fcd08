import type { CsvCharacters, CsvFields } from '../doors.ts'

const LF = 10
const CR = 13

export function csvRecords(
  bytes: Uint8Array,
  limit: number,
  characters: CsvCharacters,
  isLast: boolean,
): CsvFields | undefined {
  const reading = new CsvReading(bytes, characters.quote)
  const { delimiter, quote, comment } = characters
  let isInside = false
  let quotes = 0
  if (bytes.length > 0 && bytes[0] === comment) return undefined
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]!
    if (byte === quote) {
      isInside = !isInside
      quotes++
    } else if (!isInside && (byte === delimiter || byte === LF)) {
      if (!reading.endField(at, byte === LF, quotes)) return undefined
      quotes = 0
      if (byte !== LF) continue
      if (reading.rowStart >= limit) return reading.fields()
      if (reading.rowStart < bytes.length && bytes[reading.rowStart] === comment) return undefined
    }
  }
  if (!isLast) return quotes === 0 || reading.mayGoOn() ? reading.fields() : undefined
  if (!reading.isWithin) return reading.fields()
  const isWell = !isInside && reading.endField(bytes.length, true, quotes)
  return isWell ? reading.fields() : undefined
}

class CsvReading {
  rowStart = 0
  readonly #bytes: Uint8Array
  readonly #quote: number
  readonly #starts: number[] = []
  readonly #ends: number[] = []
  readonly #quoted: number[] = []
  readonly #rowEnds: number[] = []
  readonly #rowStarts: number[] = []
  #fieldStart = 0
  #fieldsBefore = 0

  constructor(bytes: Uint8Array, quote: number) {
    this.#bytes = bytes
    this.#quote = quote
  }

  /** Whether a record has begun. */
  get isWithin(): boolean {
    return this.#fieldStart < this.#bytes.length || this.#starts.length > this.#fieldsBefore
  }

  /** False where the field is not well-formed. */
  endField(at: number, isLineEnd: boolean, quotes: number): boolean {
    const bytes = this.#bytes
    let from = this.#fieldStart
    let to = isLineEnd && at > from && bytes[at - 1] === CR ? at - 1 : at
    this.#fieldStart = at + 1
    const isFirst = this.#starts.length === this.#fieldsBefore
    // An empty line is no record; a lone return at the end of the file is one.
    if (isLineEnd && to === from && isFirst && bytes[at] === LF) {
      this.rowStart = at + 1
      return true
    }
    if (quotes > 0) {
      const isQuoted = bytes[from] === this.#quote && bytes[to - 1] === this.#quote
      if (to - from < 2 || !isQuoted) return false
      from++
      to--
      if (!this.#areDoubled(from, to)) return false
    }
    this.#starts.push(from)
    this.#ends.push(to)
    this.#quoted.push(quotes === 0 ? 0 : quotes > 2 ? 2 : 1)
    if (!isLineEnd) return true
    this.#fieldsBefore = this.#starts.length
    this.#rowEnds.push(this.#fieldsBefore)
    this.#rowStarts.push(this.rowStart)
    this.rowStart = at + 1
    return true
  }

  /** Whether a field with quotes in it, of which only the beginning is there, may be well-formed. */
  mayGoOn(): boolean {
    const bytes = this.#bytes
    const quote = this.#quote
    if (bytes[this.#fieldStart] !== quote) return false
    for (let at = this.#fieldStart + 1; at + 1 < bytes.length; at++) {
      if (bytes[at] !== quote) continue
      // One alone ends the field: behind it is the end, or a return and the end.
      if (bytes[at + 1] !== quote) return bytes[at + 1] === CR && at + 2 === bytes.length
      at++
    }
    return true
  }

  fields(): CsvFields {
    const count = this.#fieldsBefore
    return {
      starts: Int32Array.from(this.#starts.slice(0, count)),
      ends: Int32Array.from(this.#ends.slice(0, count)),
      quoted: Uint8Array.from(this.#quoted.slice(0, count)),
      rowEnds: Int32Array.from(this.#rowEnds),
      rowStarts: Int32Array.from(this.#rowStarts),
      rows: this.#rowEnds.length,
      rest: Math.min(this.rowStart, this.#bytes.length),
    }
  }

  #areDoubled(from: number, to: number): boolean {
    for (let at = from; at < to; at++) {
      if (this.#bytes[at] !== this.#quote) continue
      at++
      if (at >= to || this.#bytes[at] !== this.#quote) return false
    }
    return true
  }
}
