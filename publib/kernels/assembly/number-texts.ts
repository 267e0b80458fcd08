/** The largest whole number to which every smaller one is exact. */
const SAFE: f64 = 9007199254740991
const EIGHT_DIGITS: u64 = 100_000_000
const ZEROS: u64 = 0x3030303030303030
const MINUS: u8 = 45

/**
 * Writes each number as text between the same bytes, one behind the other, and the lengths; gives the size of all. -1 where one
 * is not a whole number that is exact. Up to 15 bytes behind `before`, `behind` and `out` are touched too.
 */
export function numberTexts(
  values: usize,
  rows: u32,
  before: usize,
  beforeSize: usize,
  behind: usize,
  behindSize: usize,
  out: usize,
  lengths: usize,
): i32 {
  let end = out
  for (let row: usize = 0; row < rows; row++) {
    const start = end
    const value = load<f64>(values + (row << 3))
    // False for NaN, too.
    if (!(abs<f64>(value) <= SAFE)) return -1
    const whole = <i64>value
    if (<f64>whole != value) return -1
    end = copied(before, beforeSize, end)
    if (whole < 0) {
      store<u8>(end, MINUS)
      end++
    }
    end = digits(whole < 0 ? <u64>-whole : <u64>whole, end)
    end = copied(behind, behindSize, end)
    store<u32>(lengths + (row << 2), <u32>(end - start))
  }
  return <i32>(end - out)
}

// @ts-ignore: decorator
@inline
function copied(from: usize, size: usize, to: usize): usize {
  if (size <= 16) v128.store(to, v128.load(from))
  else memory.copy(to, from, size)
  return to + size
}

/** At most 16 digits. */
// @ts-ignore: decorator
@inline
function digits(value: u64, to: usize): usize {
  if (value < EIGHT_DIGITS) return firstDigits(value, to)
  const high = value / EIGHT_DIGITS
  const end = firstDigits(high, to)
  store<u64>(end, eightDigits(value - high * EIGHT_DIGITS) + ZEROS)
  return end + 8
}

/** Without the zeros in front. */
// @ts-ignore: decorator
@inline
function firstDigits(value: u64, to: usize): usize {
  const all = eightDigits(value)
  const zeros = all == 0 ? 7 : <usize>ctz(all) >> 3
  store<u64>(to, (all + ZEROS) >> (<u64>zeros << 3))
  return to + 8 - zeros
}

/** The digits of a number below 10^8, one a byte, the first in the lowest: halves are divided side by side. */
// @ts-ignore: decorator
@inline
function eightDigits(value: u64): u64 {
  const high = <u64>(<u32>value / 10_000)
  const fours = high | ((value - high * 10_000) << 32)
  const hundreds = ((fours * 10_486) >> 20) & 0x0000007f0000007f
  const pairs = hundreds | ((fours - hundreds * 100) << 16)
  const tens = ((pairs * 103) >> 10) & 0x000f000f000f000f
  return tens | ((pairs - tens * 10) << 8)
}
