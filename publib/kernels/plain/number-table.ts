import { hashNumber } from '#publib/util'
import type { NumberTable } from '../doors.ts'
import { KeySlots } from './key-slots.ts'
import { grown } from './texts.ts'

/** Numbers numbers. */
export class PlainNumberTable implements NumberTable {
  #slots = new KeySlots()
  #keys = new Float64Array(1 << 9)
  #ids = new Int32Array(0)

  get size(): number {
    return this.#slots.size
  }

  get bytes(): number {
    return this.#slots.bytes + this.#keys.byteLength + this.#ids.byteLength
  }

  idsOf(values: Float64Array | Int32Array): Int32Array {
    const rows = values.length
    if (this.#ids.length < rows) this.#ids = new Int32Array(rows)
    const ids = this.#ids
    for (let i = 0; i < rows; i++) ids[i] = this.#idOf(values[i]!)
    return ids.subarray(0, rows)
  }

  keys(): Float64Array {
    return this.#keys.slice(0, this.size)
  }

  hashes(): Int32Array {
    return this.#slots.hashes.slice(0, this.size)
  }

  clear(): void {
    this.#slots.clear()
  }

  release(): void {
    this.#slots = new KeySlots()
    this.#keys = new Float64Array(1 << 9)
    this.#ids = new Int32Array(0)
  }

  #idOf(value: number): number {
    const hash = hashNumber(value)
    const { slots } = this.#slots
    const mask = slots.length - 1
    let place = this.#slots.first(hash)
    for (;;) {
      const id = slots[place + 1]! - 1
      if (id < 0) return this.#add(place, hash, value)
      if (slots[place] === hash) {
        const key = this.#keys[id]!
        if (key === value || (Number.isNaN(key) && Number.isNaN(value))) return id
      }
      place = (place + 2) & mask
    }
  }

  #add(place: number, hash: number, value: number): number {
    const id = this.#slots.add(place, hash)
    if (id === this.#keys.length) this.#keys = grown(this.#keys, id * 2)
    // Makes 0 of -0.
    this.#keys[id] = value + 0
    return id
  }
}
