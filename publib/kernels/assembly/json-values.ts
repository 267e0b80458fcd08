import { CLOSE, COMMA, isBeyond, OPEN, passed, QUOTE } from './json-places'
import { stringEnd } from './json-strings'

const BRACKET: u8 = 0x5b
const BRACKET_END: u8 = 0x5d
const COLON: u8 = 58
const MINUS: u8 = 45
const PLUS: u8 = 43
const POINT: u8 = 46
const ZERO: u8 = 48
const LETTER_E: u8 = 101
/** The words in little-endian order: `true`, `alse`, `null`. */
const WORD_TRUE: u32 = 0x65757274
const WORD_ALSE: u32 = 0x65736c61
const WORD_NULL: u32 = 0x6c6c756e

/** Deeper values are left to the language. */
const DEPTH_MAX: u32 = 100

/** Whole numbers up to it are exact, and so are these powers of ten: their quotient is rounded once, as the language rounds. */
const EXACT_MAX: u64 = 1 << 53
const DIGITS_MAX: usize = 19
const DECIMALS_MAX: usize = 22
const powers: usize = memory.data<f64>([
  1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17,
  1e18, 1e19, 1e20, 1e21, 1e22,
])

let value: f64 = 0
let isExact: bool = false

/** The last number that was read; the next says whether it is that exactly. */
// @ts-ignore: decorator
@inline
export function numberValue(): f64 {
  return value
}

// @ts-ignore: decorator
@inline
export function numberIsExact(): bool {
  return isExact
}

// @ts-ignore: decorator
@inline
function digitAt(at: usize): u32 {
  return <u32>load<u8>(at) - ZERO
}

/** Behind a number; 0 where it is none. */
export function afterNumber(at: usize): usize {
  const isNegative = load<u8>(at) == MINUS
  const first = isNegative ? at + 1 : at
  let p = first
  let digit = digitAt(p)
  if (digit > 9) return 0
  let whole: u64 = digit
  p++
  // No other digit follows a zero in front.
  if (digit != 0) {
    while ((digit = digitAt(p)) <= 9) {
      whole = whole * 10 + digit
      p++
    }
  }
  let digits = p - first
  let decimals: usize = 0
  if (load<u8>(p) == POINT) {
    const point = ++p
    while ((digit = digitAt(p)) <= 9) {
      whole = whole * 10 + digit
      p++
    }
    decimals = p - point
    if (decimals == 0) return 0
    digits += decimals
  }
  isExact = digits <= DIGITS_MAX && whole <= EXACT_MAX && decimals <= DECIMALS_MAX
  if ((load<u8>(p) | 32) == LETTER_E) {
    isExact = false
    p++
    const sign = load<u8>(p)
    if (sign == PLUS || sign == MINUS) p++
    if (digitAt(p) > 9) return 0
    while (digitAt(p) <= 9) p++
  }
  const size = decimals == 0 ? <f64>whole : <f64>whole / load<f64>(powers + (decimals << 3))
  value = isNegative ? -size : size
  return p
}

/** Behind any value; 0 where it is not well-formed. */
export function afterValue(at: usize, depth: u32): usize {
  switch (load<u8>(at)) {
    case QUOTE: {
      const end = stringEnd(at + 1)
      return end == 0 ? 0 : end + 1
    }
    case 116:
      return load<u32>(at) == WORD_TRUE ? at + 4 : 0
    case 102:
      return load<u32>(at + 1) == WORD_ALSE ? at + 5 : 0
    case 110:
      return load<u32>(at) == WORD_NULL ? at + 4 : 0
    case OPEN:
      return depth == DEPTH_MAX ? 0 : afterMembers(at + 1, depth + 1)
    case BRACKET:
      return depth == DEPTH_MAX ? 0 : afterItems(at + 1, depth + 1)
    default:
      return afterNumber(at)
  }
}

function afterMembers(at: usize, depth: u32): usize {
  let p = passed(at)
  if (load<u8>(p) == CLOSE) return p + 1
  while (!isBeyond(p)) {
    if (load<u8>(p) != QUOTE) return 0
    p = stringEnd(p + 1)
    if (p == 0) return 0
    p = passed(p + 1)
    if (load<u8>(p) != COLON) return 0
    p = afterValue(passed(p + 1), depth)
    if (p == 0) return 0
    p = passed(p)
    const sign = load<u8>(p)
    if (sign == CLOSE) return p + 1
    if (sign != COMMA) return 0
    p = passed(p + 1)
  }
  return 0
}

function afterItems(at: usize, depth: u32): usize {
  let p = passed(at)
  if (load<u8>(p) == BRACKET_END) return p + 1
  while (!isBeyond(p)) {
    p = afterValue(p, depth)
    if (p == 0) return 0
    p = passed(p)
    const sign = load<u8>(p)
    if (sign == BRACKET_END) return p + 1
    if (sign != COMMA) return 0
    p = passed(p + 1)
  }
  return 0
}
