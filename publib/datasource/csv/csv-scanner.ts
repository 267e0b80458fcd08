import { kernels } from '#publib/kernels'
import { CR, type CsvBytes, LF } from './csv-format.ts'

/** What is wrong with a record, in words; undefined for a good one. */
export type Flaw = string | undefined

/** Fields of whole records as places in a chunk of bytes. Rows are `rowEnds[i - 1]` up to `rowEnds[i]` of the fields. */
export interface ScannedRecords {
  /** Quotes are left out. */
  readonly starts: Int32Array
  readonly ends: Int32Array
  /** 1: quoted. 2: quoted, with doubled quotes inside. */
  readonly quoted: Uint8Array
  /** For each record, the number of fields up to its end, and the byte at which it begins. */
  readonly rowEnds: Int32Array
  readonly rowStarts: Int32Array
  readonly rows: number
  /** Records that are not well-formed, by row. */
  readonly flaws: ReadonlyMap<number, string>
  /** Where the first record begins that is not whole; the end of the bytes where there is none. */
  readonly rest: number
}

/** A few bytes are read before a kernel is called. */
const KERNEL_BYTES_MIN = 4096

/** Scans chunk after chunk; what it gives is valid until the next. Empty lines and comments are no records. */
export class CsvScanner {
  readonly #bytes: CsvBytes
  #starts = new Int32Array(4096)
  #ends = new Int32Array(4096)
  #quoted = new Uint8Array(4096)
  #rowEnds = new Int32Array(512)
  #rowStarts = new Int32Array(512)
  #fields = 0
  #rows = 0
  #flaws = new Map<number, string>()

  constructor(bytes: CsvBytes) {
    this.#bytes = bytes
  }

  /** The records that begin in bytes[from … end), where a record begins at `from`; `isLast`: the file ends at `size`. */
  scan(
    bytes: Uint8Array,
    from: number,
    end: number,
    size: number,
    isLast: boolean,
  ): ScannedRecords {
    if (from === 0 && size >= KERNEL_BYTES_MIN) {
      const found = kernels().csvRecords(bytes.subarray(0, size), end, this.#bytes, isLast)
      if (found !== undefined) return { ...found, flaws: new Map() }
    }
    return this.#scanByBytes(bytes, from, end, size, isLast)
  }

  /** Where something is wrong with a record, or there are comments. */
  #scanByBytes(
    bytes: Uint8Array,
    from: number,
    end: number,
    size: number,
    isLast: boolean,
  ): ScannedRecords {
    this.#fields = 0
    this.#rows = 0
    this.#flaws = new Map()
    let position = from
    while (position < end && position < size) {
      const next = this.#line(bytes, position, size, isLast)
      if (next < 0) break
      position = next
    }
    return {
      ...{ starts: this.#starts, ends: this.#ends, quoted: this.#quoted },
      ...{ rowEnds: this.#rowEnds, rowStarts: this.#rowStarts, rows: this.#rows },
      ...{ flaws: this.#flaws, rest: position },
    }
  }

  /** One record, empty line or comment: gives where the next begins, or -1 if it is not whole. */
  #line(bytes: Uint8Array, start: number, size: number, isLast: boolean): number {
    const first = bytes[start]!
    if (first === LF) return start + 1
    if (first === CR && bytes[start + 1] === LF && start + 1 < size) return start + 2
    if (first === this.#bytes.comment) {
      const feed = bytes.indexOf(LF, start)
      if (feed >= 0 && feed < size) return feed + 1
      return isLast ? size : -1
    }
    return this.#record(bytes, start, size, isLast)
  }

  #record(bytes: Uint8Array, start: number, size: number, isLast: boolean): number {
    const { delimiter, quote } = this.#bytes
    const fieldsBefore = this.#fields
    let flaw: Flaw
    let at = start
    for (;;) {
      let isQuoted = 0
      let from = at
      let to: number
      if (at < size && bytes[at] === quote) {
        from = at + 1
        isQuoted = 1
        to = from
        for (;;) {
          while (to < size && bytes[to] !== quote) to++
          if (to + 1 < size && bytes[to + 1] === quote) {
            isQuoted = 2
            to += 2
            continue
          }
          break
        }
        if (to + 1 >= size && !isLast) return this.#undo(fieldsBefore)
        if (to >= size) {
          flaw = 'a quote is opened and never closed'
          to = size
        }
        at = Math.min(to + 1, size)
        const next = at < size ? bytes[at]! : LF
        if (next === CR && at + 1 >= size && !isLast) return this.#undo(fieldsBefore)
        const endsLine = next === CR && (at + 1 >= size || bytes[at + 1] === LF)
        if (next !== delimiter && next !== LF && !endsLine) {
          flaw ??= 'text follows a closing quote'
          while (at < size && bytes[at] !== delimiter && bytes[at] !== LF) at++
        }
        if (endsLine) at = Math.min(at + 1, size)
      } else {
        while (at < size) {
          const byte = bytes[at]!
          if (byte === delimiter || byte === LF) break
          at++
        }
        to = at
      }
      if (at >= size && !isLast) return this.#undo(fieldsBefore)
      const isEnd = at >= size || bytes[at] === LF
      if (isEnd && isQuoted === 0 && to > from && bytes[to - 1] === CR) to--
      this.#add(from, to, isQuoted)
      at++
      if (isEnd) break
    }
    this.#endRow(start, flaw)
    return Math.min(at, size)
  }

  #undo(fields: number): -1 {
    this.#fields = fields
    return -1
  }

  #add(start: number, end: number, quoted: number): void {
    const field = this.#fields++
    if (field === this.#starts.length) this.#growFields()
    this.#starts[field] = start
    this.#ends[field] = end
    this.#quoted[field] = quoted
  }

  #endRow(start: number, flaw: Flaw): void {
    const row = this.#rows++
    if (row === this.#rowEnds.length) this.#growRows()
    this.#rowEnds[row] = this.#fields
    this.#rowStarts[row] = start
    if (flaw !== undefined) this.#flaws.set(row, flaw)
  }

  #growFields(): void {
    const size = this.#starts.length * 2
    this.#starts = grown(this.#starts, new Int32Array(size))
    this.#ends = grown(this.#ends, new Int32Array(size))
    this.#quoted = grown(this.#quoted, new Uint8Array(size))
  }

  #growRows(): void {
    const size = this.#rowEnds.length * 2
    this.#rowEnds = grown(this.#rowEnds, new Int32Array(size))
    this.#rowStarts = grown(this.#rowStarts, new Int32Array(size))
  }
}

function grown<A extends Int32Array | Uint8Array>(from: A, into: A): A {
  into.set(from as never)
  return into
}
