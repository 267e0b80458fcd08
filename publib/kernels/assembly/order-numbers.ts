import { radixSort, radixSortKeys } from './radix'

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

/** The order in which numbers rise, or fall. Gives its address: `order` or `otherOrder`. */
export function orderOfNumbers(
  values: usize,
  rows: u32,
  isFalling: bool,
  keys: usize,
  otherKeys: usize,
  order: usize,
  otherOrder: usize,
  counts: usize,
): usize {
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
  const swapped = radixSort(keys, otherKeys, order, otherOrder, rows, varying, counts)
  return swapped ? otherOrder : order
}

/**
 * Sorts the numbers at `keys` in place or into `otherKeys`, and gives the address of the result. 0 where -0 is among them, whose
 * place among zeros only `orderOfNumbers` keeps: then `keys` are as they were.
 */
export function sortNumbers(
  keys: usize,
  rows: u32,
  isFalling: bool,
  otherKeys: usize,
  counts: usize,
): usize {
  let zeros: u32 = 0
  for (let i: u32 = 0; i < rows; i++) {
    zeros |= <u32>(load<u64>(keys + (<usize>i << 3)) == SIGN)
  }
  if (zeros != 0) return 0
  const turned = turnedBy(isFalling)
  let varying: u64 = 0
  let first: u64 = 0
  for (let i: u32 = 0; i < rows; i++) {
    const at = keys + (<usize>i << 3)
    const key = sortable(load<u64>(at)) ^ turned
    if (i == 0) first = key
    varying |= key ^ first
    store<u64>(at, key)
  }
  const swapped = radixSortKeys(keys, otherKeys, rows, varying, counts)
  const result = swapped ? otherKeys : keys
  for (let i: u32 = 0; i < rows; i++) {
    const at = result + (<usize>i << 3)
    store<u64>(at, unsortable(load<u64>(at) ^ turned))
  }
  return result
}
