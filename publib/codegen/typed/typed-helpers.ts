import { Buffer } from 'node:buffer'
import { type Column, rowsOf, valuesOf } from '#publib/columnar'
import { kernels, type Texts, type TextTest } from '#publib/kernels'
import { shortDecimal } from '#publib/util'
import { LoopHelpers } from '../loop-helpers.ts'
import { rangeOf } from './input.ts'

type Utf8 = Extract<Column, { kind: 'utf8' }>

interface Parts {
  readonly starts: Uint32Array
  readonly lengths: Uint32Array
  readonly firsts: Uint32Array
  readonly counts: Uint32Array
}

/** What the text of a typed loop calls by name, for one partition of one task. */
export class TypedHelpers extends LoopHelpers {
  readonly rowsOf = rowsOf
  readonly values = valuesOf
  readonly units = units
  readonly equals = equals
  readonly startsWith = startsWith
  readonly endsWith = endsWith
  readonly includes = includes
  readonly partEnd = partEnd
  readonly countParts = countParts
  readonly spacesBefore = spacesBefore
  readonly spacesBehind = spacesBehind
  readonly #numbers = new Map<number, Int32Array | Float64Array>()
  #zeros = new Uint32Array(0)

  /** Where the texts of a column begin. */
  starts({ starts, lengths }: Utf8): Uint32Array {
    if (starts !== undefined) return starts
    const made = new Uint32Array(lengths.length)
    let end = 0
    for (let i = 0; i < lengths.length; i++) {
      made[i] = end
      end += lengths[i]!
    }
    return made
  }

  /** Where the lists of a column end among all items. */
  ends(lengths: Uint32Array): Uint32Array {
    const made = new Uint32Array(lengths.length)
    let end = 0
    for (let i = 0; i < lengths.length; i++) {
      end += lengths[i]!
      made[i] = end
    }
    return made
  }

  /** All that texts of ASCII lie in, as one string; its first character is byte `offset` of the column. */
  latin1(column: Utf8): string {
    const [from, to] = rangeOf(column)
    return bufferOf(column.bytes).toString('latin1', from, to)
  }

  offset(column: Utf8): number {
    return rangeOf(column)[0]
  }

  string({ bytes }: Utf8, start: number, length: number): string {
    return bufferOf(bytes).toString('utf8', start, start + length)
  }

  /** `Number(text)`. */
  number(column: Utf8, start: number, length: number): number {
    const short = shortDecimal(column.bytes, start, length)
    return Number.isNaN(short) ? Number(this.string(column, start, length)) : short
  }

  /** `parseFloat(text)`. */
  float(column: Utf8, start: number, length: number): number {
    const short = shortDecimal(column.bytes, start, length)
    return Number.isNaN(short) ? Number.parseFloat(this.string(column, start, length)) : short
  }

  /** `parseInt(text)`. */
  integer(column: Utf8, start: number, length: number): number {
    const digits = ofDigits(column.bytes, start, length)
    if (digits >= 0) return digits
    // biome-ignore lint/correctness/useParseIntRadix: without one `0x10` is 16
    return Number.parseInt(this.string(column, start, length))
  }

  /** `parseInt(text, 10)`. */
  decimalInteger(column: Utf8, start: number, length: number): number {
    const digits = ofDigits(column.bytes, start, length)
    return digits < 0 ? Number.parseInt(this.string(column, start, length), 10) : digits
  }

  /** The parts of each text of a column: those of text i begin with part `firsts[i]`. */
  parts(column: Utf8, separator: Uint8Array | undefined): Parts {
    const texts = textsOf(column)
    const { tokens, counts } =
      separator === undefined ? kernels().splitSpaces(texts) : kernels().splitEach(texts, separator)
    const firsts = new Uint32Array(counts.length)
    let next = 0
    for (let i = 0; i < counts.length; i++) {
      firsts[i] = next
      next += counts[i]!
    }
    return {
      starts: this.starts({ kind: 'utf8', ...tokens }),
      lengths: tokens.lengths,
      firsts,
      counts,
    }
  }

  /** Keys and values that are the same. */
  twice(column: Column): readonly [Column, Column] {
    return [column, column]
  }

  bytes(text: string): Uint8Array {
    return Buffer.from(text)
  }

  unitLengths(column: Utf8): Uint32Array {
    return kernels().unitLengths(textsOf(column))
  }

  tested(column: Utf8, test: TextTest, part: Uint8Array): Uint8Array {
    return kernels().testTexts(textsOf(column), test, part)
  }

  /** Of texts of ASCII. */
  cased(column: Utf8, to: 'lower' | 'upper'): Utf8 {
    return { kind: 'utf8', ...kernels().caseTexts(packed(column), to)! }
  }

  /** The same number in each row. */
  filled(value: number, rows: number): Column {
    let values = this.#numbers.get(value)
    if (values === undefined || values.length < rows) {
      const isWhole = (value | 0) === value && !Object.is(value, -0)
      values = (isWhole ? new Int32Array(rows) : new Float64Array(rows)).fill(value)
      this.#numbers.set(value, values)
    }
    const part = values.subarray(0, rows)
    return part instanceof Int32Array
      ? { kind: 'i32', values: part }
      : { kind: 'f64', values: part }
  }

  /** The same text in each row. */
  filledText(text: string, rows: number): Column {
    const bytes = Buffer.from(text)
    // Lone surrogates come back as something else.
    if (bytes.toString() !== text) {
      return { kind: 'values', values: new Array<string>(rows).fill(text) }
    }
    if (this.#zeros.length < rows) this.#zeros = new Uint32Array(rows)
    return {
      kind: 'utf8',
      bytes,
      lengths: new Uint32Array(rows).fill(bytes.length),
      starts: this.#zeros.subarray(0, rows),
    }
  }
}

function textsOf({ bytes, starts, lengths }: Utf8): Texts {
  return { bytes, starts, lengths }
}

/** A kernel that looks at all bytes is given those of the texts alone. */
function packed(column: Utf8): Texts {
  const [from, to] = rangeOf(column)
  const { bytes, starts, lengths } = column
  if (starts === undefined || (from === 0 && to === bytes.length)) return textsOf(column)
  return { bytes: bytes.subarray(from, to), starts: starts.map(start => start - from), lengths }
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/** Length in UTF-16 code units. */
function units(bytes: Uint8Array, start: number, length: number): number {
  let count = 0
  for (let i = start; i < start + length; i++) {
    const byte = bytes[i]!
    if ((byte & 0xc0) !== 0x80) count += byte >= 0xf0 ? 2 : 1
  }
  return count
}

const DIGITS_MAX = 15

/** What digits alone, not many, make; -1 for anything else. */
function ofDigits(bytes: Uint8Array, start: number, length: number): number {
  if (length === 0 || length > DIGITS_MAX) return -1
  let value = 0
  for (let i = start; i < start + length; i++) {
    const digit = bytes[i]! - 48
    if (digit < 0 || digit > 9) return -1
    value = value * 10 + digit
  }
  return value
}

function matches(bytes: Uint8Array, start: number, part: Uint8Array): boolean {
  for (let i = 0; i < part.length; i++) if (bytes[start + i] !== part[i]) return false
  return true
}

function equals(bytes: Uint8Array, start: number, length: number, part: Uint8Array): boolean {
  return length === part.length && matches(bytes, start, part)
}

function startsWith(bytes: Uint8Array, start: number, length: number, part: Uint8Array): boolean {
  return length >= part.length && matches(bytes, start, part)
}

function endsWith(bytes: Uint8Array, start: number, length: number, part: Uint8Array): boolean {
  return length >= part.length && matches(bytes, start + length - part.length, part)
}

function includes(bytes: Uint8Array, start: number, length: number, part: Uint8Array): boolean {
  for (let at = start; at <= start + length - part.length; at++) {
    if (matches(bytes, at, part)) return true
  }
  return false
}

/** Where the part that begins at `start` ends: at the next separator, or with the text. */
function partEnd(bytes: Uint8Array, start: number, end: number, separator: number): number {
  let at = start
  while (at < end && bytes[at] !== separator) at++
  return at
}

function countParts(bytes: Uint8Array, start: number, length: number, separator: number): number {
  let count = 1
  for (let i = start; i < start + length; i++) if (bytes[i] === separator) count++
  return count
}

/** White space of ASCII. */
function isSpace(byte: number | undefined): boolean {
  return byte === 32 || (byte !== undefined && byte >= 9 && byte <= 13)
}

function spacesBefore(bytes: Uint8Array, start: number, length: number): number {
  let count = 0
  while (count < length && isSpace(bytes[start + count])) count++
  return count
}

function spacesBehind(bytes: Uint8Array, start: number, length: number): number {
  let count = 0
  while (count < length && isSpace(bytes[start + length - 1 - count])) count++
  return count
}
