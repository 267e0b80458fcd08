// Murmur3 (x86, 32 bits), as publib/util/hash.ts.

const STRING_SEED: u32 = 0x73747231
const NUMBER_SEED: u32 = 0x6e756d62

/** hashString of each row. */
export function hashTexts(
  bytes: usize,
  starts: usize,
  lengths: usize,
  rows: u32,
  hashes: usize,
): void {
  let end = bytes
  for (let row: usize = 0; row < rows; row++) {
    const start = starts ? bytes + load<u32>(starts + (row << 2)) : end
    const length = load<u32>(lengths + (row << 2))
    end = start + length
    store<u32>(hashes + (row << 2), hashText(start, length))
  }
}

function hashText(start: usize, length: u32): u32 {
  const whole = start + <usize>(length & ~3)
  let hash = STRING_SEED
  for (let at = start; at < whole; at += 4) hash = mixWord(hash, load<u32>(at))
  const rest = length & 3
  // Up to three bytes behind the text are read, and masked away.
  if (rest) hash = mixTail(hash, load<u32>(whole) & ((<u32>1 << (rest << 3)) - 1))
  return finish(hash ^ length)
}

/** hashNumber of each of the doubles. */
export function hashNumbers(values: usize, rows: u32, hashes: usize): void {
  for (let row: usize = 0; row < rows; row++) {
    const bits = canonical(load<f64>(values + (row << 3)))
    const hash = mixWord(mixWord(NUMBER_SEED, <u32>bits), <u32>(bits >> 32))
    store<u32>(hashes + (row << 2), finish(hash ^ 8))
  }
}

/** The bits of a number as a key: one NaN, and 0 for -0. */
// @ts-ignore: decorator
@inline
export function canonical(value: f64): u64 {
  // Adding 0 makes 0 of -0.
  return value == value ? reinterpret<u64>(value + 0) : 0x7ff8000000000000
}

// @ts-ignore: decorator
@inline
function mixWord(hash: u32, word: u32): u32 {
  return rotl<u32>(mixTail(hash, word), 13) * 5 + 0xe6546b64
}

// @ts-ignore: decorator
@inline
function mixTail(hash: u32, word: u32): u32 {
  return hash ^ (rotl<u32>(word * 0xcc9e2d51, 15) * 0x1b873593)
}

// @ts-ignore: decorator
@inline
function finish(hash: u32): u32 {
  let h = hash ^ (hash >> 16)
  h *= 0x85ebca6b
  h ^= h >> 13
  h *= 0xc2b2ae35
  return h ^ (h >> 16)
}
