import { radixSort } from './radix'

const SIGN: u64 = 0x8000000000000000
const INFINITE: u64 = 0x7ff0000000000000
const NAN: u64 = 0x7ff8000000000000

/** A double's bits, changed so that they rise as unsigned numbers where the total order does: -0 is 0, and there is one NaN, above all. */
// @ts-ignore: decorator
@inline
export function sortable(bits: u64): u64 {
  const magnitude = bits & ~SIGN
  if (magnitude > INFINITE) return NAN | SIGN
  return magnitude == 0 ? SIGN : bits ^ (<u64>(<i64>bits >> 63) | SIGN)
}

// @ts-ignore: decorator
@inline
function unsortable(key: u64): u64 {
  return key ^ (<u64>(<i64>~key >> 63) | SIGN)
}

/** What turns keys around so that they rise where they fell. */
// @ts-ignore: decorator
@inline
export function turnedBy(isFalling: bool): u64 {
  return isFalling ? ~(<u64>0) : 0
}

/** The order in which numbers rise, or fall: at `order` when it is done. */
export function orderOfNumbers(
  values: usize,
  rows: u32,
  isFalling: bool,
  keys: usize,
  otherKeys: usize,
  order: usize,
  otherOrder: usize,
  counts: usize,
): void {
  const turned = turnedBy(isFalling)
  let varying: u64 = 0
  let first: u64 = 0
  for (let i: u32 = 0; i < rows; i++) {
    const key = sortable(load<u64>(values + (<usize>i << 3))) ^ turned
    if (i == 0) first = key
    varying |= key ^ first
    store<u64>(keys + (<usize>i << 3), key)
    store<u32>(order + (<usize>i << 2), i)
  }
  radixSort(keys, otherKeys, order, otherOrder, rows, varying, counts, 0)
}

/** Sorts numbers into `keys`; false where -0 is among them, whose place among zeros only `orderOfNumbers` keeps. */
export function sortNumbers(
  values: usize,
  rows: u32,
  isFalling: bool,
  keys: usize,
  otherKeys: usize,
  counts: usize,
): bool {
  const turned = turnedBy(isFalling)
  let zeros: u32 = 0
  let varying: u64 = 0
  let first: u64 = 0
  for (let i: u32 = 0; i < rows; i++) {
    const bits = load<u64>(values + (<usize>i << 3))
    zeros |= <u32>(bits == SIGN)
    const key = sortable(bits) ^ turned
    if (i == 0) first = key
    varying |= key ^ first
    store<u64>(keys + (<usize>i << 3), key)
  }
  if (zeros != 0) return false
  radixSort(keys, otherKeys, 0, 0, rows, varying, counts, 0)
  for (let i: u32 = 0; i < rows; i++) {
    const at = keys + (<usize>i << 3)
    store<u64>(at, unsortable(load<u64>(at) ^ turned))
  }
  return true
}
