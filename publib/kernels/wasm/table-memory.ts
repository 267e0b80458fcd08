import type { WasmMemory } from './memory.ts'

/** The blocks of a table, by what they hold. They are given back when the table is released, or is gone without that. */
export class TableMemory<Name extends string> {
  readonly #memory: WasmMemory
  readonly #blocks = new Map<Name, { at: number; size: number }>()

  constructor(memory: WasmMemory) {
    this.#memory = memory
  }

  get bytes(): number {
    let sum = 0
    for (const { size } of this.#blocks.values()) sum += size
    return sum
  }

  at(name: Name): number {
    return this.#blocks.get(name)?.at ?? 0
  }

  sizeOf(name: Name): number {
    return this.#blocks.get(name)?.size ?? 0
  }

  /** A block of that size, with the first `kept` bytes of the one before. */
  resize(name: Name, size: number, kept = 0): number {
    const at = this.#memory.take(size)
    const before = this.#blocks.get(name)
    if (before !== undefined) {
      this.#memory.bytes.copyWithin(at, before.at, before.at + kept)
      this.#memory.giveBack(before.at)
    }
    this.#blocks.set(name, { at, size })
    return at
  }

  /** Leaves a block to the caller. */
  detach(name: Name): void {
    this.#blocks.delete(name)
  }

  /** Takes it back. */
  attach(name: Name, at: number, size: number): void {
    this.#blocks.set(name, { at, size })
  }

  releaseAll(): void {
    for (const { at } of this.#blocks.values()) this.#memory.giveBack(at)
    this.#blocks.clear()
  }
}

const forgotten = new FinalizationRegistry<TableMemory<string>>(blocks => blocks.releaseAll())

/** Gives the blocks back when `table` is gone: a task that failed may not have released it. */
export function releaseWith<Name extends string>(table: object, blocks: TableMemory<Name>): void {
  forgotten.register(table, blocks as TableMemory<string>)
}
