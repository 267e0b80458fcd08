/**
 * The bytes of the white space at `i`, 0 where there is none: what `\s` matches, in UTF-8. Beside ASCII these are
 * U+00A0, 1680, 2000 to 200A, 2028, 2029, 202F, 205F, 3000 and FEFF.
 */
export function spaceSizeAt(bytes: Uint8Array, i: number, end: number): number {
  const a = bytes[i]!
  if (a < 0x80) return a === 32 || (a >= 9 && a <= 13) ? 1 : 0
  if (a === 0xc2) return i + 1 < end && bytes[i + 1] === 0xa0 ? 2 : 0
  if (i + 2 >= end) return 0
  return isWideSpace(a, bytes[i + 1]!, bytes[i + 2]!) ? 3 : 0
}

function isWideSpace(a: number, b: number, c: number): boolean {
  switch (a) {
    case 0xe1:
      return b === 0x9a && c === 0x80
    case 0xe2:
      if (b === 0x81) return c === 0x9f
      return b === 0x80 && ((c >= 0x80 && c <= 0x8a) || c === 0xa8 || c === 0xa9 || c === 0xaf)
    case 0xe3:
      return b === 0x80 && c === 0x80
    default:
      return a === 0xef && b === 0xbb && c === 0xbf
  }
}
