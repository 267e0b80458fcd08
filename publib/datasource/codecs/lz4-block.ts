/*
 * Blocks of LZ4: sequences of a token, literals, and a match that repeats what came before. The packages for it either
 * read only whole files or take what points before the start for zeros, and write ends that the reference refuses.
 */
const MATCH_MIN = 4
/** The last match begins so long before the end. */
const MATCH_LIMIT = 12
/** The last bytes are literals. */
const LITERALS_LAST = 5
const OFFSET_MAX = 0xffff
const HASH_BITS = 14
const LENGTH_MAX = 15

/**
 * Decompresses a block behind `at` bytes of `into`, to which it may refer back as far as `from`. Gives where it ends.
 * Throws where it is damaged.
 */
export function decompressBlock(
  block: Uint8Array,
  into: Uint8Array,
  at: number,
  from: number,
): number {
  let i = 0
  let out = at
  const readLength = (first: number): number => {
    let length = first
    if (first < LENGTH_MAX) return length
    for (let more = 255; more === 255; length += more) {
      more = block[i++] ?? damaged()
    }
    return length
  }
  for (;;) {
    const token = block[i++] ?? damaged()
    const literals = readLength(token >> 4)
    if (i + literals > block.length || out + literals > into.length) damaged()
    out = copied(block, i, literals, into, out)
    i += literals
    if (i === block.length) return out
    if (i + 2 > block.length) damaged()
    const offset = block[i]! | (block[i + 1]! << 8)
    i += 2
    const length = readLength(token & LENGTH_MAX) + MATCH_MIN
    if (offset === 0 || out - offset < from || out + length > into.length) damaged()
    // Byte by byte where it overlaps with itself: it repeats what it has just written.
    if (offset >= length && length > 32) into.copyWithin(out, out - offset, out - offset + length)
    else for (let k = out; k < out + length; k++) into[k] = into[k - offset]!
    out += length
  }
}

function copied(
  from: Uint8Array,
  start: number,
  count: number,
  into: Uint8Array,
  at: number,
): number {
  if (count > 32) into.set(from.subarray(start, start + count), at)
  else for (let k = 0; k < count; k++) into[at + k] = from[start + k]!
  return at + count
}

function damaged(): never {
  throw new Error('damaged block')
}

/** Compresses bytes to a block of their own; undefined where it would not be smaller. */
export class BlockCompressor {
  /** For hashes of four bytes where they stood last, counted from 1. */
  readonly #places = new Int32Array(1 << HASH_BITS)

  compress(bytes: Uint8Array, room = bytes.length): Uint8Array | undefined {
    const { length } = bytes
    const out = new Uint8Array(room)
    const places = this.#places.fill(0)
    const view = new DataView(bytes.buffer, bytes.byteOffset, length)
    let written = 0
    let anchor = 0
    let misses = 0
    for (let at = 0; at < length - MATCH_LIMIT; ) {
      const word = view.getInt32(at, true)
      const slot = Math.imul(word, 0x9e3779b1) >>> (32 - HASH_BITS)
      const before = places[slot]! - 1
      places[slot] = at + 1
      if (before < 0 || at - before > OFFSET_MAX || view.getInt32(before, true) !== word) {
        // What does not repeat is passed over in growing steps.
        at += 1 + (misses++ >> 6)
        continue
      }
      misses = 0
      let end = at + MATCH_MIN
      while (end < length - LITERALS_LAST && bytes[end] === bytes[end - at + before]) end++
      const literals = bytes.subarray(anchor, at)
      const match = { offset: at - before, length: end - at - MATCH_MIN }
      written = writeSequence(out, written, literals, match)
      if (written < 0) return undefined
      at = end
      anchor = end
    }
    written = writeSequence(out, written, bytes.subarray(anchor), undefined)
    return written < 0 ? undefined : out.subarray(0, written)
  }
}

/** A block on its own, larger than `bytes` where it must be. */
export function compressRawLz4(bytes: Uint8Array): Uint8Array {
  const room = bytes.length + Math.ceil(bytes.length / 255) + 16
  return new BlockCompressor().compress(bytes, room)!
}

/** What a block on its own holds: exactly so many bytes, or fewer where `sizeMax` is a bound. Throws where it is damaged. */
export function readRawLz4(block: Uint8Array, sizeMax: number): Uint8Array {
  const out = new Uint8Array(sizeMax)
  return out.subarray(0, decompressBlock(block, out, 0, 0))
}

interface Match {
  readonly offset: number
  /** Beyond the first four bytes. */
  readonly length: number
}

/** Gives where the sequence ends; -1 where there is no room for it. */
function writeSequence(
  out: Uint8Array,
  at: number,
  literals: Uint8Array,
  match: Match | undefined,
): number {
  const size = literals.length + literals.length / 255 + (match?.length ?? 0) / 255 + 8
  if (at + size > out.length) return -1
  const lengths = [literals.length, match?.length ?? 0] as const
  out[at] = (Math.min(LENGTH_MAX, lengths[0]) << 4) | Math.min(LENGTH_MAX, lengths[1])
  let end = writeLength(out, at + 1, lengths[0])
  out.set(literals, end)
  end += literals.length
  if (match === undefined) return end
  out[end] = match.offset
  out[end + 1] = match.offset >> 8
  return writeLength(out, end + 2, lengths[1])
}

/** What of a length does not fit into the token. */
function writeLength(out: Uint8Array, at: number, length: number): number {
  if (length < LENGTH_MAX) return at
  let left = length - LENGTH_MAX
  let end = at
  for (; left >= 255; left -= 255) out[end++] = 255
  out[end++] = left
  return end
}
