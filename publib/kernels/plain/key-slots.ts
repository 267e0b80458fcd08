import { grown } from './texts.ts'

const SLOTS_MIN = 1 << 10
/** Spreads hashes over the slots by other bits than those that chose the partition. */
const GOLDEN = 0x9e3779b1

/** Where each key of a table is found: open addressing over hash and number, two words a slot, at most half full. */
export class KeySlots {
  /** Hash and number + 1 of each slot; 0 where it is free. */
  slots = new Int32Array(2 * SLOTS_MIN)
  size = 0
  hashes = new Int32Array(SLOTS_MIN / 2)
  #shift = 32 - Math.log2(SLOTS_MIN)

  get bytes(): number {
    return this.slots.byteLength + this.hashes.byteLength
  }

  /** The place in `slots` where the search for a hash begins. */
  first(hash: number): number {
    return (Math.imul(hash, GOLDEN) >>> this.#shift) << 1
  }

  /** Fills the free slot at `place`. */
  add(place: number, hash: number): number {
    const id = this.size++
    this.slots[place] = hash
    this.slots[place + 1] = this.size
    this.hashes[id] = hash
    if (this.size === this.hashes.length) this.#grow()
    return id
  }

  clear(): void {
    this.slots.fill(0)
    this.size = 0
  }

  #grow(): void {
    const old = this.slots
    this.#shift--
    this.slots = new Int32Array(old.length * 2)
    this.hashes = grown(this.hashes, this.hashes.length * 2)
    const mask = this.slots.length - 1
    for (let from = 0; from < old.length; from += 2) {
      if (old[from + 1] === 0) continue
      let place = this.first(old[from]!)
      while (this.slots[place + 1] !== 0) place = (place + 2) & mask
      this.slots[place] = old[from]!
      this.slots[place + 1] = old[from + 1]!
    }
  }
}
