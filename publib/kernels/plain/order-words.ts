const DIGITS = 1 << 11
/** Where the digits of a word of 32 bits begin: two of 11 bits, one of 10. */
const SHIFTS = [0, 11, 22]

/**
 * The order in which numbers of several words rise, the least word first, equal ones as they come. A radix sort, the least
 * digit first; digits that all share cost one look.
 */
export function orderOfWords(wordsOfAll: readonly Uint32Array[], size: number): Uint32Array {
  let order = new Uint32Array(size)
  let other = new Uint32Array(size)
  for (let i = 0; i < size; i++) order[i] = i
  const starts = new Uint32Array(DIGITS)
  for (const words of wordsOfAll) {
    for (const shift of SHIFTS) {
      if (!countDigits(words, shift, starts)) continue
      moveByDigit(words, shift, starts, order, other)
      const done = other
      other = order
      order = done
    }
  }
  return order
}

/** Where the numbers with each digit will begin; false where there is one digit only. */
function countDigits(words: Uint32Array, shift: number, starts: Uint32Array): boolean {
  starts.fill(0)
  for (let i = 0; i < words.length; i++) {
    const digit = (words[i]! >>> shift) & (DIGITS - 1)
    starts[digit] = starts[digit]! + 1
  }
  if (words.length === 0) return false
  if (starts[(words[0]! >>> shift) & (DIGITS - 1)] === words.length) return false
  let start = 0
  for (let digit = 0; digit < DIGITS; digit++) {
    const count = starts[digit]!
    starts[digit] = start
    start += count
  }
  return true
}

function moveByDigit(
  words: Uint32Array,
  shift: number,
  starts: Uint32Array,
  from: Uint32Array,
  to: Uint32Array,
): void {
  for (let i = 0; i < from.length; i++) {
    const place = from[i]!
    const digit = (words[place]! >>> shift) & (DIGITS - 1)
    const start = starts[digit]!
    to[start] = place
    starts[digit] = start + 1
  }
}
