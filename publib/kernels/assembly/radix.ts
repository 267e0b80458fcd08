/*
 * Sorting keys of 64 bits that rise as unsigned numbers, each with the number of its row where that is asked for. Many are
 * first spread over ranges that fit the nearest cache, by the highest bits in which keys differ at all; then each range is
 * sorted by its digits, the least first. So memory is read and written once, and all else is done in the cache.
 */

/** The most bits of a digit; counts of a pass take 4 bytes for each of its values. */
const DIGIT_BITS: u32 = 11
const COUNT_BYTES: usize = 1 << 13
const PASSES_MAX: usize = 8
/** Ranges of ranges are spread no deeper than that. */
const LEVELS_MAX: u32 = 6
/** Memory for counts: of all passes by digits, and of each level of ranges. */
export const COUNTS_BYTES: usize = COUNT_BYTES * (PASSES_MAX + <usize>LEVELS_MAX)

/** So few are sorted by insertion. */
const INSERTION_ROWS: u32 = 24
/** More are spread over ranges of about `RANGE_ROWS`; up to so many have narrow digits, so that counts cost less than rows. */
const SPREAD_ROWS: u32 = 16384
const RANGE_ROWS: u32 = 2048
const NARROW_BITS: u32 = 10

/** Sorts in place, stable; `varying` are the bits in which keys differ. Without rows (`order` is 0) keys alone. */
export function radixSort(
  keys: usize,
  otherKeys: usize,
  order: usize,
  otherOrder: usize,
  rows: u32,
  varying: u64,
  counts: usize,
  level: u32,
): void {
  if (varying == 0) return
  if (rows <= INSERTION_ROWS) return sortByInsertion(keys, order, rows)
  if (rows <= SPREAD_ROWS || level == LEVELS_MAX) {
    return sortByDigits(keys, otherKeys, order, otherOrder, rows, varying, counts)
  }
  const bits = min(min(DIGIT_BITS, 32 - <u32>clz(rows / RANGE_ROWS)), widthOf(varying))
  const shift = <u64>(64 - <u32>clz(varying) - bits)
  const ends = counts + COUNT_BYTES * (PASSES_MAX + <usize>level)
  memory.fill(ends, 0, <usize>4 << bits)
  countDigit(keys, rows, shift, bits, ends)
  startsOfCounts(ends, 1 << bits)
  moveByDigit(keys, otherKeys, order, otherOrder, rows, shift, bits, ends)
  let from: u32 = 0
  for (let range: usize = 0; range < <usize>1 << bits; range++) {
    const to = load<u32>(ends + (range << 2))
    if (to == from) continue
    const wide = <usize>from << 3
    const narrow = order ? <usize>from << 2 : 0
    const size = to - from
    // Back to where they came from: the other place is then memory to sort them in.
    const left = copyKeys(otherKeys + wide, keys + wide, size)
    if (order) memory.copy(order + narrow, otherOrder + narrow, <usize>size << 2)
    const other = otherOrder + narrow
    radixSort(keys + wide, otherKeys + wide, order + narrow, other, size, left, counts, level + 1)
    from = to
  }
}

/** Copies keys; gives the bits in which they differ. */
function copyKeys(from: usize, to: usize, rows: u32): u64 {
  const first = load<u64>(from)
  let varying: u64 = 0
  for (let i: usize = 0; i < rows; i++) {
    const key = load<u64>(from + (i << 3))
    varying |= key ^ first
    store<u64>(to + (i << 3), key)
  }
  return varying
}

function sortByInsertion(keys: usize, order: usize, rows: u32): void {
  for (let i: usize = 1; i < rows; i++) {
    const key = load<u64>(keys + (i << 3))
    let place = i
    while (place > 0 && load<u64>(keys + ((place - 1) << 3)) > key) place--
    if (place == i) continue
    memory.copy(keys + ((place + 1) << 3), keys + (place << 3), (i - place) << 3)
    store<u64>(keys + (place << 3), key)
    if (!order) continue
    const row = load<u32>(order + (i << 2))
    memory.copy(order + ((place + 1) << 2), order + (place << 2), (i - place) << 2)
    store<u32>(order + (place << 2), row)
  }
}

/** The least digit first, over the bits that differ. */
function sortByDigits(
  keys: usize,
  otherKeys: usize,
  order: usize,
  otherOrder: usize,
  rows: u32,
  varying: u64,
  counts: usize,
): void {
  const most = rows <= SPREAD_ROWS ? NARROW_BITS : DIGIT_BITS
  const width = widthOf(varying)
  const passes = (width + most - 1) / most
  // Digits share the bits evenly.
  const bits = (width + passes - 1) / passes
  const low = <u64>ctz(varying)
  countDigits(keys, rows, low, bits, passes, counts)
  let from = keys
  let to = otherKeys
  let fromOrder = order
  let toOrder = otherOrder
  for (let pass: u32 = 0; pass < passes; pass++) {
    const starts = counts + <usize>pass * COUNT_BYTES
    if (isOneDigit(starts, bits, load<u64>(keys) >> (low + <u64>(pass * bits)), rows)) continue
    startsOfCounts(starts, 1 << bits)
    moveByDigit(from, to, fromOrder, toOrder, rows, low + <u64>(pass * bits), bits, starts)
    let swap = from
    from = to
    to = swap
    swap = fromOrder
    fromOrder = toOrder
    toOrder = swap
  }
  if (from == keys) return
  memory.copy(keys, otherKeys, <usize>rows << 3)
  if (order) memory.copy(order, otherOrder, <usize>rows << 2)
}

// @ts-ignore: decorator
@inline
function widthOf(varying: u64): u32 {
  return 64 - <u32>clz(varying) - <u32>ctz(varying)
}

/** Counts the digits of all passes in one look at the keys. */
function countDigits(
  keys: usize,
  rows: u32,
  low: u64,
  bits: u32,
  passes: u32,
  counts: usize,
): void {
  const mask: u64 = (1 << <u64>bits) - 1
  for (let pass: u32 = 0; pass < passes; pass++) {
    memory.fill(counts + <usize>pass * COUNT_BYTES, 0, <usize>4 << bits)
  }
  for (let i: usize = 0; i < rows; i++) {
    let rest = load<u64>(keys + (i << 3)) >> low
    let counter = counts
    for (let pass: u32 = 0; pass < passes; pass++) {
      const at = counter + (<usize>(rest & mask) << 2)
      store<u32>(at, load<u32>(at) + 1)
      rest >>= <u64>bits
      counter += COUNT_BYTES
    }
  }
}

function countDigit(keys: usize, rows: u32, shift: u64, bits: u32, counts: usize): void {
  const mask: u64 = (1 << <u64>bits) - 1
  for (let i: usize = 0; i < rows; i++) {
    const at = counts + (<usize>((load<u64>(keys + (i << 3)) >> shift) & mask) << 2)
    store<u32>(at, load<u32>(at) + 1)
  }
}

/** Whether all rows have the digit that one of them has. */
// @ts-ignore: decorator
@inline
function isOneDigit(counts: usize, bits: u32, rest: u64, rows: u32): bool {
  return load<u32>(counts + (<usize>(rest & ((1 << <u64>bits) - 1)) << 2)) == rows
}

/** Makes of counts where each digit begins. */
function startsOfCounts(counts: usize, digits: u32): void {
  let start: u32 = 0
  for (let digit: usize = 0; digit < digits; digit++) {
    const at = counts + (digit << 2)
    const count = load<u32>(at)
    store<u32>(at, start)
    start += count
  }
}

/** Each key, and its row, to where its digit is now; `starts` end as the ends of the digits. */
function moveByDigit(
  keys: usize,
  toKeys: usize,
  order: usize,
  toOrder: usize,
  rows: u32,
  shift: u64,
  bits: u32,
  starts: usize,
): void {
  const mask: u64 = (1 << <u64>bits) - 1
  if (!order) {
    for (let i: usize = 0; i < rows; i++) {
      const key = load<u64>(keys + (i << 3))
      const counter = starts + (<usize>((key >> shift) & mask) << 2)
      const place = <usize>load<u32>(counter)
      store<u32>(counter, <u32>place + 1)
      store<u64>(toKeys + (place << 3), key)
    }
    return
  }
  for (let i: usize = 0; i < rows; i++) {
    const key = load<u64>(keys + (i << 3))
    const counter = starts + (<usize>((key >> shift) & mask) << 2)
    const place = <usize>load<u32>(counter)
    store<u32>(counter, <u32>place + 1)
    store<u64>(toKeys + (place << 3), key)
    store<u32>(toOrder + (place << 2), load<u32>(order + (i << 2)))
  }
}
