import type { KeyTable, Texts } from '../doors.ts'
import type { Instance } from './instance.ts'
import type { WasmMemory } from './memory.ts'
import { inParts, type PlacedTexts, placeTexts } from './placed-texts.ts'
import { releaseWith, TableMemory } from './table-memory.ts'

interface Exports {
  textIds(...numbers: number[]): number
  moveTextSlots(table: number, old: number, count: number): void
  hashTexts(bytes: number, starts: number, lengths: number, rows: number, hashes: number): void
}

/** The table's own words, as assembly/text-table.ts has them. */
const WORD = {
  slots: 0,
  shift: 1,
  mask: 2,
  size: 3,
  sizeMax: 4,
  keys: 5,
  keysSize: 6,
  keysSizeMax: 7,
  lengths: 8,
  place: 9,
  places: 10,
}
const TABLE_BYTES = 64
const SLOT_BYTES = 16
const SLOTS_MIN = 1 << 10
/** As full as a table gets. Emptier ones leave the cache sooner, which costs more than to look at some slots in a row. */
const FULL = 13 / 16
const KEYS_BYTES_MIN = 1 << 14
/** A call of the engine runs on code that is not yet optimised until it ends: many rows are cut. */
const ROWS = 1 << 14

/** Numbers texts: see assembly/text-table.ts. */
export class WasmTextTable implements KeyTable<Texts> {
  readonly #memory: WasmMemory
  readonly #module: Exports
  readonly #blocks: TableMemory<'table' | 'slots' | 'keys' | 'lengths' | 'places' | 'ids'>

  constructor({ memory, exports }: Instance) {
    this.#memory = memory
    this.#module = exports as Exports
    this.#blocks = new TableMemory(memory)
    releaseWith(this, this.#blocks)
  }

  get size(): number {
    return this.#blocks.at('table') === 0 ? 0 : this.#word(WORD.size)
  }

  get bytes(): number {
    return this.#blocks.bytes
  }

  idsOf(texts: Texts): Int32Array {
    const rows = texts.lengths.length
    if (this.#blocks.at('table') === 0) this.#begin()
    if (this.#blocks.sizeOf('ids') < rows * 4) this.#blocks.resize('ids', rows * 4)
    const ids = this.#blocks.at('ids')
    const isDone = this.#memory.call(() => {
      const placed = placeTexts(this.#memory, texts)
      if (placed === undefined) return false
      this.#addAll(placed, ids)
      return true
    })
    if (!isDone) this.#addParts(texts, ids)
    return new Int32Array(this.#memory.memory.buffer, ids, rows)
  }

  keys(): Texts {
    const { size } = this
    const at = this.#blocks.at('keys')
    const lengths = this.#blocks.at('lengths') >> 2
    return {
      bytes: this.#memory.bytes.slice(at, at + (size === 0 ? 0 : this.#word(WORD.keysSize))),
      starts: undefined,
      lengths: this.#memory.u32.slice(lengths, lengths + size),
    }
  }

  hashes(): Int32Array {
    const { size } = this
    return this.#memory.call(() => {
      const hashes = this.#memory.scratch(size * 4)
      this.#module.hashTexts(this.#blocks.at('keys'), 0, this.#blocks.at('lengths'), size, hashes)
      return this.#memory.i32Result(hashes, size)
    })
  }

  clear(): void {
    if (this.#blocks.at('table') === 0) return
    const wanted = slotsFor(this.size)
    // To clear slots that were not needed took longer than to fill a few.
    if (this.#slotCount() > 4 * wanted) this.#useSlots(wanted)
    this.#clearSlots()
    this.#setWord(WORD.size, 0)
    this.#setWord(WORD.keysSize, 0)
  }

  release(): void {
    this.#blocks.releaseAll()
  }

  #addAll({ bytes, starts, lengths, rows }: PlacedTexts, ids: number): void {
    const table = this.#blocks.at('table')
    this.#setWord(WORD.place, 0)
    for (let done = 0; done < rows; ) {
      const last = Math.min(rows, done + ROWS)
      const stop = this.#module.textIds(table, bytes, starts, lengths, done, last, ids)
      if (stop < last) this.#makeRoom(this.#memory.u32[(lengths >> 2) + stop]!)
      done = stop
    }
  }

  #addParts(texts: Texts, ids: number): void {
    let done = 0
    for (const part of inParts(texts, ROWS)) {
      this.#memory.call(() => {
        const bytes = this.#memory.put(part.bytes)
        const rows = part.lengths.length
        const placed = { bytes, starts: 0, lengths: this.#memory.put(part.lengths), rows }
        this.#addAll(placed, ids + done * 4)
        done += rows
      })
    }
  }

  #begin(): void {
    try {
      this.#blocks.resize('table', TABLE_BYTES)
      this.#setWord(WORD.size, 0)
      this.#setWord(WORD.keysSize, 0)
      this.#blocks.resize('keys', KEYS_BYTES_MIN)
      this.#setKeys()
      this.#setSlots(SLOTS_MIN)
    } catch (error) {
      this.#blocks.releaseAll()
      throw error
    }
  }

  /** For one key more, of that length. */
  #makeRoom(length: number): void {
    if (this.#word(WORD.size) === this.#word(WORD.sizeMax)) this.#growSlots()
    const size = this.#word(WORD.keysSize)
    const room = this.#blocks.sizeOf('keys')
    if (room - size >= length) return
    this.#blocks.resize('keys', Math.max(room * 2, size + length), size)
    this.#setKeys()
  }

  #growSlots(): void {
    const old = this.#blocks.at('slots')
    const size = this.#blocks.sizeOf('slots')
    const count = this.#slotCount()
    // The old slots are needed until the new ones are filled.
    this.#blocks.detach('slots')
    try {
      this.#setSlots(count * 2)
    } catch (error) {
      this.#blocks.attach('slots', old, size)
      throw error
    }
    this.#module.moveTextSlots(this.#blocks.at('table'), old, count)
    this.#memory.giveBack(old)
  }

  #setSlots(count: number): void {
    const sizeMax = count * FULL
    this.#setWord(WORD.lengths, this.#blocks.resize('lengths', sizeMax * 4, this.size * 4))
    this.#setWord(WORD.places, this.#blocks.resize('places', sizeMax * 4, this.size * 4))
    this.#setWord(WORD.slots, this.#blocks.resize('slots', count * SLOT_BYTES))
    this.#useSlots(count)
    this.#clearSlots()
  }

  /** As many slots of those that there is room for; a power of two. */
  #useSlots(count: number): void {
    this.#setWord(WORD.shift, 32 - Math.log2(count))
    this.#setWord(WORD.mask, count - 1)
    this.#setWord(WORD.sizeMax, count * FULL)
  }

  #slotCount(): number {
    return this.#word(WORD.mask) + 1
  }

  #clearSlots(): void {
    const slots = this.#word(WORD.slots)
    this.#memory.bytes.fill(0, slots, slots + this.#slotCount() * SLOT_BYTES)
  }

  #setKeys(): void {
    this.#setWord(WORD.keys, this.#blocks.at('keys'))
    this.#setWord(WORD.keysSizeMax, this.#blocks.sizeOf('keys'))
  }

  #word(index: number): number {
    return this.#memory.u32[(this.#blocks.at('table') >> 2) + index]!
  }

  #setWord(index: number, value: number): void {
    this.#memory.u32[(this.#blocks.at('table') >> 2) + index] = value
  }
}

/** A table that has so many keys. */
function slotsFor(size: number): number {
  return Math.max(SLOTS_MIN, 2 ** Math.ceil(Math.log2(size / FULL + 1)))
}
