import { DENSE_ROWS, makeDense } from './dense-keys'
import { turnedBy } from './order-numbers'
import { radixSort } from './radix'

/** Groups of equal beginnings up to this size are sorted by insertion. */
const INSERTION_ROWS: u32 = 16
/** Beginnings that are equal so often in turn are sorted by comparing. */
const LEVELS_MAX: u32 = 64

const HIGH_BITS: u64 = 0x8080808080808080

/** What `orderOfTexts` works on: set by it, read by all below it. */
let bytesAt: usize = 0
let startsAt: usize = 0
let lengthsAt: usize = 0
let turned: u64 = 0
let keysAt: usize = 0
let otherKeysAt: usize = 0
let orderAt: usize = 0
let otherOrderAt: usize = 0
let countsAt: usize = 0

/**
 * The order in which texts rise by their code units, or fall: at `order` when it is done. Eight bytes
 * behind each text are read (what they are is no matter), and nothing there is written.
 */
export function orderOfTexts(
  bytes: usize,
  starts: usize,
  lengths: usize,
  rows: u32,
  isFalling: bool,
  keys: usize,
  otherKeys: usize,
  order: usize,
  otherOrder: usize,
  counts: usize,
): void {
  bytesAt = bytes
  startsAt = starts
  lengthsAt = lengths
  turned = turnedBy(isFalling)
  keysAt = keys
  otherKeysAt = otherKeys
  orderAt = order
  otherOrderAt = otherOrder
  countsAt = counts
  for (let i: u32 = 0; i < rows; i++) store<u32>(order + (<usize>i << 2), i)
  sortGroup(0, rows, 0, 0)
}

/** Sorts the rows `from` up to `to` of the order: their first `depth` bytes are the same, and they stand as they came. */
function sortGroup(from: u32, to: u32, depth: u32, level: u32): void {
  if (to - from <= INSERTION_ROWS) return sortByInsertion(from, to, depth)
  if (level == LEVELS_MAX) return sortByMerging(from, to, depth)
  let at = depth
  let varying = loadKeys(from, to, at)
  // What all begin with alike says nothing: eight bytes behind it say more.
  while (varying == 0 && !allEndBefore(from, to, at + 8)) {
    at += 8
    varying = loadKeys(from, to, at)
  }
  if (varying == 0) return sortByLength(from, to)
  const shared = <u32>clz(varying) >> 3
  if (shared > 0) {
    at += shared
    varying = loadKeys(from, to, at)
  }
  if (to - from >= DENSE_ROWS) {
    // Counts are made anew by the sort: there is room for the table.
    varying = makeDense(keysAt + (<usize>from << 3), to - from, varying, countsAt)
  }
  sortRange(from, to, varying)
  for (let start = from; start < to; ) {
    const key = load<u64>(keysAt + (<usize>start << 3))
    let end = start + 1
    while (end < to && load<u64>(keysAt + (<usize>end << 3)) == key) end++
    if (end - start > 1) sortGroup(start, end, at + 8, level + 1)
    start = end
  }
}

/** Sorts keys and rows of a range. */
function sortRange(from: u32, to: u32, varying: u64): void {
  const wide = <usize>from << 3
  const narrow = <usize>from << 2
  const keys = keysAt + wide
  const order = orderAt + narrow
  const other = otherOrderAt + narrow
  radixSort(keys, otherKeysAt + wide, order, other, to - from, varying, countsAt, 0)
}

/** Texts that differ by nothing but zeros at their end: by length, in steps of the bits in which lengths differ. */
function sortByLength(from: u32, to: u32): void {
  let varying: u64 = 0
  let first: u64 = 0
  for (let i = from; i < to; i++) {
    const row = load<u32>(orderAt + (<usize>i << 2))
    const key = <u64>load<u32>(lengthsAt + (<usize>row << 2)) ^ turned
    if (i == from) first = key
    varying |= key ^ first
    store<u64>(keysAt + (<usize>i << 3), key)
  }
  sortRange(from, to, varying)
}

/** Loads the eight bytes at `depth` of each row of the order; gives the bits in which they differ. */
function loadKeys(from: u32, to: u32, depth: u32): u64 {
  let varying: u64 = 0
  let first: u64 = 0
  for (let i = from; i < to; i++) {
    const key = keyOf(load<u32>(orderAt + (<usize>i << 2)), depth) ^ turned
    if (i == from) first = key
    varying |= key ^ first
    store<u64>(keysAt + (<usize>i << 3), key)
  }
  return varying
}

function allEndBefore(from: u32, to: u32, depth: u32): bool {
  for (let i = from; i < to; i++) {
    const row = load<u32>(orderAt + (<usize>i << 2))
    if (load<u32>(lengthsAt + (<usize>row << 2)) > depth) return false
  }
  return true
}

// @ts-ignore: decorator
@inline
function keyOf(row: u32, depth: u32): u64 {
  const length = load<u32>(lengthsAt + (<usize>row << 2))
  if (length <= depth) return 0
  const start = bytesAt + load<u32>(startsAt + (<usize>row << 2)) + depth
  return keyAt(start, length - depth)
}

/** Up to eight bytes as a number that rises with the code units of the text; what lies behind its end counts as 0. */
// @ts-ignore: decorator
@inline
export function keyAt(start: usize, length: u32): u64 {
  let key = load<u64>(start)
  if (length < 8) key &= ~(<u64>0) >> (<u64>(8 - length) << 3)
  key = bswap<u64>(key)
  return (key & HIGH_BITS) == 0 ? key : ranked(key)
}

/** U+E000 to U+FFFF begin with 0xEE or 0xEF: in code units they come behind what UTF-8 begins with 0xF0 to 0xF4. */
function ranked(key: u64): u64 {
  let result = key
  for (let shift: u64 = 0; shift < 64; shift += 8) {
    const byte = (key >> shift) & 0xff
    if (byte == 0xee || byte == 0xef) result += <u64>7 << shift
  }
  return result
}

/** Whether the row `a` must stand behind `b`, by what comes from `depth` on. */
function comesBehind(a: u32, b: u32, depth: u32): bool {
  const lengthOfA = load<u32>(lengthsAt + (<usize>a << 2))
  const lengthOfB = load<u32>(lengthsAt + (<usize>b << 2))
  let at = depth
  while (at < lengthOfA && at < lengthOfB) {
    const left = keyOf(a, at)
    const right = keyOf(b, at)
    if (left != right) return left > right != (turned != 0)
    at += 8
  }
  if (lengthOfA == lengthOfB) return false
  return lengthOfA > lengthOfB != (turned != 0)
}

function sortByInsertion(from: u32, to: u32, depth: u32): void {
  for (let i = from + 1; i < to; i++) {
    const row = load<u32>(orderAt + (<usize>i << 2))
    let place = i
    while (place > from) {
      const before = load<u32>(orderAt + (<usize>(place - 1) << 2))
      if (!comesBehind(before, row, depth)) break
      store<u32>(orderAt + (<usize>place << 2), before)
      place--
    }
    store<u32>(orderAt + (<usize>place << 2), row)
  }
}

/** Runs of insertion, then merges of neighbours, from one array into the other. */
function sortByMerging(from: u32, to: u32, depth: u32): void {
  for (let start = from; start < to; start += INSERTION_ROWS) {
    sortByInsertion(start, min(start + INSERTION_ROWS, to), depth)
  }
  let source = orderAt
  let target = otherOrderAt
  for (let size = INSERTION_ROWS; size < to - from; size *= 2) {
    for (let start = from; start < to; start += 2 * size) {
      const middle = min(start + size, to)
      mergeNeighbours(source, target, start, middle, min(middle + size, to), depth)
    }
    const swap = source
    source = target
    target = swap
  }
  if (source == orderAt) return
  const first = <usize>from << 2
  memory.copy(orderAt + first, source + first, <usize>(to - from) << 2)
}

function mergeNeighbours(
  source: usize,
  target: usize,
  from: u32,
  middle: u32,
  to: u32,
  depth: u32,
): void {
  let left = from
  let right = middle
  for (let place = from; place < to; place++) {
    let takesRight = left == middle
    if (!takesRight && right < to) {
      const a = load<u32>(source + (<usize>left << 2))
      takesRight = comesBehind(a, load<u32>(source + (<usize>right << 2)), depth)
    }
    const taken = takesRight ? right++ : left++
    store<u32>(target + (<usize>place << 2), load<u32>(source + (<usize>taken << 2)))
  }
}
