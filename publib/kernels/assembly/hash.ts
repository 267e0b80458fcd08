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

// @ts-ignore: decorator
@inline
function hashText(start: usize, length: u32): u32 {
  if (length > 11) return hashLong(start, length)
  // At most two whole words: both are mixed in, and what was too much is left, for no processor can guess how many there are.
  const first = mixWord(STRING_SEED, load<u32>(start))
  const second = mixWord(first, load<u32>(start, 4))
  const hash = select<u32>(second, select<u32>(first, STRING_SEED, length > 3), length > 7)
  return finish(mixTail(hash, tailOf(start, length)) ^ length)
}

function hashLong(start: usize, length: u32): u32 {
  const whole = start + <usize>(length & ~3)
  let hash = STRING_SEED
  for (let at = start; at < whole; at += 4) hash = mixWord(hash, load<u32>(at))
  return finish(mixTail(hash, tailOf(start, length)) ^ length)
}

/** The bytes behind the whole words, 0 where there are none: it changes no hash. What is read behind the text is masked away. */
// @ts-ignore: decorator
@inline
function tailOf(start: usize, length: u32): u32 {
  return load<u32>(start + <usize>(length & ~3)) & ((<u32>1 << ((length & 3) << 3)) - 1)
}

/** hashNumber of each of the doubles; up to three hashes more are written. */
export function hashNumbers(values: usize, rows: u32, hashes: usize): void {
  for (let row: usize = 0; row < rows; row += 4) {
    const at = values + (row << 3)
    const hash = hashFour(canonicalPair(v128.load(at)), canonicalPair(v128.load(at, 16)))
    v128.store(hashes + (row << 2), hash)
  }
}

/** hashNumber of each of the integers; up to three hashes more are written. */
export function hashIntegers(values: usize, rows: u32, hashes: usize): void {
  for (let row: usize = 0; row < rows; row += 4) {
    const at = values + (row << 2)
    const first = f64x2.convert_low_i32x4_s(v128.load64_zero(at))
    const second = f64x2.convert_low_i32x4_s(v128.load64_zero(at, 8))
    v128.store(hashes + (row << 2), hashFour(first, second))
  }
}

// @ts-ignore: decorator
@inline
function canonicalPair(pair: v128): v128 {
  const isNumber = f64x2.eq(pair, pair)
  const nan = i64x2.splat(0x7ff8000000000000)
  // Adding 0 makes 0 of -0.
  return v128.bitselect(f64x2.add(pair, f64x2.splat(0)), nan, isNumber)
}

/** The hashes of four doubles, two in each pair. */
// @ts-ignore: decorator
@inline
function hashFour(first: v128, second: v128): v128 {
  const low = v128.shuffle<i32>(first, second, 0, 2, 4, 6)
  const high = v128.shuffle<i32>(first, second, 1, 3, 5, 7)
  const hash = mixWords(mixWords(i32x4.splat(NUMBER_SEED), low), high)
  return spreadFour(v128.xor(hash, i32x4.splat(8)))
}

/** What the records with these hashes of keys and of values add to the two sums of a content, at `sums`. */
export function addRecords(keys: usize, values: usize, rows: u32, sums: usize): void {
  let low = i32x4.splat(0)
  let high = i32x4.splat(0)
  const whole = <usize>(rows & ~3)
  let row: usize = 0
  for (; row < whole; row += 4) {
    const key = v128.load(keys + (row << 2))
    const record = recordsOf(key, v128.load(values + (row << 2)))
    low = i32x4.add(low, record)
    high = i32x4.add(high, seconds(record, key))
  }
  if (row < rows) {
    const key = v128.load(keys + (row << 2))
    const record = recordsOf(key, v128.load(values + (row << 2)))
    const inside = i32x4.lt_u(v128.load(lanes), i32x4.splat(rows & 3))
    low = i32x4.add(low, v128.and(inside, record))
    high = i32x4.add(high, v128.and(inside, seconds(record, key)))
  }
  store<u32>(sums, sumOfLanes(low))
  store<u32>(sums, sumOfLanes(high), 4)
}

const lanes: usize = memory.data<u32>([0, 1, 2, 3], 16)

// @ts-ignore: decorator
@inline
function recordsOf(keys: v128, values: v128): v128 {
  return spreadFour(v128.xor(i32x4.mul(keys, i32x4.splat(0x2c1b3c6d)), values))
}

// @ts-ignore: decorator
@inline
function seconds(records: v128, keys: v128): v128 {
  return spreadFour(v128.xor(v128.xor(records, keys), i32x4.splat(0x5bd1e995)))
}

// @ts-ignore: decorator
@inline
function sumOfLanes(four: v128): u32 {
  return (
    i32x4.extract_lane(four, 0) +
    i32x4.extract_lane(four, 1) +
    i32x4.extract_lane(four, 2) +
    i32x4.extract_lane(four, 3)
  )
}

// @ts-ignore: decorator
@inline
function mixWords(hashes: v128, words: v128): v128 {
  const k = i32x4.mul(words, i32x4.splat(0xcc9e2d51))
  const mixed = v128.xor(hashes, i32x4.mul(turned(k, 15), i32x4.splat(0x1b873593)))
  const h = turned(mixed, 13)
  return i32x4.add(i32x4.add(i32x4.shl(h, 2), h), i32x4.splat(0xe6546b64))
}

// @ts-ignore: decorator
@inline
function turned(words: v128, by: i32): v128 {
  return v128.or(i32x4.shl(words, by), i32x4.shr_u(words, 32 - by))
}

/** mixHash of each. */
// @ts-ignore: decorator
@inline
function spreadFour(hashes: v128): v128 {
  let h = v128.xor(hashes, i32x4.shr_u(hashes, 16))
  h = i32x4.mul(h, i32x4.splat(0x85ebca6b))
  h = v128.xor(h, i32x4.shr_u(h, 13))
  h = i32x4.mul(h, i32x4.splat(0xc2b2ae35))
  return v128.xor(h, i32x4.shr_u(h, 16))
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
