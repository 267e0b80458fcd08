import { sortable } from './order-numbers'
import { keyAt } from './order-texts'

/** How many of the `bounds`, which rise and are made keys in their place, come before each number. */
export function placesOfNumbers(
  values: usize,
  rows: u32,
  bounds: usize,
  boundCount: u32,
  places: usize,
): void {
  for (let i: u32 = 0; i < boundCount; i++) {
    const at = bounds + (<usize>i << 3)
    store<u64>(at, sortable(load<u64>(at)))
  }
  for (let i: u32 = 0; i < rows; i++) {
    const key = sortable(load<u64>(values + (<usize>i << 3)))
    store<u32>(places + (<usize>i << 2), countBefore(bounds, boundCount, key))
  }
}

/** How many of the rising `bounds` are below `key`, without a branch that could be guessed wrong. */
// @ts-ignore: decorator
@inline
function countBefore(bounds: usize, count: u32, key: u64): u32 {
  let base: u32 = 0
  let left = count
  while (left > 1) {
    const half = left >> 1
    const bound = load<u64>(bounds + (<usize>(base + half - 1) << 3))
    base += select<u32>(half, 0, bound < key)
    left -= half
  }
  if (left == 1) base += <u32>(load<u64>(bounds + (<usize>base << 3)) < key)
  return base
}

/** How many of the bounds, which rise, come before each text. `keys` is memory for the beginnings of the bounds. */
export function placesOfTexts(
  bytes: usize,
  starts: usize,
  lengths: usize,
  rows: u32,
  boundBytes: usize,
  boundStarts: usize,
  boundLengths: usize,
  boundCount: u32,
  keys: usize,
  places: usize,
): void {
  for (let i: usize = 0; i < boundCount; i++) {
    const start = boundBytes + load<u32>(boundStarts + (i << 2))
    store<u64>(keys + (i << 3), keyOf(start, load<u32>(boundLengths + (i << 2)), 0))
  }
  for (let i: usize = 0; i < rows; i++) {
    const start = bytes + load<u32>(starts + (i << 2))
    const length = load<u32>(lengths + (i << 2))
    const key = keyOf(start, length, 0)
    let low = countBefore(keys, boundCount, key)
    if (low < boundCount && load<u64>(keys + (<usize>low << 3)) == key) {
      // Among bounds that begin alike, what comes behind decides.
      let high = key == ~(<u64>0) ? boundCount : countBefore(keys, boundCount, key + 1)
      while (low < high) {
        const middle = (low + high) >> 1
        const at = <usize>middle << 2
        const bound = boundBytes + load<u32>(boundStarts + at)
        if (comesBefore(bound, load<u32>(boundLengths + at), start, length)) low = middle + 1
        else high = middle
      }
    }
    store<u32>(places + (i << 2), low)
  }
}

// @ts-ignore: decorator
@inline
function keyOf(start: usize, length: u32, depth: u32): u64 {
  return length <= depth ? 0 : keyAt(start + depth, length - depth)
}

function comesBefore(a: usize, lengthOfA: u32, b: usize, lengthOfB: u32): bool {
  for (let at: u32 = 0; at < lengthOfA && at < lengthOfB; at += 8) {
    const left = keyOf(a, lengthOfA, at)
    const right = keyOf(b, lengthOfB, at)
    if (left != right) return left < right
  }
  return lengthOfA < lengthOfB
}
