/*
 * Texts use few of the bytes that there are: eight digits differ in 48 bits of a key and are 27 bits of information. Keys that
 * say the same in fewer bits are spread evenly, and sorted in half of the passes.
 */

/** For each of eight places in a key and each byte: what it adds to the dense key. */
export const DENSE_BYTES: usize = 8 * 256 * 8
/** Fewer are sorted as they are: the table takes some microseconds. */
export const DENSE_ROWS: u32 = 4096
/** Dense keys of more bits save nothing. */
const VALUES_MAX: f64 = 281474976710656
/** Keys that differ in more bits are no text, those that differ in fewer are dense enough. */
const BITS_MAX: i64 = 56
const BITS_MIN: i64 = 20

/**
 * Replaces keys by others in the same order, equal where they were equal; gives the bits in which these may differ. `varying` are
 * those of the keys. `table` has `DENSE_BYTES`.
 */
export function makeDense(keys: usize, rows: u32, varying: u64, table: usize): u64 {
  const bits = <i64>popcnt(varying)
  if (bits > BITS_MAX || bits < BITS_MIN) return varying
  memory.fill(table, 0, DENSE_BYTES)
  const end = keys + (<usize>rows << 3)
  for (let at = keys; at < end; at += 8) markBytes(load<u64>(at), table)
  const values = weigh(table)
  if (values == 0) return varying
  for (let at = keys; at < end; at += 8) store<u64>(at, denseKey(load<u64>(at), table))
  return ~(<u64>0) >> <u64>clz(values - 1)
}

// @ts-ignore: decorator
@inline
function placeOf(key: u64, place: u64): usize {
  return <usize>((place << 8) | ((key >> (place << 3)) & 0xff)) << 3
}

// @ts-ignore: decorator
@inline
function markBytes(key: u64, table: usize): void {
  store<u64>(table + placeOf(key, 0), 1)
  store<u64>(table + placeOf(key, 1), 1)
  store<u64>(table + placeOf(key, 2), 1)
  store<u64>(table + placeOf(key, 3), 1)
  store<u64>(table + placeOf(key, 4), 1)
  store<u64>(table + placeOf(key, 5), 1)
  store<u64>(table + placeOf(key, 6), 1)
  store<u64>(table + placeOf(key, 7), 1)
}

/** What each byte that was marked adds; gives the number of keys that there may be, 0 for too many. */
function weigh(table: usize): u64 {
  let weight: u64 = 1
  let values: f64 = 1
  for (let place: usize = 0; place < 8; place++) {
    let rank: u64 = 0
    for (let byte: usize = 0; byte < 256; byte++) {
      const at = table + (((place << 8) | byte) << 3)
      if (load<u64>(at) == 0) continue
      store<u64>(at, rank * weight)
      rank++
    }
    values *= <f64>rank
    if (values > VALUES_MAX) return 0
    weight *= rank
  }
  return weight
}

// @ts-ignore: decorator
@inline
function denseKey(key: u64, table: usize): u64 {
  return (
    load<u64>(table + placeOf(key, 0)) +
    load<u64>(table + placeOf(key, 1)) +
    load<u64>(table + placeOf(key, 2)) +
    load<u64>(table + placeOf(key, 3)) +
    load<u64>(table + placeOf(key, 4)) +
    load<u64>(table + placeOf(key, 5)) +
    load<u64>(table + placeOf(key, 6)) +
    load<u64>(table + placeOf(key, 7))
  )
}
