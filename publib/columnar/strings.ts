import { Buffer, isAscii } from 'node:buffer'
import type { Column } from './column.ts'
import { BatchTooLarge } from './limits.ts'

/** More characters in one column are refused: the batch is halved. Far below the longest string V8 can make. */
const UNITS_MAX = 1 << 27
/** Below it a loop over the characters is faster than a call into the runtime. */
const LOOP_LENGTH_MAX = 24
/** From this mean length on strings are decoded one by one: as fast, and none keeps the memory of its batch alive. */
const APART_LENGTH_MIN = 64

/** Strings as one column of bytes; undefined where a value is no string. */
export function stringColumn(values: readonly unknown[]): Column | undefined {
  let units = 0
  for (let i = 0; i < values.length; i++) {
    const value = values[i]
    if (typeof value !== 'string') return undefined
    units += value.length
    if (units > UNITS_MAX) throw new BatchTooLarge()
  }
  const strings = values as readonly string[]
  return asciiColumn(strings, units) ?? utf8Column(strings, units) ?? utf16Column(strings, units)
}

function asciiColumn(strings: readonly string[], units: number): Column | undefined {
  const bytes = Buffer.allocUnsafe(units)
  const lengths = new Uint32Array(strings.length)
  let end = 0
  for (let i = 0; i < strings.length; i++) {
    const text = strings[i]!
    const { length } = text
    if (length <= LOOP_LENGTH_MAX) {
      let all = 0
      for (let k = 0; k < length; k++) {
        const unit = text.charCodeAt(k)
        all |= unit
        bytes[end + k] = unit
      }
      if (all > 127) return undefined
    } else if (bytes.write(text, end, 'utf8') !== length) {
      return undefined
    }
    lengths[i] = length
    end += length
  }
  // A long string cut at the end of the buffer fills its length with other bytes than its characters.
  return isAscii(bytes) ? { kind: 'utf8', bytes, lengths } : undefined
}

function utf8Column(strings: readonly string[], units: number): Column | undefined {
  const bytes = Buffer.allocUnsafe(units * 3)
  const lengths = new Uint32Array(strings.length)
  let end = 0
  for (let i = 0; i < strings.length; i++) {
    const text = strings[i]!
    if (!isWellFormed(text)) return undefined
    const length = bytes.write(text, end, 'utf8')
    lengths[i] = length
    end += length
  }
  return { kind: 'utf8', bytes: bytes.subarray(0, end), lengths }
}

function utf16Column(strings: readonly string[], units: number): Column {
  const all = new Uint16Array(units)
  const lengths = new Uint32Array(strings.length)
  let end = 0
  for (let i = 0; i < strings.length; i++) {
    const text = strings[i]!
    for (let k = 0; k < text.length; k++) all[end + k] = text.charCodeAt(k)
    lengths[i] = text.length
    end += text.length
  }
  return { kind: 'utf16', units: all, lengths }
}

/** Whether UTF-8 can hold it: no half of a surrogate pair stands alone. */
export function isWellFormed(text: string): boolean {
  return (text as string & { isWellFormed(): boolean }).isWellFormed()
}

export type Utf8Column = Extract<Column, { kind: 'utf8' }>

/** The same strings, one behind the other. */
export function packUtf8(column: Utf8Column): Utf8Column {
  const { bytes, lengths, starts } = column
  if (starts === undefined) return column
  let size = 0
  for (let i = 0; i < lengths.length; i++) size += lengths[i]!
  const packed = new Uint8Array(size)
  let end = 0
  for (let i = 0; i < lengths.length; i++) {
    const start = starts[i]!
    const length = lengths[i]!
    if (length <= LOOP_LENGTH_MAX) {
      for (let k = 0; k < length; k++) packed[end + k] = bytes[start + k]!
    } else packed.set(bytes.subarray(start, start + length), end)
    end += length
  }
  return { kind: 'utf8', bytes: packed, lengths }
}

/** The strings of a column of bytes. */
export function decodeUtf8(bytes: Uint8Array, lengths: Uint32Array): string[] {
  const rows = lengths.length
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const ascii = isAscii(bytes)
  if (bytes.length >= rows * APART_LENGTH_MIN) {
    return cutBytes(lengths, (start, end) => buffer.toString(ascii ? 'latin1' : 'utf8', start, end))
  }
  if (ascii) {
    const all = buffer.toString('latin1')
    return cutBytes(lengths, (start, end) => all.slice(start, end))
  }
  return cutUtf8(bytes, lengths, buffer.toString('utf8'))
}

/** The strings of rows that are slices of few bytes: one for each different slice. */
export function decodeShared(
  bytes: Uint8Array,
  starts: Uint32Array,
  lengths: Uint32Array,
): string[] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const encoding = isAscii(bytes) ? 'latin1' : 'utf8'
  // By where they begin: the string that was made last, and of how many bytes.
  const made = new Array<string>(bytes.length + 1).fill('')
  const madeOf = new Uint32Array(bytes.length + 1)
  const strings = new Array<string>(lengths.length)
  for (let i = 0; i < lengths.length; i++) {
    const start = starts[i]!
    const length = lengths[i]!
    if (madeOf[start] !== length) {
      made[start] = buffer.toString(encoding, start, start + length)
      madeOf[start] = length
    }
    strings[i] = length === 0 ? '' : made[start]!
  }
  return strings
}

function cutBytes(lengths: Uint32Array, cut: (start: number, end: number) => string): string[] {
  const strings = new Array<string>(lengths.length)
  let start = 0
  for (let i = 0; i < lengths.length; i++) {
    const end = start + lengths[i]!
    strings[i] = cut(start, end)
    start = end
  }
  return strings
}

/** Counts the code units that the bytes of each string have become. */
function cutUtf8(bytes: Uint8Array, lengths: Uint32Array, all: string): string[] {
  const strings = new Array<string>(lengths.length)
  let position = 0
  let start = 0
  for (let i = 0; i < lengths.length; i++) {
    const end = position + lengths[i]!
    let units = 0
    for (; position < end; position++) {
      const byte = bytes[position]!
      if ((byte & 0xc0) !== 0x80) units += byte >= 0xf0 ? 2 : 1
    }
    strings[i] = all.slice(start, start + units)
    start += units
  }
  return strings
}

/** The strings of a column of code units. */
export function decodeUtf16(units: Uint16Array, lengths: Uint32Array): string[] {
  const buffer = Buffer.from(units.buffer, units.byteOffset, units.byteLength)
  return cutBytes(lengths, (start, end) => buffer.toString('utf16le', start * 2, end * 2))
}

const scratch = Buffer.allocUnsafeSlow(4096)

/** The same string, apart from the batch it was cut from: for keys that are kept when the batch is gone. */
export function detachString(text: string): string {
  const { length } = text
  // V8 copies short slices anyway.
  if (length < 13) return text
  if (length * 2 > scratch.length) return Buffer.from(text, 'utf16le').toString('utf16le')
  if (scratch.write(text, 0, 'utf8') === length) return scratch.toString('latin1', 0, length)
  return scratch.toString('utf16le', 0, scratch.write(text, 0, 'utf16le'))
}
