import { isBeyond, QUOTE } from './json-places'

const BACKSLASH: u8 = 92
const LETTER_U: u8 = 117

let hasEscapes: bool = false

/** Whether there was a backslash in the last string. */
// @ts-ignore: decorator
@inline
export function wasEscaped(): bool {
  return hasEscapes
}

/** Where the quote is that ends a string; `at` is behind the one that opens it. 0 where it is not well-formed. */
export function stringEnd(at: usize): usize {
  const quotes = i8x16.splat(<i8>QUOTE)
  const backslashes = i8x16.splat(<i8>BACKSLASH)
  const spaces = i8x16.splat(32)
  hasEscapes = false
  let p = at
  while (true) {
    const block = v128.load(p)
    const signs = v128.or(i8x16.eq(block, quotes), i8x16.eq(block, backslashes))
    const marks = i8x16.bitmask(v128.or(signs, i8x16.lt_u(block, spaces)))
    if (marks == 0) {
      p += 16
    } else {
      p += <usize>ctz(marks)
      const byte = load<u8>(p)
      if (byte == QUOTE) return p
      if (byte != BACKSLASH) return 0
      hasEscapes = true
      const escape = load<u8>(p + 1)
      if (escape == LETTER_U) {
        if (!isHex(p + 2) || !isHex(p + 3) || !isHex(p + 4) || !isHex(p + 5)) return 0
        p += 6
      } else if (isEscape(escape)) p += 2
      else return 0
    }
    if (isBeyond(p)) return 0
  }
}

/** One of `"\/bfnrt`. */
function isEscape(byte: u8): bool {
  switch (byte) {
    case 34:
    case 92:
    case 47:
    case 98:
    case 102:
    case 110:
    case 114:
    case 116:
      return true
    default:
      return false
  }
}

function isHex(at: usize): bool {
  const byte = load<u8>(at)
  return byte - 48 <= 9 || (byte | 32) - 97 <= 5
}

/** Whether two places hold the same bytes. Up to 15 bytes behind them are looked at. */
// @ts-ignore: decorator
@inline
export function sameText(a: usize, b: usize, size: usize): bool {
  if (size > 16) return sameLong(a, b, size)
  const same = i8x16.bitmask(i8x16.eq(v128.load(a), v128.load(b)))
  return (~same & ((1 << <i32>size) - 1)) == 0
}

function sameLong(a: usize, b: usize, size: usize): bool {
  return memory.compare(a, b, size) == 0
}
