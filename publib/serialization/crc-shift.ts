/*
 * CRC-32 is linear: over the same bytes, two checksums that began differently differ by what the first difference becomes
 * when as many zero bytes follow it. That is a multiplication by x^(8 × bytes) modulo the polynomial.
 */
const POLYNOMIAL = 0xedb88320

/** What a difference of two checksums has become `bytes` zero bytes later. */
export function shiftCrc(difference: number, bytes: number): number {
  let shifted = difference
  let power = 0
  for (let rest = bytes; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) shifted = multiply(powerOf(power), shifted)
    power++
  }
  return shifted >>> 0
}

/** x^(8 × 2^power): each the square of the one before. */
const powers: number[] = [1 << (31 - 8)]

function powerOf(power: number): number {
  while (powers.length <= power) {
    const last = powers[powers.length - 1]!
    powers.push(multiply(last, last))
  }
  return powers[power]!
}

/** Polynomials with the highest bit as x^0. */
function multiply(a: number, b: number): number {
  let product = 0
  let factor = b
  for (let bit = 31; bit >= 0; bit--) {
    if ((a >>> bit) & 1) product ^= factor
    factor = factor & 1 ? (factor >>> 1) ^ POLYNOMIAL : factor >>> 1
  }
  return product
}
