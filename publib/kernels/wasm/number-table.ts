import type { NumberTable } from '../doors.ts'
import type { Instance } from './instance.ts'
import type { WasmMemory } from './memory.ts'
import { releaseWith, TableMemory } from './table-memory.ts'

interface Exports {
  numberIds(table: number, values: number, first: number, rows: number, ids: number): number
  fillNumberSlots(table: number): void
  toDoubles(integers: number, count: number, doubles: number): void
  hashNumbers(values: number, rows: number, hashes: number): void
}

/** The table's own words, as assembly/number-table.ts has them. */
const WORD = { slots: 0, groupMask: 1, size: 2, sizeMax: 3, keys: 4, tags: 5 }
const TABLE_BYTES = 64
const SLOT_BYTES = 16
/** Behind all slots stand their tags, of one byte each. */
const TAGGED_SLOT_BYTES = SLOT_BYTES + 1
const GROUP_SLOTS = 16
const SLOTS_MIN = 1 << 10
/** As full as a table gets. */
const FULL = 7 / 8
/** A call of the engine runs on code that is not yet optimised until it ends: many rows are cut. */
const ROWS = 1 << 14

/** Numbers numbers: see assembly/number-table.ts. */
export class WasmNumberTable implements NumberTable {
  readonly #memory: WasmMemory
  readonly #module: Exports
  readonly #blocks: TableMemory<'table' | 'slots' | 'keys' | 'ids'>

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

  idsOf(values: Float64Array | Int32Array): Int32Array {
    const rows = values.length
    if (this.#blocks.at('table') === 0) this.#begin()
    if (this.#blocks.sizeOf('ids') < rows * 4) this.#blocks.resize('ids', rows * 4)
    const ids = this.#blocks.at('ids')
    for (let done = 0; done < rows; done += ROWS) {
      const part = values.subarray(done, done + ROWS)
      this.#memory.call(() => this.#addAll(this.#place(part), part.length, ids + done * 4))
    }
    return new Int32Array(this.#memory.memory.buffer, ids, rows)
  }

  keys(): Float64Array {
    const at = this.#blocks.at('keys')
    return new Float64Array(this.#memory.memory.buffer, at, this.size).slice()
  }

  hashes(): Int32Array {
    const { size } = this
    return this.#memory.call(() => {
      const hashes = this.#memory.scratch(size * 4)
      this.#module.hashNumbers(this.#blocks.at('keys'), size, hashes)
      return this.#memory.i32Result(hashes, size)
    })
  }

  clear(): void {
    if (this.#blocks.at('table') === 0) return
    this.#clearSlots()
    this.#setWord(WORD.size, 0)
  }

  release(): void {
    this.#blocks.releaseAll()
  }

  #place(values: Float64Array | Int32Array): number {
    const at = this.#memory.put(values)
    if (values instanceof Float64Array) return at
    const doubles = this.#memory.scratch(values.length * 8)
    this.#module.toDoubles(at, values.length, doubles)
    return doubles
  }

  #addAll(values: number, rows: number, ids: number): void {
    const table = this.#blocks.at('table')
    for (let done = 0; done < rows; ) {
      done = this.#module.numberIds(table, values, done, rows, ids)
      if (done < rows) this.#grow()
    }
  }

  #begin(): void {
    try {
      this.#blocks.resize('table', TABLE_BYTES)
      this.#setWord(WORD.size, 0)
      this.#setSlots(SLOTS_MIN)
    } catch (error) {
      this.#blocks.releaseAll()
      throw error
    }
  }

  #grow(): void {
    this.#setSlots(this.#slotCount() * 2)
    this.#module.fillNumberSlots(this.#blocks.at('table'))
  }

  #setSlots(count: number): void {
    const sizeMax = Math.floor(count * FULL)
    this.#setWord(WORD.keys, this.#blocks.resize('keys', sizeMax * 8, this.size * 8))
    const slots = this.#blocks.resize('slots', count * TAGGED_SLOT_BYTES)
    this.#setWord(WORD.slots, slots)
    this.#setWord(WORD.tags, slots + count * SLOT_BYTES)
    this.#setWord(WORD.groupMask, count / GROUP_SLOTS - 1)
    this.#setWord(WORD.sizeMax, sizeMax)
    this.#clearSlots()
  }

  #slotCount(): number {
    return this.#blocks.sizeOf('slots') / TAGGED_SLOT_BYTES
  }

  #clearSlots(): void {
    const tags = this.#word(WORD.tags)
    this.#memory.bytes.fill(0, tags, tags + this.#slotCount())
  }

  #word(index: number): number {
    return this.#memory.u32[(this.#blocks.at('table') >> 2) + index]!
  }

  #setWord(index: number, value: number): void {
    this.#memory.u32[(this.#blocks.at('table') >> 2) + index] = value
  }
}
