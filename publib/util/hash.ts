/*
 * The hash that places keys. It is defined on bytes and stands still: the same in every process, on every machine, in
 * every version (test vectors pin it). Murmur3 (x86, 32 bits) with the kind of the value as its seed, over
 *   strings: UTF-8 (a lone surrogate as the three bytes it would have);  numbers: the 8 bytes of the double, little endian,
 *   with -0 as 0 and one NaN;  bigints: 32-bit words of the magnitude, the least first, then the sign;
 *   dates: as numbers, of their own kind;  bytes: themselves.
 * Arrays mix the hashes of their items in order; objects add up one hash a field, so that the order of keys is no matter.
 */
import { bytesOfView, kindOfView } from './equality.ts'

const SEED = {
  undefined: 0x0b1e5a11,
  null: 0x3c6ef372,
  true: 0x1b56c4e9,
  false: 0x7c15f39b,
  number: 0x6e756d62,
  string: 0x73747231,
  bigint: 0x62696731,
  date: 0x64617465,
  bytes: 0x62797465,
  view: 0x76696577,
  array: 0x61727279,
  object: 0x6f626a31,
  other: 0x6f746872,
} as const

/** A signed 32-bit hash: equal for equal values. Instances of classes hash like plain objects, functions all alike. */
export function hashValue(value: unknown): number {
  switch (typeof value) {
    case 'string':
      return hashString(value)
    case 'number':
      return hashNumber(value)
    case 'object':
      if (value === null) return SEED.null
      nodesLeft = NODES_MAX
      return hashObject(value, 0)
    default:
      return hashRest(value)
  }
}

export function hashString(text: string): number {
  const { length } = text
  const whole = length & ~3
  let hash: number = SEED.string
  for (let i = 0; i < whole; i += 4) {
    const a = text.charCodeAt(i)
    const b = text.charCodeAt(i + 1)
    const c = text.charCodeAt(i + 2)
    const d = text.charCodeAt(i + 3)
    if ((a | b | c | d) > 127) return hashUtf8(text)
    hash = mixWord(hash, a | (b << 8) | (c << 16) | (d << 24))
  }
  let tail = 0
  for (let i = whole; i < length; i++) {
    const unit = text.charCodeAt(i)
    if (unit > 127) return hashUtf8(text)
    tail |= unit << ((i - whole) << 3)
  }
  return finish(mixTail(hash, tail), length)
}

export function hashNumber(value: number): number {
  return hashDouble(value, SEED.number)
}

/** hashString of the text whose UTF-8 stands at `start`. */
export function hashText(bytes: Uint8Array, start: number, length: number): number {
  return hashRange(bytes, start, length, SEED.string)
}

/** Over bytes as they are. */
export function hashBytes(bytes: Uint8Array, seed: number = SEED.bytes): number {
  return hashRange(bytes, 0, bytes.length, seed)
}

function hashRange(bytes: Uint8Array, start: number, length: number, seed: number): number {
  const whole = start + (length & ~3)
  let hash = seed
  for (let i = start; i < whole; i += 4) {
    const low = bytes[i]! | (bytes[i + 1]! << 8)
    hash = mixWord(hash, low | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24))
  }
  let tail = 0
  const end = start + length
  for (let i = whole; i < end; i++) tail |= bytes[i]! << ((i - whole) << 3)
  return finish(mixTail(hash, tail), length)
}

/** Spreads the bits of a hash: for a second use of it that must not follow the first. */
export function mixHash(hash: number): number {
  let h = hash ^ (hash >>> 16)
  h = Math.imul(h, 0x85ebca6b)
  h ^= h >>> 13
  h = Math.imul(h, 0xc2b2ae35)
  return h ^ (h >>> 16)
}

// Cyclic and huge values: what comes later has no influence. Equal values are cut at the same place.
const DEPTH_MAX = 64
const NODES_MAX = 100_000
let nodesLeft = 0

function hashNested(value: unknown, depth: number): number {
  if (typeof value === 'string') return hashString(value)
  if (typeof value === 'number') return hashNumber(value)
  if (typeof value !== 'object') return hashRest(value)
  return value === null ? SEED.null : hashObject(value, depth)
}

function hashObject(value: object, depth: number): number {
  if (depth > DEPTH_MAX || --nodesLeft < 0) return SEED.other
  if (Array.isArray(value)) return hashItems(value, depth)
  if (value instanceof Date) return hashDouble(value.getTime(), SEED.date)
  if (ArrayBuffer.isView(value)) {
    const isBytes = kindOfView(value) === 'Uint8Array'
    return hashBytes(bytesOfView(value), isBytes ? SEED.bytes : SEED.view)
  }
  if (value instanceof Map || value instanceof Set) return hashItems([...value], depth)
  let sum = 0
  let count = 0
  for (const key of Object.keys(value)) {
    const field = mixWord(hashString(key), hashNested(value[key as never], depth + 1))
    sum = (sum + mixHash(field)) | 0
    count++
  }
  return finish(mixWord(SEED.object, sum), count)
}

function hashItems(items: readonly unknown[], depth: number): number {
  let hash: number = SEED.array
  for (let i = 0; i < items.length; i++) hash = mixWord(hash, hashNested(items[i], depth + 1))
  return finish(hash, items.length)
}

function hashRest(value: unknown): number {
  if (value === undefined) return SEED.undefined
  if (typeof value === 'bigint') return hashBigInt(value)
  if (typeof value === 'boolean') return value ? SEED.true : SEED.false
  return SEED.other
}

function hashBigInt(value: bigint): number {
  let rest = value < 0n ? -value : value
  let hash: number = SEED.bigint
  let count = 0
  do {
    hash = mixWord(hash, Number(rest & 0xffff_ffffn) | 0)
    rest >>= 32n
    count++
  } while (rest > 0n)
  return finish(mixWord(hash, value < 0n ? 1 : 0), count)
}

const double = new Float64Array(1)
const words = new Uint32Array(double.buffer)

function hashDouble(value: number, seed: number): number {
  double[0] = value === 0 ? 0 : value
  if (Number.isNaN(value)) {
    words[0] = 0
    words[1] = 0x7ff80000
  }
  return finish(mixWord(mixWord(seed, words[0]! | 0), words[1]! | 0), 8)
}

/** Over the bytes of its UTF-8, which are made here one by one. */
function hashUtf8(text: string): number {
  const bytes = text.length * 3 <= utf8.length ? utf8 : new Uint8Array(text.length * 3)
  let end = 0
  for (let i = 0; i < text.length; i++) {
    const point = text.codePointAt(i)!
    if (point < 0x80) {
      bytes[end++] = point
      continue
    }
    if (point > 0xffff) i++
    end = putCodePoint(point, bytes, end)
  }
  return hashRange(bytes, 0, end, SEED.string)
}

const utf8 = new Uint8Array(3 * 1024)

function putCodePoint(point: number, bytes: Uint8Array, start: number): number {
  let end = start
  if (point < 0x800) bytes[end++] = 0xc0 | (point >> 6)
  else {
    if (point < 0x10000) bytes[end++] = 0xe0 | (point >> 12)
    else {
      bytes[end++] = 0xf0 | (point >> 18)
      bytes[end++] = 0x80 | ((point >> 12) & 63)
    }
    bytes[end++] = 0x80 | ((point >> 6) & 63)
  }
  bytes[end++] = 0x80 | (point & 63)
  return end
}

function mixWord(hash: number, word: number): number {
  const h = mixTail(hash, word)
  return (Math.imul((h << 13) | (h >>> 19), 5) + 0xe6546b64) | 0
}

function mixTail(hash: number, word: number): number {
  const k = Math.imul(word, 0xcc9e2d51)
  return hash ^ Math.imul((k << 15) | (k >>> 17), 0x1b873593)
}

function finish(hash: number, length: number): number {
  return mixHash(hash ^ length)
}

/** For who hashes many values of a kind at once: the parts that hashValue is made of. */
export {
  finish as finishHash,
  mixWord as mixHashWord,
  NODES_MAX as HASH_NODES_MAX,
  SEED as HASH_SEED,
}
