import { canonical } from './hash'

// Numbers numbers. As with texts, the host owns all memory.

/** The table's own words, at `table`; the host knows them too (wasm/number-table.ts). */
const SLOTS: usize = 0
const SLOT_MASK: usize = 4
const SIZE: usize = 8
const SIZE_MAX: usize = 12
const KEYS: usize = 16

/** A slot of 16 bytes: the bits of the key, its number + 1 (0: free), nothing. */
const SLOT_SHIFT: usize = 4

/** The number of each double from `first` on; the row at which it stopped because the table is full. */
export function numberIds(table: usize, values: usize, first: u32, rows: u32, ids: usize): u32 {
  const slots = <usize>load<u32>(table, SLOTS)
  const mask = load<u32>(table, SLOT_MASK)
  const keys = <usize>load<u32>(table, KEYS)
  for (let row: usize = first; row < rows; row++) {
    const bits = canonical(load<f64>(values + (row << 3)))
    let at = mix(bits) & mask
    for (;;) {
      const slot = slots + (<usize>at << SLOT_SHIFT)
      const known = load<u32>(slot, 8)
      if (known == 0) {
        const size = load<u32>(table, SIZE)
        if (size == load<u32>(table, SIZE_MAX)) return <u32>row
        store<u64>(slot, bits)
        store<u32>(slot, size + 1, 8)
        store<u64>(keys + (<usize>size << 3), bits)
        store<u32>(table, size + 1, SIZE)
        store<u32>(ids + (row << 2), size)
        break
      }
      if (load<u64>(slot) == bits) {
        store<u32>(ids + (row << 2), known - 1)
        break
      }
      at = (at + 1) & mask
    }
  }
  return rows
}

/** Puts all keys into the empty slots. */
export function fillNumberSlots(table: usize): void {
  const slots = <usize>load<u32>(table, SLOTS)
  const mask = load<u32>(table, SLOT_MASK)
  const keys = <usize>load<u32>(table, KEYS)
  const size = load<u32>(table, SIZE)
  for (let id: usize = 0; id < size; id++) {
    const bits = load<u64>(keys + (id << 3))
    let at = mix(bits) & mask
    while (load<u32>(slots + (<usize>at << SLOT_SHIFT), 8) != 0) at = (at + 1) & mask
    const slot = slots + (<usize>at << SLOT_SHIFT)
    store<u64>(slot, bits)
    store<u32>(slot, <u32>id + 1, 8)
  }
}

/** Integers as doubles. */
export function toDoubles(integers: usize, count: u32, doubles: usize): void {
  for (let i: usize = 0; i < count; i += 2) {
    const pair = v128.load64_zero(integers + (i << 2))
    v128.store(doubles + (i << 3), f64x2.convert_low_i32x4_s(pair))
  }
}

// @ts-ignore: decorator
@inline
function mix(bits: u64): u32 {
  let hash = bits * 0xff51afd7ed558ccd
  hash ^= hash >> 32
  hash *= 0xc4ceb9fe1a85ec53
  return <u32>(hash >> 32)
}
