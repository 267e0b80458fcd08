import { before, blockOf, equalMask, from } from './masks'

/** The lengths of the rows at the places `order`; their sum. */
export function gatherLengths(lengths: usize, order: usize, count: u32, out: usize): f64 {
  let sum: u64 = 0
  for (let i: usize = 0; i < count; i++) {
    const length = load<u32>(lengths + (<usize>load<u32>(order + (i << 2)) << 2))
    store<u32>(out + (i << 2), length)
    sum += length
  }
  return <f64>sum
}

/** The rows at the places `order`, one behind the other; behind `to` there is room for a vector more than they take. */
export function gatherBytes(
  bytes: usize,
  starts: usize,
  lengths: usize,
  order: usize,
  count: u32,
  to: usize,
): void {
  for (let i: usize = 0; i < count; i++) {
    const row = <usize>load<u32>(order + (i << 2)) << 2
    const start = bytes + load<u32>(starts + row)
    const length = <usize>load<u32>(lengths + row)
    if (length <= 16) v128.store(to, v128.load(start))
    else memory.copy(to, start, length)
    to += length
  }
}

/** How many bytes the rows have together. */
export function sumLengths(lengths: usize, rows: u32): f64 {
  let sum: u64 = 0
  for (let row: usize = 0; row < rows; row++) sum += load<u32>(lengths + (row << 2))
  return <f64>sum
}

/** Where rows begin that stand one behind the other. */
export function startsOfPacked(lengths: usize, rows: u32, starts: usize): void {
  let end: u32 = 0
  for (let row: usize = 0; row < rows; row++) {
    store<u32>(starts + (row << 2), end)
    end += load<u32>(lengths + (row << 2))
  }
}

/** The length of each row in code units: a byte that begins a character is one, and two from 0xf0 on. */
export function unitLengths(
  bytes: usize,
  starts: usize,
  lengths: usize,
  rows: u32,
  units: usize,
): void {
  let end = bytes
  for (let row: usize = 0; row < rows; row++) {
    const start = starts ? bytes + load<u32>(starts + (row << 2)) : end
    end = start + load<u32>(lengths + (row << 2))
    store<u32>(units + (row << 2), countUnits(start, end))
  }
}

function countUnits(start: usize, end: usize): u32 {
  let count: u32 = 0
  for (let at = start; at < end; at += 16) {
    const some = v128.load(at)
    // Signed: -128 to -65 go on with a character, -16 to -1 begin one that takes two units.
    let firsts = <u32>i8x16.bitmask(i8x16.gt_s(some, i8x16.splat(-65)))
    let wides = <u32>i8x16.bitmask(i8x16.ge_u(some, i8x16.splat(<i8>0xf0)))
    if (end - at < 16) {
      const inside = (<u32>1 << (<u32>(end - at))) - 1
      firsts &= inside
      wides &= inside
    }
    count += popcnt(firsts) + popcnt(wides)
  }
  return count
}

const EQUALS: u32 = 0
const STARTS_WITH: u32 = 1
const ENDS_WITH: u32 = 2

/** 1 where the test holds for a row and the part, else 0. */
export function testTexts(
  bytes: usize,
  starts: usize,
  lengths: usize,
  rows: u32,
  test: u32,
  part: usize,
  size: u32,
  marks: usize,
): void {
  let end = bytes
  for (let row: usize = 0; row < rows; row++) {
    const start = starts ? bytes + load<u32>(starts + (row << 2)) : end
    const length = load<u32>(lengths + (row << 2))
    end = start + length
    store<u8>(marks + row, holds(test, start, length, part, size))
  }
}

// @ts-ignore: decorator
@inline
function holds(test: u32, start: usize, length: u32, part: usize, size: u32): bool {
  if (length < size) return false
  if (test == EQUALS) return length == size && isAt(start, part, size)
  if (test == STARTS_WITH) return isAt(start, part, size)
  if (test == ENDS_WITH) return isAt(start + length - size, part, size)
  return size == 0 || includes(start, start + length - size + 1, part, size)
}

function includes(start: usize, end: usize, part: usize, size: u32): bool {
  const first = i8x16.splat(<i8>load<u8>(part))
  for (let block = blockOf(start); block < end; block += 64) {
    let places = before(from(equalMask(block, first), block, start), block, end)
    while (places) {
      if (isAt(block + <usize>ctz(places), part, size)) return true
      places &= places - 1
    }
  }
  return false
}

/** Whether `part` stands there. Up to 7 bytes behind both are read, and masked away. */
function isAt(start: usize, part: usize, size: u32): bool {
  let at: u32 = 0
  for (; at + 8 <= size; at += 8) {
    if (load<u64>(start + at) != load<u64>(part + at)) return false
  }
  const rest = <u64>(size - at) << 3
  if (rest == 0) return true
  return ((load<u64>(start + at) ^ load<u64>(part + at)) & ~(~(<u64>0) << rest)) == 0
}

/** The same bytes with 26 letters from `first` on in the other case; up to 15 bytes behind `to` are written too. */
export function changeCase(bytes: usize, size: usize, first: u32, to: usize): void {
  const letters = i8x16.splat(<i8>first)
  const bit = i8x16.splat(32)
  for (let at: usize = 0; at < size; at += 16) {
    const some = v128.load(bytes + at)
    const isLetter = i8x16.lt_u(i8x16.sub(some, letters), i8x16.splat(26))
    v128.store(to + at, v128.xor(some, v128.and(isLetter, bit)))
  }
}
