// Numbers texts. The host owns all memory and makes it larger: a call stops where the table is full, and says how far it got.

/** The table's own words, at `table`; the host knows them too (wasm/text-table.ts). */
const SLOTS: usize = 0
/** How far a hash is shifted to be the place of a slot. */
const SHIFT: usize = 4
const MASK: usize = 8
const SIZE: usize = 12
const SIZE_MAX: usize = 16
const KEYS: usize = 20
const KEYS_SIZE: usize = 24
const KEYS_SIZE_MAX: usize = 28
const LENGTHS: usize = 32
/** Where the next row begins that stands behind the ones done. */
const PLACE: usize = 36
const PLACES: usize = 40

/**
 * A slot of 16 bytes: 12 that stand for the key, and its number; a free one is all 0. The place of a key is the highest bits of
 * its hash, or the next free slot behind. A key that is asked for often mostly came early and stands in its own place: hardly
 * any guess of the processor is wrong, and it works on several rows at once, however far away their slots are.
 */
const SLOT_SHIFT: usize = 4
/** Up to this length the 12 bytes are the key: its bytes, and one more than its length. Longer ones are compared as they are kept. */
const SHORT_MAX: u32 = 11
const LONG: u32 = 0xff000000

/** For each short length, which bits of the low and of the high part are the text's; then what stands behind them. */
const shortMasks: usize = memory.data<u32>([
  0, 0, 0, 0x01000000,
  0xff, 0, 0, 0x02000000,
  0xffff, 0, 0, 0x03000000,
  0xffffff, 0, 0, 0x04000000,
  0xffffffff, 0, 0, 0x05000000,
  0xffffffff, 0xff, 0, 0x06000000,
  0xffffffff, 0xffff, 0, 0x07000000,
  0xffffffff, 0xffffff, 0, 0x08000000,
  0xffffffff, 0xffffffff, 0, 0x09000000,
  0xffffffff, 0xffffffff, 0xff, 0x0a000000,
  0xffffffff, 0xffffffff, 0xffff, 0x0b000000,
  0xffffffff, 0xffffffff, 0xffffff, 0x0c000000,
], 16)

const NONE: u32 = ~0

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
  const mask = <usize>load<u32>(table, MASK)
  const shift = load<u32>(table, SHIFT)
  let end = bytes + load<u32>(table, PLACE)
  for (let row = first; row < rows; row++) {
    const at = <usize>row << 2
    const start = starts ? bytes + load<u32>(starts + at) : end
    const length = load<u32>(lengths + at)
    const id =
      length > SHORT_MAX
        ? longId(table, start, length)
        : shortId(table, start, length, slots, mask, shift)
    if (id == NONE) {
      store<u32>(table, <u32>(start - bytes), PLACE)
      return row
    }
    store<u32>(ids + at, id)
    end = start + length
  }
  store<u32>(table, <u32>(end - bytes), PLACE)
  return rows
}

/** The number of a text of at most SHORT_MAX bytes; NONE where it is new and the table is full. */
// @ts-ignore: decorator
@inline
function shortId(
  table: usize,
  start: usize,
  length: u32,
  slots: usize,
  mask: usize,
  shift: u32,
): u32 {
  const masks = shortMasks + (<usize>length << 4)
  const low = load<u64>(start) & load<u64>(masks)
  const high = (load<u32>(start, 8) & load<u32>(masks, 8)) | load<u32>(masks, 12)
  let place = <usize>(mix(low, high) >> shift)
  for (;;) {
    const slot = slots + (place << SLOT_SHIFT)
    const other = load<u32>(slot, 8)
    if (((load<u64>(slot) ^ low) | <u64>(other ^ high)) == 0) return load<u32>(slot, 12)
    if (other == 0) return isFull(table, length) ? NONE : addKey(table, slot, low, high, start, length)
    place = (place + 1) & mask
  }
  return NONE
}

/** As shortId, for longer texts. */
function longId(table: usize, start: usize, length: u32): u32 {
  const low = digest(start, length)
  const high = LONG | <u32>(low >> 40)
  const slots = <usize>load<u32>(table, SLOTS)
  const mask = <usize>load<u32>(table, MASK)
  let place = <usize>(mix(low, high) >> load<u32>(table, SHIFT))
  for (;;) {
    const slot = slots + (place << SLOT_SHIFT)
    const other = load<u32>(slot, 8)
    if (((load<u64>(slot) ^ low) | <u64>(other ^ high)) == 0) {
      const id = load<u32>(slot, 12)
      if (isKey(table, id, start, length)) return id
    } else if (other == 0) {
      return isFull(table, length) ? NONE : addKey(table, slot, low, high, start, length)
    }
    place = (place + 1) & mask
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

/** Puts a new key into a free slot; its number. */
function addKey(
  table: usize,
  slot: usize,
  low: u64,
  high: u32,
  start: usize,
  length: u32,
): u32 {
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
  fill(slot, low, high, id)
  return id
}

// @ts-ignore: decorator
@inline
function fill(slot: usize, low: u64, high: u32, id: u32): void {
  store<u64>(slot, low)
  store<u32>(slot, high, 8)
  store<u32>(slot, id, 12)
}

/** Puts all keys of `count` old slots into the new ones, which are free. They go from one end of both to the other. */
export function moveTextSlots(table: usize, old: usize, count: u32): void {
  const slots = <usize>load<u32>(table, SLOTS)
  const shift = load<u32>(table, SHIFT)
  const mask = <usize>load<u32>(table, MASK)
  const end = old + (<usize>count << SLOT_SHIFT)
  for (let from = old; from < end; from += 1 << SLOT_SHIFT) {
    const high = load<u32>(from, 8)
    if (high == 0) continue
    const low = load<u64>(from)
    let place = <usize>(mix(low, high) >> shift)
    while (load<u32>(slots + (place << SLOT_SHIFT), 8) != 0) place = (place + 1) & mask
    fill(slots + (place << SLOT_SHIFT), low, high, load<u32>(from, 12))
  }
}

// @ts-ignore: decorator
@inline
function mix(low: u64, high: u32): u32 {
  let hash = (low * 0x9e3779b97f4a7c15) ^ (<u64>high * 0xff51afd7ed558ccd)
  // Of texts with one beginning only high bits differ, and a product carries nothing down.
  hash ^= hash >> 32
  return <u32>((hash * 0xc4ceb9fe1a85ec53) >> 32)
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
