import { Buffer } from 'node:buffer'
import { type Column, detectColumn, isWellFormed } from '#publib/columnar'
import type { LeafBuffer } from './leaf-buffers.ts'

/** Below it a loop over the characters is faster than a call into the runtime. */
const LOOP_LENGTH_MAX = 24
/** The longest number as text: -2.2250738585072014e-308. */
const NUMBER_BYTES_MAX = 32
const ZERO = 48
const MINUS = 45
const BILLION = 1_000_000_000

/** Texts that are put together of pieces, byte by byte. */
export class ByteLeaf implements LeafBuffer {
  protected bytes = Buffer.allocUnsafeSlow(1 << 14)
  /** Bytes written so far. */
  end = 0
  protected lengths = new Uint32Array(0)
  /** Where the text begins that is being written. */
  #start = 0

  room(rows: number): this {
    if (this.lengths.length < rows) this.lengths = new Uint32Array(rows)
    this.restart()
    return this
  }

  /** Rows begin anew. */
  restart(): void {
    this.#start = 0
    this.end = 0
  }

  /** The text of row `row` has come to its end. */
  close(row: number): void {
    this.lengths[row] = this.end - this.#start
    this.#start = this.end
  }

  literal(bytes: Uint8Array): void {
    const { length } = bytes
    this.reserve(length)
    for (let i = 0; i < length; i++) this.bytes[this.end + i] = bytes[i]!
    this.end += length
  }

  slice(bytes: Uint8Array, start: number, length: number): void {
    this.reserve(length)
    if (length <= LOOP_LENGTH_MAX) {
      for (let i = 0; i < length; i++) this.bytes[this.end + i] = bytes[start + i]!
    } else this.bytes.set(bytes.subarray(start, start + length), this.end)
    this.end += length
  }

  /** As String(value). */
  number(value: number): void {
    this.reserve(NUMBER_BYTES_MAX)
    // Of these String makes digits alone.
    if (Number.isSafeInteger(value)) this.#integer(value)
    else this.end += this.bytes.write(String(value), this.end, 'latin1')
  }

  column(rows: number): Column {
    const bytes = this.bytes.subarray(0, this.end)
    return { kind: 'utf8', bytes, lengths: this.lengths.subarray(0, rows) }
  }

  protected reserve(size: number): void {
    if (this.end + size <= this.bytes.length) return
    const grown = Buffer.allocUnsafeSlow(Math.max(this.bytes.length * 2, this.end + size))
    this.bytes.copy(grown, 0, 0, this.end)
    this.bytes = grown
  }

  #integer(value: number): void {
    if (value < 0) {
      this.bytes[this.end++] = MINUS
      this.#integer(-value)
    } else if (value < BILLION) {
      this.#digits(value, digitsOf(value))
    } else {
      const high = Math.floor(value / BILLION)
      this.#integer(high)
      this.#digits(value - high * BILLION, 9)
    }
  }

  /** `value` is below 2^31. */
  #digits(value: number, count: number): void {
    const { bytes, end } = this
    let left = value | 0
    let at = end + count
    // Two at a time: dividing costs more than looking up.
    while (at - end >= 2) {
      const rest = (left / 100) | 0
      const pair = (left - rest * 100) * 2
      bytes[--at] = PAIRS[pair + 1]!
      bytes[--at] = PAIRS[pair]!
      left = rest
    }
    if (at > end) bytes[end] = ZERO + left
    this.end = end + count
  }
}

/** The digits of 0 to 99, two each. */
const PAIRS = Uint8Array.from({ length: 200 }, (_, i) => {
  const value = i >> 1
  return ZERO + (i % 2 === 0 ? Math.floor(value / 10) : value % 10)
})

function digitsOf(value: number): number {
  if (value < 10_000) return value < 100 ? (value < 10 ? 1 : 2) : value < 1000 ? 3 : 4
  if (value < 1_000_000) return value < 100_000 ? 5 : 6
  return value < 10_000_000 ? 7 : value < 100_000_000 ? 8 : 9
}

/** From here on strings are not written any more: they may be one and the same, and many. */
const STRING_BYTES_MAX = 1 << 25

/** JavaScript strings as bytes; what UTF-8 cannot hold makes plain strings of all of them. */
export class StringLeaf extends ByteLeaf {
  #strings: string[] | undefined
  #isHeavy = false

  override restart(): void {
    this.#strings = undefined
    this.#isHeavy = false
    super.restart()
  }

  put(row: number, text: string): void {
    if (this.#strings !== undefined) {
      this.#strings.push(text)
      return
    }
    const { length } = text
    if (this.end + length > STRING_BYTES_MAX) {
      this.#isHeavy = true
      this.#strings = [...this.strings(row), text]
      return
    }
    this.reserve(length * 3)
    const { bytes, end } = this
    let all = 0
    if (length <= LOOP_LENGTH_MAX) {
      for (let i = 0; i < length; i++) {
        const unit = text.charCodeAt(i)
        all |= unit
        bytes[end + i] = unit
      }
      if (all < 128) {
        this.lengths[row] = length
        this.end = end + length
        return
      }
    }
    if (!isWellFormed(text)) {
      this.#strings = [...this.strings(row), text]
      return
    }
    const size = bytes.write(text, end, 'utf8')
    this.lengths[row] = size
    this.end = end + size
  }

  /** The strings that were put so far. */
  strings(rows: number): string[] {
    if (this.#strings !== undefined) return this.#strings
    const strings: string[] = []
    let start = 0
    for (let i = 0; i < rows; i++) {
      const end = start + this.lengths[i]!
      strings.push(this.bytes.toString('utf8', start, end))
      start = end
    }
    return strings
  }

  override column(rows: number): Column {
    const strings = this.#strings
    if (strings === undefined) return super.column(rows)
    // Too many bytes for one column are encoded by whoever needs them so, bit by bit.
    return this.#isHeavy ? { kind: 'values', values: strings } : detectColumn(strings)
  }
}
