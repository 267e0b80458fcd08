import { canonical } from './hash'

// Numbers numbers. As with texts, the host owns all memory.

/** The table's own words, at `table`; the host knows them too (wasm/number-table.ts). */
const SLOTS: usize = 0
const GROUP_MASK: usize = 4
const SIZE: usize = 8
const SIZE_MAX: usize = 12
const KEYS: usize = 16
const TAGS: usize = 20

/**
 * A slot of 16 bytes: the bits of the key, its number, nothing. Each has a tag of one byte, some bits of the hash; 0 is free.
 * The tags of a group of 16 slots are looked at in one step: which of them is the right one no processor can guess.
 */
const SLOT_SHIFT: usize = 4

/** The number of each double from `first` on; the row at which it stopped because the table is full. */
export function numberIds(table: usize, values: usize, first: u32, rows: u32, ids: usize): u32 {
  const slots = <usize>load<u32>(table, SLOTS)
  const tags = <usize>load<u32>(table, TAGS)
  const mask = load<u32>(table, GROUP_MASK)
  const keys = <usize>load<u32>(table, KEYS)
  for (let row: usize = first; row < rows; row++) {
    const bits = canonical(load<f64>(values + (row << 3)))
    const hash = mix(bits)
    const tag = i8x16.splat(<i8>tagOf(hash))
    let group = hash & mask
    for (;;) {
      const some = v128.load(tags + (<usize>group << 4))
      const slot = find(slots, group, i8x16.bitmask(i8x16.eq(some, tag)), bits)
      if (slot) {
        store<u32>(ids + (row << 2), load<u32>(slot, 8))
        break
      }
      const free = i8x16.bitmask(i8x16.eq(some, i8x16.splat(0)))
      if (free) {
        const size = load<u32>(table, SIZE)
        if (size == load<u32>(table, SIZE_MAX)) return <u32>row
        fill(slots, tags, (<usize>group << 4) + <usize>ctz(free), hash, bits, size)
        store<u64>(keys + (<usize>size << 3), bits)
        store<u32>(table, size + 1, SIZE)
        store<u32>(ids + (row << 2), size)
        break
      }
      group = (group + 1) & mask
    }
  }
  return rows
}

/** The slot of a key among the `hits` of a group; 0 where it is not there. */
// @ts-ignore: decorator
@inline
function find(slots: usize, group: u32, hits: i32, bits: u64): usize {
  while (hits) {
    const slot = slots + (((<usize>group << 4) + <usize>ctz(hits)) << SLOT_SHIFT)
    if (load<u64>(slot) == bits) return slot
    hits &= hits - 1
  }
  return 0
}

// @ts-ignore: decorator
@inline
function fill(slots: usize, tags: usize, place: usize, hash: u32, bits: u64, id: u32): void {
  store<u8>(tags + place, tagOf(hash))
  const slot = slots + (place << SLOT_SHIFT)
  store<u64>(slot, bits)
  store<u32>(slot, id, 8)
}

// @ts-ignore: decorator
@inline
function tagOf(hash: u32): u32 {
  const tag = hash >> 24
  return tag ? tag : 1
}

/** Puts all keys into the slots, which are free. */
export function fillNumberSlots(table: usize): void {
  const slots = <usize>load<u32>(table, SLOTS)
  const tags = <usize>load<u32>(table, TAGS)
  const mask = load<u32>(table, GROUP_MASK)
  const keys = <usize>load<u32>(table, KEYS)
  const size = load<u32>(table, SIZE)
  for (let id: usize = 0; id < size; id++) {
    const bits = load<u64>(keys + (id << 3))
    const hash = mix(bits)
    let group = hash & mask
    let free = freeOf(tags, group)
    while (free == 0) {
      group = (group + 1) & mask
      free = freeOf(tags, group)
    }
    fill(slots, tags, (<usize>group << 4) + <usize>ctz(free), hash, bits, <u32>id)
  }
}

// @ts-ignore: decorator
@inline
function freeOf(tags: usize, group: u32): i32 {
  return i8x16.bitmask(i8x16.eq(v128.load(tags + (<usize>group << 4)), i8x16.splat(0)))
}

// @ts-ignore: decorator
@inline
function mix(bits: u64): u32 {
  // Of small integers only high bits differ, and a product carries nothing down.
  let hash = (bits ^ (bits >> 32)) * 0xff51afd7ed558ccd
  hash ^= hash >> 32
  hash *= 0xc4ceb9fe1a85ec53
  return <u32>(hash >> 32)
}
