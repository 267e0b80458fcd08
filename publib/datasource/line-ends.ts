import type { Buffer } from 'node:buffer'
import { corruptFile } from './errors.ts'

export type Encoding = 'utf8' | 'utf16le' | 'latin1'

const LF = 10
const CR = 13

/**
 * Where the line that holds byte `from` ends: behind `\n`, `\r\n` or a lone `\r`. -1 where bytes[0 … size) do not tell;
 * a `\r` at the very end tells only if the file ends there. Lines end alike for everybody who looks: at a border two
 * readers look from the same byte, and one stops where the other begins.
 */
export function endOfLine(
  bytes: Buffer,
  from: number,
  size: number,
  isLast: boolean,
  encoding: Encoding,
): number {
  return encoding === 'utf16le'
    ? endOfLine16(bytes, from, size, isLast)
    : endOfLine8(bytes, from, size, isLast)
}

function endOfLine8(bytes: Buffer, from: number, size: number, isLast: boolean): number {
  const lf = bytes.indexOf(LF, from)
  const lineFeed = lf < 0 || lf >= size ? size : lf
  const cr = bytes.subarray(from, lineFeed).indexOf(CR)
  if (cr < 0) return lineFeed === size ? -1 : lineFeed + 1
  const next = from + cr + 1
  if (next === size) return isLast ? next : -1
  return bytes[next] === LF ? next + 1 : next
}

function endOfLine16(bytes: Buffer, from: number, size: number, isLast: boolean): number {
  for (let i = from; i + 1 < size; i += 2) {
    if (bytes[i + 1] !== 0) continue
    if (bytes[i] === LF) return i + 2
    if (bytes[i] !== CR) continue
    if (i + 3 >= size) return isLast ? i + 2 : -1
    return bytes[i + 2] === LF && bytes[i + 3] === 0 ? i + 4 : i + 2
  }
  return -1
}

/** Where the last whole line in bytes[0 … size) ends; 0 where none does. */
export function lastEndOfLine(
  bytes: Buffer,
  size: number,
  isLast: boolean,
  encoding: Encoding,
): number {
  const unit = encoding === 'utf16le' ? 2 : 1
  // A `\r` at the end may be half of a `\r\n`.
  for (let i = size - (size % unit) - unit; i >= 0; i -= unit) {
    if (unit === 2 && bytes[i + 1] !== 0) continue
    if (bytes[i] === LF) return i + unit
    if (bytes[i] === CR && (isLast || i + 2 * unit <= size)) return i + unit
  }
  return 0
}

const MARKS: Readonly<Record<Encoding, readonly number[]>> = {
  utf8: [0xef, 0xbb, 0xbf],
  utf16le: [0xff, 0xfe],
  latin1: [],
}

/** How many bytes the byte order mark at the start of a file takes. */
export function markSize(bytes: Uint8Array, encoding: Encoding): number {
  const mark = MARKS[encoding]
  return mark.every((byte, i) => bytes[i] === byte) ? mark.length : 0
}

/** How compressed files begin: with bytes that no text has. */
const MAGIC: readonly (readonly [string, readonly number[]])[] = [
  ['gzip', [0x1f, 0x8b]],
  ['zstd', [0x28, 0xb5, 0x2f, 0xfd]],
  ['lz4', [0x04, 0x22, 0x4d, 0x18]],
  ['snappy', [0xff, 0x06, 0x00, 0x00]],
]

/** Refuses a file whose first bytes show another encoding or a codec. @throws CORRUPT_FILE */
export function checkStart(
  file: { readonly path: string },
  bytes: Uint8Array,
  encoding: Encoding,
): void {
  const foreign = foreignStart(bytes, encoding)
  if (foreign !== undefined) throw corruptFile(file.path, foreign)
}

/** In words. */
function foreignStart(bytes: Uint8Array, encoding: Encoding): string | undefined {
  const [a, b] = bytes
  const codec = MAGIC.find(([, magic]) => magic.every((byte, i) => bytes[i] === byte))?.[0]
  if (codec !== undefined) {
    return `it is ${codec}, and its name does not say so: say codec: '${codec}'`
  }
  if (encoding === 'utf16le') return undefined
  if (a === 0xff && b === 0xfe) return "it is UTF-16: say encoding: 'utf16le'"
  if (a === 0xfe && b === 0xff) return 'it is big-endian UTF-16, which is not supported'
  return undefined
}
