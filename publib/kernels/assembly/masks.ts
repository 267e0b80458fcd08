// What a block of 64 bytes holds, one bit a byte: the first byte is the lowest bit.

/** Where the bytes are `byte`, which fills the vector. */
// @ts-ignore: decorator
@inline
export function equalMask(block: usize, byte: v128): u64 {
  return (
    bits(i8x16.eq(v128.load(block), byte)) |
    (bits(i8x16.eq(v128.load(block, 16), byte)) << 16) |
    (bits(i8x16.eq(v128.load(block, 32), byte)) << 32) |
    (bits(i8x16.eq(v128.load(block, 48), byte)) << 48)
  )
}

/** Where the bytes are at most `distance` above `first`; both fill a vector. */
// @ts-ignore: decorator
@inline
export function rangeMask(block: usize, first: v128, distance: v128): u64 {
  return (
    bits(i8x16.le_u(i8x16.sub(v128.load(block), first), distance)) |
    (bits(i8x16.le_u(i8x16.sub(v128.load(block, 16), first), distance)) << 16) |
    (bits(i8x16.le_u(i8x16.sub(v128.load(block, 32), first), distance)) << 32) |
    (bits(i8x16.le_u(i8x16.sub(v128.load(block, 48), first), distance)) << 48)
  )
}

/** Where the bytes are no ASCII. */
// @ts-ignore: decorator
@inline
export function highMask(block: usize): u64 {
  return (
    bits(v128.load(block)) |
    (bits(v128.load(block, 16)) << 16) |
    (bits(v128.load(block, 32)) << 32) |
    (bits(v128.load(block, 48)) << 48)
  )
}

// @ts-ignore: decorator
@inline
function bits(lanes: v128): u64 {
  return <u64>(<u32>i8x16.bitmask(lanes))
}

/** The bits of a block from `start` on. */
// @ts-ignore: decorator
@inline
export function from(mask: u64, block: usize, start: usize): u64 {
  return block < start ? mask & (~(<u64>0) << (<u64>(start - block))) : mask
}

/** The bits of a block before `end`, which is behind its first byte. */
// @ts-ignore: decorator
@inline
export function before(mask: u64, block: usize, end: usize): u64 {
  return end - block < 64 ? mask & ~(~(<u64>0) << (<u64>(end - block))) : mask
}

/** The block that holds a byte. */
// @ts-ignore: decorator
@inline
export function blockOf(place: usize): usize {
  return place & ~(<usize>63)
}

/** The bits from each odd mark up to the one behind it, such as what stands within quotes. */
// @ts-ignore: decorator
@inline
export function between(marks: u64): u64 {
  if (marks == 0) return 0
  let bits = marks
  bits ^= bits << 1
  bits ^= bits << 2
  bits ^= bits << 4
  bits ^= bits << 8
  bits ^= bits << 16
  bits ^= bits << 32
  return bits
}
