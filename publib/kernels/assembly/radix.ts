/** The most bits of a digit; counts of a pass take 4 bytes for each of its values. */
const DIGIT_BITS: u32 = 11
const COUNT_BYTES: usize = 1 << 13
/** Below it digits are narrower, so that counts cost less than rows. */
const FEW_ROWS: u32 = 8192
const FEW_BITS: u32 = 8

/** Memory that `radixSort` needs for its counts: eight passes. */
export const COUNTS_BYTES: usize = COUNT_BYTES * 8

/**
 * Sorts `rows` keys that rise as unsigned numbers, and with each its place in `order`: stable, the least digit first, over the
 * bits that differ at all (`varying`). True where the result stands in `otherKeys` and `otherOrder`.
 */
export function radixSort(
  keys: usize,
  otherKeys: usize,
  order: usize,
  otherOrder: usize,
  rows: u32,
  varying: u64,
  counts: usize,
): bool {
  if (varying == 0) return false
  const passes = countDigits(keys, rows, varying, counts)
  const low = <u64>ctz(varying)
  const bits = digitBits(rows, varying, passes)
  let from = keys
  let to = otherKeys
  let fromOrder = order
  let toOrder = otherOrder
  let swapped = false
  for (let pass: u32 = 0; pass < passes; pass++) {
    const starts = counts + <usize>pass * COUNT_BYTES
    if (!startsOfCounts(starts, 1 << bits, rows)) continue
    const shift = low + <u64>(pass * bits)
    const mask: u64 = (1 << <u64>bits) - 1
    for (let i: u32 = 0; i < rows; i++) {
      const key = load<u64>(from + (<usize>i << 3))
      const counter = starts + (<usize>((key >> shift) & mask) << 2)
      const place = <usize>load<u32>(counter)
      store<u32>(counter, <u32>place + 1)
      store<u64>(to + (place << 3), key)
      store<u32>(toOrder + (place << 2), load<u32>(fromOrder + (<usize>i << 2)))
    }
    let swap = from
    from = to
    to = swap
    swap = fromOrder
    fromOrder = toOrder
    toOrder = swap
    swapped = !swapped
  }
  return swapped
}

/** `radixSort` of keys alone. */
export function radixSortKeys(
  keys: usize,
  otherKeys: usize,
  rows: u32,
  varying: u64,
  counts: usize,
): bool {
  if (varying == 0) return false
  const passes = countDigits(keys, rows, varying, counts)
  const low = <u64>ctz(varying)
  const bits = digitBits(rows, varying, passes)
  let from = keys
  let to = otherKeys
  let swapped = false
  for (let pass: u32 = 0; pass < passes; pass++) {
    const starts = counts + <usize>pass * COUNT_BYTES
    if (!startsOfCounts(starts, 1 << bits, rows)) continue
    const shift = low + <u64>(pass * bits)
    const mask: u64 = (1 << <u64>bits) - 1
    for (let i: u32 = 0; i < rows; i++) {
      const key = load<u64>(from + (<usize>i << 3))
      const counter = starts + (<usize>((key >> shift) & mask) << 2)
      const place = <usize>load<u32>(counter)
      store<u32>(counter, <u32>place + 1)
      store<u64>(to + (place << 3), key)
    }
    const swap = from
    from = to
    to = swap
    swapped = !swapped
  }
  return swapped
}

// @ts-ignore: decorator
@inline
function widthOf(varying: u64): u32 {
  return 64 - <u32>clz(varying) - <u32>ctz(varying)
}

// @ts-ignore: decorator
@inline
function passesOf(rows: u32, varying: u64): u32 {
  const most = rows < FEW_ROWS ? FEW_BITS : DIGIT_BITS
  return (widthOf(varying) + most - 1) / most
}

/** Digits share the bits evenly. */
// @ts-ignore: decorator
@inline
function digitBits(rows: u32, varying: u64, passes: u32): u32 {
  return (widthOf(varying) + passes - 1) / passes
}

/** Counts the digits of all passes in one look at the keys; gives the number of passes. */
function countDigits(keys: usize, rows: u32, varying: u64, counts: usize): u32 {
  const passes = passesOf(rows, varying)
  const bits = digitBits(rows, varying, passes)
  const low = <u64>ctz(varying)
  const mask: u64 = (1 << <u64>bits) - 1
  for (let pass: u32 = 0; pass < passes; pass++) {
    memory.fill(counts + <usize>pass * COUNT_BYTES, 0, <usize>4 << bits)
  }
  for (let i: u32 = 0; i < rows; i++) {
    let rest = load<u64>(keys + (<usize>i << 3)) >> low
    let counter = counts
    for (let pass: u32 = 0; pass < passes; pass++) {
      const at = counter + (<usize>(rest & mask) << 2)
      store<u32>(at, load<u32>(at) + 1)
      rest >>= <u64>bits
      counter += COUNT_BYTES
    }
  }
  return passes
}

/** Makes of counts where each digit begins; false where all rows have the same digit. */
function startsOfCounts(counts: usize, digits: u32, rows: u32): bool {
  let start: u32 = 0
  for (let digit: u32 = 0; digit < digits; digit++) {
    const at = counts + (<usize>digit << 2)
    const count = load<u32>(at)
    if (count == rows) return false
    store<u32>(at, start)
    start += count
  }
  return true
}
