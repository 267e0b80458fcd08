export const QUOTE: u8 = 34
export const COMMA: u8 = 44
export const OPEN: u8 = 0x7b
export const CLOSE: u8 = 0x7d

/** Behind the text that is being read: nothing is looked for far beyond it. */
let end: usize = 0

export function setTextEnd(place: usize): void {
  end = place
}

// @ts-ignore: decorator
@inline
export function isBeyond(place: usize): bool {
  return place >= end
}

/** Behind white space of JSON. */
// @ts-ignore: decorator
@inline
export function passed(at: usize): usize {
  return load<u8>(at) > 32 ? at : passedSpaces(at)
}

function passedSpaces(at: usize): usize {
  let p = at
  for (; p < end; p++) {
    const byte = load<u8>(p)
    if (byte != 32 && byte != 10 && byte != 13 && byte != 9) break
  }
  return p
}
