// Numbers texts. The host owns all memory and makes it larger: a call stops where the table is full, and says how far it got.

/** The table's own words, at `table`; the host knows them too (wasm/text-table.ts). */
const SLOTS: usize = 0
const SLOT_MASK: usize = 4
const SIZE: usize = 8
const SIZE_MAX: usize = 12
const KEYS: usize = 16
const KEYS_SIZE: usize = 20
const KEYS_SIZE_MAX: usize = 24
const LENGTHS: usize = 28
/** Where the next row begins that stands behind the ones done. */
const PLACE: usize = 32

/** A slot of 32 bytes: 16 bytes that stand for the key, its length + 1 (0: free), the hash, the number, its place in the keys. */
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
  const mask = load<u32>(table, SLOT_MASK)
  const keys = <usize>load<u32>(table, KEYS)
  let end = bytes + load<u32>(table, PLACE)
  for (let row: usize = first; row < rows; row++) {
    const start = starts ? bytes + load<u32>(starts + (row << 2)) : end
    const length = load<u32>(lengths + (row << 2))
    end = start + length
    const low = length >= 8 ? load<u64>(start) : lowBytes(start, length)
    const high = length > 8 ? (length > 16 ? digest(start, length) : load<u64>(start + length - 8)) : 0
    const hash = mix(low, high, length)
    let at = hash & mask
    for (;;) {
      const slot = slots + (<usize>at << SLOT_SHIFT)
      const known = load<u32>(slot, 16)
      if (
        known == length + 1 &&
        load<u64>(slot) == low &&
        load<u64>(slot, 8) == high &&
        (length <= 16 || isSame(keys + load<u32>(slot, 28), start, length))
      ) {
        store<u32>(ids + (row << 2), load<u32>(slot, 24))
        break
      }
      if (known == 0) {
        if (isFull(table, length)) {
          store<u32>(table, <u32>(start - bytes), PLACE)
          return <u32>row
        }
        store<u64>(slot, low)
        store<u64>(slot, high, 8)
        store<u32>(slot, length + 1, 16)
        store<u32>(slot, hash, 20)
        store<u32>(ids + (row << 2), addKey(table, slot, start, length))
        break
      }
      at = (at + 1) & mask
    }
  }
  store<u32>(table, <u32>(end - bytes), PLACE)
  return rows
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

/** Puts all keys of `count` old slots into the empty new ones. */
export function moveTextSlots(table: usize, old: usize, count: u32): void {
  const slots = <usize>load<u32>(table, SLOTS)
  const mask = load<u32>(table, SLOT_MASK)
  const end = old + (<usize>count << SLOT_SHIFT)
  for (let from = old; from < end; from += 1 << SLOT_SHIFT) {
    if (load<u32>(from, 16) == 0) continue
    let at = load<u32>(from, 20) & mask
    while (load<u32>(slots + (<usize>at << SLOT_SHIFT), 16) != 0) at = (at + 1) & mask
    const slot = slots + (<usize>at << SLOT_SHIFT)
    v128.store(slot, v128.load(from))
    v128.store(slot, v128.load(from, 16), 16)
  }
}

/** A text shorter than 8 bytes, filled up with zeros. */
// @ts-ignore: decorator
@inline
function lowBytes(start: usize, length: u32): u64 {
  return load<u64>(start) & ~(~(<u64>0) << (<u64>length << 3))
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
  let hash = (low ^ (high * 0x9e3779b97f4a7c15)) * 0xff51afd7ed558ccd
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
