/** 10^0 to 10^15: all of them exact. */
const POWERS = Array.from({ length: 16 }, (_, i) => 10 ** i)
const DIGITS_MAX = 15

/**
 * The number that a plain decimal stands for: at most 15 digits, perhaps a sign and a point. A whole number of so many digits and
 * a power of ten are exact, so their quotient is rounded once, as the language rounds. NaN for any other text: then ask the language.
 */
export function shortDecimal(bytes: Uint8Array, start: number, length: number): number {
  const end = start + length
  const isNegative = bytes[start] === MINUS
  let digits = 0
  let decimals = -1
  let value = 0
  for (let i = isNegative ? start + 1 : start; i < end; i++) {
    const digit = bytes[i]! - ZERO
    if (digit >= 0 && digit <= 9) {
      value = value * 10 + digit
      digits++
      if (decimals >= 0) decimals++
    } else if (digit === POINT && decimals < 0) decimals = 0
    else return Number.NaN
  }
  if (digits === 0 || digits > DIGITS_MAX) return Number.NaN
  if (decimals > 0) value /= POWERS[decimals]!
  return isNegative ? -value : value
}

const ZERO = 48
const MINUS = 45
/** As a digit. */
const POINT = 46 - ZERO
