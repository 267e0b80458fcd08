const DIGITS = 1 << 11
/** Where the digits of a word of 32 bits begin: two of 11 bits, one of 10. */
const SHIFTS = [0, 11, 22]

/**
 * The order in which numbers rise (or fall), equal ones as they come: places in `numbers`. None may be NaN; -0 equals 0.
 * A radix sort, the least digit first; digits that all numbers share cost one look.
 */
export function sortedOrder(numbers: Float64Array, isFalling: boolean): Uint32Array {
  const size = numbers.length
  let order = new Uint32Array(size)
  let other = new Uint32Array(size)
  for (let i = 0; i < size; i++) order[i] = i
  const starts = new Uint32Array(DIGITS)
  for (const words of sortableWords(numbers, isFalling)) {
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

/**
 * The low and the high words of the numbers, changed so that they rise as unsigned integers where the numbers rise (or
 * fall).
 */
function sortableWords(numbers: Float64Array, isFalling: boolean): [Uint32Array, Uint32Array] {
  const size = numbers.length
  const low = new Uint32Array(size)
  const high = new Uint32Array(size)
  const double = new Float64Array(1)
  const words = new Uint32Array(double.buffer)
  const turned = isFalling ? -1 : 0
  for (let i = 0; i < size; i++) {
    // Makes 0 of -0.
    double[0] = numbers[i]! + 0
    const top = words[1]!
    const isNegative = top >>> 31 === 1
    low[i] = (isNegative ? ~words[0]! : words[0]!) ^ turned
    high[i] = (isNegative ? ~top : top ^ 0x80000000) ^ turned
  }
  return [low, high]
}
