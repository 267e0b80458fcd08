import { hashText } from '#publib/util'
import type { KeyTable, Texts } from '../doors.ts'
import { KeySlots } from './key-slots.ts'
import { grown, startsOf } from './texts.ts'

/** Numbers texts. Keys are kept one behind the other in the order of their coming. */
export class PlainTextTable implements KeyTable<Texts> {
  #slots = new KeySlots()
  #keys = new Uint8Array(1 << 12)
  #keysSize = 0
  #starts = new Uint32Array(1 << 9)
  #lengths = new Uint32Array(1 << 9)
  #ids = new Int32Array(0)

  get size(): number {
    return this.#slots.size
  }

  get bytes(): number {
    const kept = this.#keys.length + this.#starts.byteLength + this.#lengths.byteLength
    return this.#slots.bytes + kept + this.#ids.byteLength
  }

  idsOf(texts: Texts): Int32Array {
    const { bytes, lengths } = texts
    const starts = startsOf(texts)
    const rows = lengths.length
    if (this.#ids.length < rows) this.#ids = new Int32Array(rows)
    const ids = this.#ids
    for (let i = 0; i < rows; i++) ids[i] = this.#idOf(bytes, starts[i]!, lengths[i]!)
    return ids.subarray(0, rows)
  }

  keys(): Texts {
    const bytes = this.#keys.slice(0, this.#keysSize)
    return { bytes, starts: undefined, lengths: this.#lengths.slice(0, this.size) }
  }

  hashes(): Int32Array {
    return this.#slots.hashes.slice(0, this.size)
  }

  clear(): void {
    this.#slots.clear()
    this.#keysSize = 0
  }

  release(): void {
    this.#slots = new KeySlots()
    this.#keys = new Uint8Array(1 << 12)
    this.#keysSize = 0
    this.#starts = new Uint32Array(1 << 9)
    this.#lengths = new Uint32Array(1 << 9)
    this.#ids = new Int32Array(0)
  }

  #idOf(bytes: Uint8Array, start: number, length: number): number {
    const hash = hashText(bytes, start, length)
    const { slots } = this.#slots
    const mask = slots.length - 1
    let place = this.#slots.first(hash)
    for (;;) {
      const id = slots[place + 1]! - 1
      if (id < 0) return this.#add(place, hash, bytes, start, length)
      if (slots[place] === hash && this.#isKey(id, bytes, start, length)) return id
      place = (place + 2) & mask
    }
  }

  #isKey(id: number, bytes: Uint8Array, start: number, length: number): boolean {
    if (this.#lengths[id] !== length) return false
    const keys = this.#keys
    const from = this.#starts[id]!
    for (let i = 0; i < length; i++) {
      if (keys[from + i] !== bytes[start + i]) return false
    }
    return true
  }

  #add(place: number, hash: number, bytes: Uint8Array, start: number, length: number): number {
    const id = this.#slots.add(place, hash)
    if (id === this.#starts.length) {
      this.#starts = grown(this.#starts, id * 2)
      this.#lengths = grown(this.#lengths, id * 2)
    }
    const size = this.#keysSize + length
    if (size > this.#keys.length)
      this.#keys = grown(this.#keys, Math.max(this.#keys.length * 2, size))
    const keys = this.#keys
    for (let i = 0; i < length; i++) keys[this.#keysSize + i] = bytes[start + i]!
    this.#starts[id] = this.#keysSize
    this.#lengths[id] = length
    this.#keysSize = size
    return id
  }
}
