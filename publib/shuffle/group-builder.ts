import { ArrayGroup, ValueGroup } from '#publib/columnar'
import { SizeSampler } from '#publib/memory'
import { decodeBatch, encodeBatches } from '#publib/serialization'
import type { SpillEnvironment } from './environment.ts'
import { spillDamaged } from './errors.ts'
import { type Extent, SpillFile } from './spill-file.ts'

const BLOCK_ROWS = 4096

/** Takes in the values of one key of one source; from a size on they go to a file. */
export class GroupBuilder {
  readonly #env: SpillEnvironment
  readonly #bytesMax: number
  readonly #sampler = new SizeSampler()
  #values: unknown[] = []
  #file: SpilledValues | undefined

  constructor(env: SpillEnvironment) {
    this.#env = env
    this.#bytesMax = env.memory.dataBytes / 16
  }

  /** Bytes held in memory. */
  get bytes(): number {
    return this.#sampler.bytes
  }

  add(value: unknown): void {
    this.#values.push(value)
    this.#sampler.add(value)
    const limit = this.#file === undefined ? this.#bytesMax : this.#bytesMax / 4
    if (this.#sampler.bytes > limit || (this.#file !== undefined && this.#isBlockFull())) {
      this.#spill()
    }
  }

  finish(): ValueGroup<unknown> {
    if (this.#file === undefined) return new ArrayGroup(this.#values)
    this.#spill()
    this.#file.close()
    return new SpilledGroup(this.#file)
  }

  #isBlockFull(): boolean {
    return this.#values.length >= BLOCK_ROWS
  }

  #spill(): void {
    this.#file ??= new SpilledValues(this.#env)
    this.#file.append(this.#values)
    this.#env.metrics.memorySpilledBytes += Math.round(this.#sampler.bytes)
    this.#values = []
    this.#sampler.reset()
  }
}

class SpilledValues {
  size = 0
  readonly #file: SpillFile
  readonly #blocks: Extent[] = []

  constructor(env: SpillEnvironment) {
    this.#file = new SpillFile(env)
    env.atTaskEnd?.(() => this.#file.remove())
  }

  append(values: readonly unknown[]): void {
    for (let start = 0; start < values.length; start += BLOCK_ROWS) {
      for (const block of encodeBatches(values.slice(start, start + BLOCK_ROWS))) {
        this.#blocks.push(this.#file.append(block))
      }
    }
    this.size += values.length
  }

  close(): void {
    this.#file.close()
  }

  *values(): Generator<unknown> {
    try {
      for (const block of this.#blocks) yield* this.#read(block)
    } finally {
      this.#file.close()
    }
  }

  #read(block: Extent): unknown[] {
    const bytes = this.#file.read(block)
    try {
      return decodeBatch(bytes)
    } catch (error) {
      throw spillDamaged(this.#file.path, error)
    }
  }
}

/** A group whose values stand in a file of the task: read anew at each iteration, and gone with the task. */
class SpilledGroup extends ValueGroup<unknown> {
  readonly size: number
  readonly #file: SpilledValues

  constructor(file: SpilledValues) {
    super()
    this.size = file.size
    this.#file = file
  }

  override [Symbol.iterator](): Iterator<unknown> {
    return this.#file.values()
  }
}
