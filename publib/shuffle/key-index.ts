import { detachString } from '#publib/columnar'
import { equalValues } from '#publib/util'

const SLOTS_MIN = 1024
/** Up to so many keys it grows by four, beyond by two: each time all keys find new slots. */
const FAST_GROWTH_MAX = 1 << 18
/** Below what V8's own arrays bear without trouble. */
const KEYS_MAX = 1 << 24

/**
 * Numbers the keys that it is shown, 0, 1, 2 …, equal ones alike: open addressing over hashes that are at hand anyway. Faster
 * than a native Map for strings and doubles, without its limit of 16.7 million entries, and no choice of keys makes it slow
 * but one against the hash itself.
 */
export class KeyIndex {
  /** By their number. */
  keys: unknown[] = []
  /** By the number of their key. */
  #hashes = new Int32Array(SLOTS_MIN / 2)
  /** Two words a slot, in one line of the cache: key number + 1, or 0 for a free one, and the key's hash. */
  #slots = new Int32Array(2 * SLOTS_MIN)
  #shift = 32 - Math.log2(SLOTS_MIN)

  get size(): number {
    return this.keys.length
  }

  get isFull(): boolean {
    return this.keys.length >= KEYS_MAX
  }

  hashAt(index: number): number {
    return this.#hashes[index]!
  }

  /** The number of `key`, which is `size` as it was before if the key is new. `hash` is its hashValue. */
  indexOf(key: unknown, hash: number): number {
    const slots = this.#slots
    const mask = slots.length - 1
    // High bits of a product: partitions are chosen by the low bits of the same hash.
    let slot = (Math.imul(hash, 0x9e3779b1) >>> this.#shift) << 1
    for (;;) {
      const found = slots[slot]! - 1
      if (found < 0) return this.#add(key, hash, slot)
      if (slots[slot + 1] === hash) {
        const other = this.keys[found]
        if (other === key || (typeof key !== 'string' && equalValues(other, key))) return found
      }
      slot = (slot + 2) & mask
    }
  }

  /** Numbers of keys by hash, then by `compare`: the order of spilled runs. */
  sortedByHash(compare: (a: unknown, b: unknown) => number): number[] {
    const order = Array.from({ length: this.size }, (_, i) => i)
    const hashes = this.#hashes
    return order.sort((a, b) => {
      const difference = hashes[a]! - hashes[b]!
      return difference === 0 ? compare(this.keys[a], this.keys[b]) : difference
    })
  }

  clear(): void {
    this.keys = []
    this.#hashes = new Int32Array(SLOTS_MIN / 2)
    this.#slots = new Int32Array(2 * SLOTS_MIN)
    this.#shift = 32 - Math.log2(SLOTS_MIN)
  }

  #add(key: unknown, hash: number, slot: number): number {
    const index = this.keys.length
    // Like a native Map, it keeps 0 for -0.
    this.keys.push(typeof key === 'string' ? detachString(key) : key === 0 ? 0 : key)
    this.#hashes[index] = hash
    this.#slots[slot] = index + 1
    this.#slots[slot + 1] = hash
    if (this.keys.length === this.#hashes.length) this.#grow()
    return index
  }

  #grow(): void {
    const bits = this.#hashes.length < FAST_GROWTH_MAX ? 2 : 1
    const hashes = new Int32Array(this.#hashes.length << bits)
    hashes.set(this.#hashes)
    this.#hashes = hashes
    const slots = new Int32Array(this.#slots.length << bits)
    const mask = slots.length - 1
    this.#shift -= bits
    for (let index = 0; index < this.keys.length; index++) {
      const hash = hashes[index]!
      let slot = (Math.imul(hash, 0x9e3779b1) >>> this.#shift) << 1
      while (slots[slot] !== 0) slot = (slot + 2) & mask
      slots[slot] = index + 1
      slots[slot + 1] = hash
    }
    this.#slots = slots
  }
}
