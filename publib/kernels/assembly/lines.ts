import { before, blockOf, from, rangeMask } from './masks'

const CR: u32 = 13
const LF: u32 = 10

/** How many bytes may end a line. */
export function countLineEnds(bytes: usize, size: usize): u32 {
  const end = bytes + size
  let count: u64 = 0
  for (let block = blockOf(bytes); block < end; block += 64) {
    count += popcnt(lineEnds(block, bytes, end))
  }
  return <u32>count
}

/** The lines that end in bytes[first … last) of a text; the first of them begins at `start`, `size` is that of the text. */
export function splitLines(
  bytes: usize,
  size: usize,
  first: usize,
  last: usize,
  start: usize,
  starts: usize,
  lengths: usize,
): u32 {
  const textEnd = bytes + size
  const end = bytes + last
  let line = bytes + start
  let count: usize = 0
  for (let block = blockOf(bytes + first); block < end; block += 64) {
    let mask = lineEnds(block, bytes + first, end)
    while (mask) {
      const place = block + <usize>ctz(mask)
      mask &= mask - 1
      // The \n of a \r\n.
      if (place < line) continue
      store<u32>(starts + (count << 2), <u32>(line - bytes))
      store<u32>(lengths + (count << 2), <u32>(place - line))
      count++
      line = place + 1
      if (load<u8>(place) == CR && line < textEnd && load<u8>(line) == LF) line++
    }
  }
  return <u32>count
}

/** Bytes from 10 to 13 are four; two of them end lines. */
// @ts-ignore: decorator
@inline
function lineEnds(block: usize, start: usize, end: usize): u64 {
  let mask = before(from(rangeMask(block, i8x16.splat(10), i8x16.splat(3)), block, start), block, end)
  return mask ? withoutTabs(mask, block) : 0
}

function withoutTabs(mask: u64, block: usize): u64 {
  const others = rangeMask(block, i8x16.splat(11), i8x16.splat(1))
  return mask & ~others
}
