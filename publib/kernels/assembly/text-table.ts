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
const PLACES: usize = 40

/**
 * A slot of 16 bytes: 12 that stand for the key, and its number. Each has a tag of one byte, some bits of the hash; 0 is free.
 * The tags of a group of 16 slots are looked at in one step: which of them is the right one no processor can guess.
 */
const SLOT_SHIFT: usize = 4
/** Up to this length the 12 bytes are the key: its bytes, and the length in the last. Longer ones are compared as they are kept. */
const SHORT_MAX: u32 = 11
const LONG: u32 = 0xff000000

/** Rows that are looked at together: what they need is asked of the memory for all of them before the first is waited for. */
const TOGETHER: u32 = 64
/** Of each of them, 32 bytes: low and high part of what stands for it, the slot where it seems to be, start, length. */
const ROW_SHIFT: usize = 5
const looked: usize = memory.data(64 * 32, 16)
/** A slot that equals no key: for rows whose tag is nowhere. */
const nowhere: usize = memory.data<u32>([0, 0, 0xfe000000, 0], 16)

/** For each short length, which bits of the low and of the high part are the text's; then the length, where it stands. */
const shortMasks: usize = memory.data<u32>([
  0, 0, 0, 0,
  0xff, 0, 0, 0x01000000,
  0xffff, 0, 0, 0x02000000,
  0xffffff, 0, 0, 0x03000000,
  0xffffffff, 0, 0, 0x04000000,
  0xffffffff, 0xff, 0, 0x05000000,
  0xffffffff, 0xffff, 0, 0x06000000,
  0xffffffff, 0xffffff, 0, 0x07000000,
  0xffffffff, 0xffffffff, 0, 0x08000000,
  0xffffffff, 0xffffffff, 0xff, 0x09000000,
  0xffffffff, 0xffffffff, 0xffff, 0x0a000000,
  0xffffffff, 0xffffffff, 0xffffff, 0x0b000000,
], 16)

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
  for (let row = first; row < rows; row += TOGETHER) {
    const count = min(TOGETHER, rows - row)
    const shift = <usize>row << 2
    lookAt(table, bytes, starts ? starts + shift : 0, lengths + shift, count)
    const done = numberLooked(table, bytes, count, ids + shift)
    if (done < count) return row + done
  }
  return rows
}

function lookAt(table: usize, bytes: usize, starts: usize, lengths: usize, count: u32): void {
  const slots = <usize>load<u32>(table, SLOTS)
  const tags = <usize>load<u32>(table, TAGS)
  const mask = load<u32>(table, GROUP_MASK)
  let end = bytes + load<u32>(table, PLACE)
  let at = looked
  let near: u32 = 0
  for (let i: usize = 0; i < count; i++) {
    const start = starts ? bytes + load<u32>(starts + (i << 2)) : end
    const length = load<u32>(lengths + (i << 2))
    end = start + length
    let low: u64
    let high: u32
    if (length > SHORT_MAX) {
      low = digest(start, length)
      high = LONG | <u32>(low >> 40)
    } else {
      const masks = shortMasks + (<usize>length << 4)
      low = load<u64>(start) & load<u64>(masks)
      high = (load<u32>(start, 8) & load<u32>(masks, 8)) | load<u32>(masks, 12)
    }
    const hash = mix(low, high)
    const group = <usize>(hash & mask)
    const hits = hitsOf(tags, group, hash)
    const place = (group << 4) + <usize>ctz(hits)
    const slot = select<usize>(slots + (place << SLOT_SHIFT), nowhere, hits != 0)
    store<u64>(at, low)
    store<u32>(at, high, 8)
    store<u32>(at, <u32>slot, 12)
    store<u32>(at, <u32>start, 16)
    store<u32>(at, length, 20)
    // Brings the slot near.
    near ^= load<u32>(slot, 12)
    at += 1 << ROW_SHIFT
  }
  // Used, so that it is not left out.
  store<u32>(looked, near, 24)
  store<u32>(table, <u32>(end - bytes), PLACE)
}

/** How many rows got a number before the table was full. */
function numberLooked(table: usize, bytes: usize, count: u32, ids: usize): u32 {
  let at = looked
  for (let i: u32 = 0; i < count; i++) {
    const slot = <usize>load<u32>(at, 12)
    let id = load<u32>(slot, 12)
    const difference =
      (load<u64>(slot) ^ load<u64>(at)) | <u64>(load<u32>(slot, 8) ^ load<u32>(at, 8))
    if (difference != 0 || load<u32>(at, 20) > SHORT_MAX) {
      id = findOrAdd(table, at)
      if (id == NONE) {
        store<u32>(table, load<u32>(at, 16) - <u32>bytes, PLACE)
        return i
      }
    }
    store<u32>(ids + (<usize>i << 2), id)
    at += 1 << ROW_SHIFT
  }
  return count
}

const NONE: u32 = ~0

/** The number of a row that was looked at; NONE where it is new and the table is full. */
function findOrAdd(table: usize, row: usize): u32 {
  const slots = <usize>load<u32>(table, SLOTS)
  const tags = <usize>load<u32>(table, TAGS)
  const mask = load<u32>(table, GROUP_MASK)
  const low = load<u64>(row)
  const high = load<u32>(row, 8)
  const hash = mix(low, high)
  const start = <usize>load<u32>(row, 16)
  const length = load<u32>(row, 20)
  let group = <usize>(hash & mask)
  for (;;) {
    let hits = hitsOf(tags, group, hash)
    while (hits) {
      const slot = slots + (((group << 4) + <usize>ctz(hits)) << SLOT_SHIFT)
      if (load<u64>(slot) == low && load<u32>(slot, 8) == high) {
        const id = load<u32>(slot, 12)
        if (length <= SHORT_MAX || isKey(table, id, start, length)) return id
      }
      hits &= hits - 1
    }
    const free = freeOf(tags, group)
    if (free) {
      if (isFull(table, length)) return NONE
      const id = addKey(table, start, length)
      fill(slots, tags, (group << 4) + <usize>ctz(free), hash, low, high, id)
      return id
    }
    group = (group + 1) & <usize>mask
  }
  return NONE
}

// @ts-ignore: decorator
@inline
function isFull(table: usize, length: u32): bool {
  return (
    load<u32>(table, SIZE) == load<u32>(table, SIZE_MAX) ||
    load<u32>(table, KEYS_SIZE_MAX) - load<u32>(table, KEYS_SIZE) < length
  )
}

function addKey(table: usize, start: usize, length: u32): u32 {
  const id = load<u32>(table, SIZE)
  const size = load<u32>(table, KEYS_SIZE)
  store<u32>(<usize>load<u32>(table, LENGTHS) + (<usize>id << 2), length)
  store<u32>(<usize>load<u32>(table, PLACES) + (<usize>id << 2), size)
  const to = <usize>load<u32>(table, KEYS) + size
  // Behind the keys there is room for a vector.
  if (length <= 16) v128.store(to, v128.load(start))
  else memory.copy(to, start, length)
  store<u32>(table, id + 1, SIZE)
  store<u32>(table, size + length, KEYS_SIZE)
  return id
}

// @ts-ignore: decorator
@inline
function fill(
  slots: usize,
  tags: usize,
  place: usize,
  hash: u32,
  low: u64,
  high: u32,
  id: u32,
): void {
  store<u8>(tags + place, tagOf(hash))
  const slot = slots + (place << SLOT_SHIFT)
  store<u64>(slot, low)
  store<u32>(slot, high, 8)
  store<u32>(slot, id, 12)
}

/** Puts all keys of `count` old slots into the new ones, which are free. */
export function moveTextSlots(table: usize, old: usize, oldTags: usize, count: u32): void {
  const slots = <usize>load<u32>(table, SLOTS)
  const tags = <usize>load<u32>(table, TAGS)
  const mask = load<u32>(table, GROUP_MASK)
  for (let i: usize = 0; i < count; i++) {
    if (load<u8>(oldTags + i) == 0) continue
    const from = old + (i << SLOT_SHIFT)
    const low = load<u64>(from)
    const high = load<u32>(from, 8)
    const hash = mix(low, high)
    let group = <usize>(hash & mask)
    let free = freeOf(tags, group)
    while (free == 0) {
      group = (group + 1) & <usize>mask
      free = freeOf(tags, group)
    }
    fill(slots, tags, (group << 4) + <usize>ctz(free), hash, low, high, load<u32>(from, 12))
  }
}

/** The slots of a group whose tag is that of the hash. */
// @ts-ignore: decorator
@inline
function hitsOf(tags: usize, group: usize, hash: u32): i32 {
  const tag = i8x16.splat(<i8>tagOf(hash))
  return i8x16.bitmask(i8x16.eq(v128.load(tags + (group << 4)), tag))
}

// @ts-ignore: decorator
@inline
function freeOf(tags: usize, group: usize): i32 {
  return i8x16.bitmask(i8x16.eq(v128.load(tags + (group << 4)), i8x16.splat(0)))
}

/** Of other bits than those that choose the group. */
// @ts-ignore: decorator
@inline
function tagOf(hash: u32): u32 {
  return select<u32>(hash >> 24, 1, hash >> 24)
}

// @ts-ignore: decorator
@inline
function mix(low: u64, high: u32): u32 {
  let hash = low ^ (<u64>high * 0x9e3779b97f4a7c15)
  // Of texts with one beginning only high bits differ, and a product carries nothing down.
  hash = (hash ^ (hash >> 32)) * 0xff51afd7ed558ccd
  hash ^= hash >> 32
  hash *= 0xc4ceb9fe1a85ec53
  return <u32>(hash >> 32)
}

/** Of a text of 8 bytes or more. */
function digest(start: usize, length: u32): u64 {
  let hash: u64 = length
  const last = start + length - 8
  for (let at = start; at < last; at += 8) {
    hash = (hash ^ load<u64>(at)) * 0x9e3779b97f4a7c15
    hash ^= hash >> 29
  }
  hash = (hash ^ load<u64>(last)) * 0xc4ceb9fe1a85ec53
  return hash ^ (hash >> 32)
}

/** Whether a text of 8 bytes or more is the key of that number. */
function isKey(table: usize, id: u32, start: usize, length: u32): bool {
  if (load<u32>(<usize>load<u32>(table, LENGTHS) + (<usize>id << 2)) != length) return false
  const place = load<u32>(<usize>load<u32>(table, PLACES) + (<usize>id << 2))
  let key = <usize>load<u32>(table, KEYS) + place
  const last = start + length - 8
  for (let at = start; at < last; at += 8, key += 8) {
    if (load<u64>(at) != load<u64>(key)) return false
  }
  key = <usize>load<u32>(table, KEYS) + place + length - 8
  return load<u64>(last) == load<u64>(key)
}
