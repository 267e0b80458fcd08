// Numbers texts. The host owns all memory and makes it larger: a call stops where the table is full, and says how far it got.

/** The table's own words, at `table`; the host knows them too (wasm/text-table.ts). */
const SLOTS: usize = 0
const GROUP_MASK: usize = 4
const SIZE: usize = 8
const SIZE_MAX: usize = 12
const KEYS: usize = 16
const KEYS_SIZE: usize = 20
const KEYS_SIZE_MAX: usize = 24
const LENGTHS: usize = 28
/** Where the next row begins that stands behind the ones done. */
const PLACE: usize = 32
const TAGS: usize = 36

/**
 * A slot of 32 bytes: 16 bytes that stand for the key, its length, the hash, the number, its place in the keys. Each has a tag
 * of one byte, some bits of the hash; 0 is free. The tags of a group of 16 slots are looked at in one step: which of them is
 * the right one no processor can guess, and it need not.
 */
const SLOT_SHIFT: usize = 5

/** The number of each row from `first` on; the row at which it stopped. */
export function textIds(
  table: usize,
  bytes: usize,
  starts: usize,
  lengths: usize,
  first: u32,
  rows: u32,
  ids: usize,
): u32 {
  const slots = <usize>load<u32>(table, SLOTS)
  const tags = <usize>load<u32>(table, TAGS)
  const mask = load<u32>(table, GROUP_MASK)
  const keys = <usize>load<u32>(table, KEYS)
  let end = bytes + load<u32>(table, PLACE)
  for (let row: usize = first; row < rows; row++) {
    const start = starts ? bytes + load<u32>(starts + (row << 2)) : end
    const length = load<u32>(lengths + (row << 2))
    end = start + length
    // Both are read whatever the length, which no processor can guess: there is memory on both sides.
    const low = load<u64>(start) & select<u64>(~0, ~(~(<u64>0) << (<u64>length << 3)), length >= 8)
    let high = select<u64>(load<u64>(start + length - 8), 0, length > 8)
    if (length > 16) high = digest(start, length)
    const hash = mix(low, high, length)
    const tag = i8x16.splat(<i8>tagOf(hash))
    let group = hash & mask
    for (;;) {
      const some = v128.load(tags + (<usize>group << 4))
      const slot = find(slots, keys, group, i8x16.bitmask(i8x16.eq(some, tag)), low, high, start, length)
      if (slot) {
        store<u32>(ids + (row << 2), load<u32>(slot, 24))
        break
      }
      const free = i8x16.bitmask(i8x16.eq(some, i8x16.splat(0)))
      if (free) {
        if (isFull(table, length)) {
          store<u32>(table, <u32>(start - bytes), PLACE)
          return <u32>row
        }
        const place = (<usize>group << 4) + <usize>ctz(free)
        store<u8>(tags + place, tagOf(hash))
        const added = slots + (place << SLOT_SHIFT)
        store<u64>(added, low)
        store<u64>(added, high, 8)
        store<u32>(added, length, 16)
        store<u32>(added, hash, 20)
        store<u32>(ids + (row << 2), addKey(table, added, start, length))
        break
      }
      group = (group + 1) & mask
    }
  }
  store<u32>(table, <u32>(end - bytes), PLACE)
  return rows
}

/** The slot of a key among the `hits` of a group; 0 where it is not there. */
// @ts-ignore: decorator
@inline
function find(
  slots: usize,
  keys: usize,
  group: u32,
  hits: i32,
  low: u64,
  high: u64,
  start: usize,
  length: u32,
): usize {
  while (hits) {
    const slot = slots + (((<usize>group << 4) + <usize>ctz(hits)) << SLOT_SHIFT)
    const difference =
      (load<u64>(slot) ^ low) | (load<u64>(slot, 8) ^ high) | <u64>(load<u32>(slot, 16) ^ length)
    if (
      difference == 0 &&
      (length <= 16 || isSame(keys + load<u32>(slot, 28), start, length))
    ) {
      return slot
    }
    hits &= hits - 1
  }
  return 0
}

/** Of other bits than those that choose the group. */
// @ts-ignore: decorator
@inline
function tagOf(hash: u32): u32 {
  const tag = hash >> 24
  return tag ? tag : 1
}

// @ts-ignore: decorator
@inline
function isFull(table: usize, length: u32): bool {
  return (
    load<u32>(table, SIZE) == load<u32>(table, SIZE_MAX) ||
    load<u32>(table, KEYS_SIZE_MAX) - load<u32>(table, KEYS_SIZE) < length
  )
}

function addKey(table: usize, slot: usize, start: usize, length: u32): u32 {
  const id = load<u32>(table, SIZE)
  const size = load<u32>(table, KEYS_SIZE)
  store<u32>(slot, id, 24)
  store<u32>(slot, size, 28)
  store<u32>(<usize>load<u32>(table, LENGTHS) + (<usize>id << 2), length)
  const to = <usize>load<u32>(table, KEYS) + size
  // Behind the keys there is room for a vector.
  if (length <= 16) v128.store(to, v128.load(start))
  else memory.copy(to, start, length)
  store<u32>(table, id + 1, SIZE)
  store<u32>(table, size + length, KEYS_SIZE)
  return id
}

/** Puts all keys of `count` old slots into the new ones, which are free. */
export function moveTextSlots(table: usize, old: usize, oldTags: usize, count: u32): void {
  const slots = <usize>load<u32>(table, SLOTS)
  const tags = <usize>load<u32>(table, TAGS)
  const mask = load<u32>(table, GROUP_MASK)
  for (let i: usize = 0; i < count; i++) {
    if (load<u8>(oldTags + i) == 0) continue
    const from = old + (i << SLOT_SHIFT)
    const hash = load<u32>(from, 20)
    let group = hash & mask
    let free = freeOf(tags, group)
    while (free == 0) {
      group = (group + 1) & mask
      free = freeOf(tags, group)
    }
    const place = (<usize>group << 4) + <usize>ctz(free)
    store<u8>(tags + place, tagOf(hash))
    const slot = slots + (place << SLOT_SHIFT)
    v128.store(slot, v128.load(from))
    v128.store(slot, v128.load(from, 16), 16)
  }
}

// @ts-ignore: decorator
@inline
function freeOf(tags: usize, group: u32): i32 {
  return i8x16.bitmask(i8x16.eq(v128.load(tags + (<usize>group << 4)), i8x16.splat(0)))
}

/** Of a text longer than 16 bytes. */
function digest(start: usize, length: u32): u64 {
  let hash: u64 = length
  const last = start + length - 8
  for (let at = start + 8; at < last; at += 8) {
    hash = (hash ^ load<u64>(at)) * 0x9e3779b97f4a7c15
    hash ^= hash >> 29
  }
  hash = (hash ^ load<u64>(last)) * 0xc4ceb9fe1a85ec53
  return hash ^ (hash >> 32)
}

// @ts-ignore: decorator
@inline
function mix(low: u64, high: u64, length: u32): u32 {
  let hash = low ^ (high * 0x9e3779b97f4a7c15)
  // Of texts with one beginning only high bits differ, and a product carries nothing down.
  hash = (hash ^ (hash >> 32)) * 0xff51afd7ed558ccd
  hash ^= hash >> 32
  hash *= 0xc4ceb9fe1a85ec53
  return <u32>(hash >> 32) ^ length
}

/** Whether two texts longer than 16 bytes are one. */
function isSame(a: usize, b: usize, length: u32): bool {
  const last = a + length - 16
  for (; a < last; a += 16, b += 16) {
    if (v128.any_true(v128.xor(v128.load(a), v128.load(b)))) return false
  }
  b -= a - last
  return !v128.any_true(v128.xor(v128.load(last), v128.load(b)))
}
