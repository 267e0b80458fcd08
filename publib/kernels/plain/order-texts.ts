import type { Texts } from '../doors.ts'
import { orderOfWords } from './order-words.ts'
import { startsOf } from './texts.ts'

/**
 * The order in which texts rise (or fall) by their UTF-16 code units, equal ones as they come: by the first eight bytes
 * behind what all have in common, then byte by byte where these are equal.
 */
export function orderOfTexts(texts: Texts, isFalling = false): Uint32Array {
  const { bytes, lengths } = texts
  const rows = lengths.length
  const starts = startsOf(texts)
  const shared = sharedPrefix(bytes, starts, lengths)
  const low = new Uint32Array(rows)
  const high = new Uint32Array(rows)
  const turned = isFalling ? -1 : 0
  for (let i = 0; i < rows; i++) {
    const start = starts[i]! + shared
    const end = starts[i]! + lengths[i]!
    high[i] = wordAt(bytes, start, end) ^ turned
    low[i] = wordAt(bytes, start + 4, end) ^ turned
  }
  const order = orderOfWords([low, high], rows)
  const compare = (a: number, b: number): number => {
    const [first, second] = isFalling ? [b, a] : [a, b]
    const startOfFirst = starts[first]!
    const startOfSecond = starts[second]!
    const difference = compareBytes(
      bytes,
      startOfFirst,
      startOfFirst + lengths[first]!,
      bytes,
      startOfSecond,
      startOfSecond + lengths[second]!,
    )
    return difference === 0 ? a - b : difference
  }
  for (let from = 0; from < rows; ) {
    let to = from + 1
    const first = order[from]!
    while (to < rows && low[order[to]!] === low[first] && high[order[to]!] === high[first]) to++
    if (to - from > 1) order.subarray(from, to).sort(compare)
    from = to
  }
  return order
}

/** How many of the `bounds`, which rise by their code units, come before each text. */
export function placesOfTexts(texts: Texts, bounds: Texts): Int32Array {
  const starts = startsOf(texts)
  const boundStarts = startsOf(bounds)
  const places = new Int32Array(texts.lengths.length)
  for (let i = 0; i < places.length; i++) {
    const start = starts[i]!
    const end = start + texts.lengths[i]!
    let low = 0
    let high = boundStarts.length
    while (low < high) {
      const middle = (low + high) >>> 1
      const from = boundStarts[middle]!
      const to = from + bounds.lengths[middle]!
      if (compareBytes(bounds.bytes, from, to, texts.bytes, start, end) < 0) low = middle + 1
      else high = middle
    }
    places[i] = low
  }
  return places
}

/** Texts as bytes, in the order of their code units. */
export function compareBytes(
  a: Uint8Array,
  startOfA: number,
  endOfA: number,
  b: Uint8Array,
  startOfB: number,
  endOfB: number,
): number {
  const shared = Math.min(endOfA - startOfA, endOfB - startOfB)
  for (let i = 0; i < shared; i++) {
    const left = a[startOfA + i]!
    const right = b[startOfB + i]!
    if (left !== right) return rankOf(left) - rankOf(right)
  }
  return endOfA - startOfA - (endOfB - startOfB)
}

/** U+E000 to U+FFFF begin with 0xEE or 0xEF: in code units they come behind what UTF-8 begins with 0xF0 to 0xF4. */
export function rankOf(byte: number): number {
  return byte === 0xee || byte === 0xef ? byte + 7 : byte
}

/** Four bytes as one number that rises with them; what lies behind the end counts as 0. */
function wordAt(bytes: Uint8Array, start: number, end: number): number {
  let word = 0
  for (let i = start; i < start + 4; i++) word = (word << 8) | (i < end ? rankOf(bytes[i]!) : 0)
  return word
}

/** How many bytes all texts begin with alike. */
function sharedPrefix(bytes: Uint8Array, starts: Uint32Array, lengths: Uint32Array): number {
  if (lengths.length === 0) return 0
  const first = starts[0]!
  let shared = lengths[0]!
  for (let i = 1; i < lengths.length && shared > 0; i++) {
    const start = starts[i]!
    if (lengths[i]! < shared) shared = lengths[i]!
    for (let k = 0; k < shared; k++) if (bytes[first + k] !== bytes[start + k]) shared = k
  }
  return shared
}
