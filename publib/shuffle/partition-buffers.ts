import { type MemoryKeeper, SizeSampler } from '#publib/memory'
import { encodeBatches } from '#publib/serialization'
import type { SpillEnvironment } from './environment.ts'
import { type Extent, SpillFile } from './spill-file.ts'

/** Records of a partition that become one block. */
const BLOCK_ROWS = 16_384
/** Estimated bytes of all records that wait to be encoded. */
const PENDING_BYTES_MAX = 16 * 1024 * 1024

/**
 * The records of a map task by reduce partition: first as they are, then as encoded blocks in memory, then in a spill file.
 * Within a partition they keep their order.
 */
export class PartitionBuffers {
  readonly #env: SpillEnvironment
  readonly #saltOf: (partition: number) => number
  readonly #keeper: MemoryKeeper
  readonly #pendingBytesMax: number
  readonly #sampler = new SizeSampler()
  readonly #pending: unknown[][]
  readonly #blocks: Uint8Array[][]
  readonly #spilled: Extent[][]
  #pendingCount = 0
  #blockBytes = 0
  #file: SpillFile | undefined

  constructor(numPartitions: number, saltOf: (partition: number) => number, env: SpillEnvironment) {
    this.#env = env
    this.#saltOf = saltOf
    this.#keeper = env.memory.keeper()
    this.#pendingBytesMax = Math.min(PENDING_BYTES_MAX, env.memory.dataBytes / 4)
    this.#pending = Array.from({ length: numPartitions }, () => [])
    this.#blocks = Array.from({ length: numPartitions }, () => [])
    this.#spilled = Array.from({ length: numPartitions }, () => [])
  }

  add(partition: number, record: unknown): void {
    const pending = this.#pending[partition]!
    pending.push(record)
    this.#pendingCount++
    this.#sampler.add(record)
    if (pending.length === BLOCK_ROWS) {
      this.#encode(partition)
      this.#look()
    } else if (this.#pendingBytes() > this.#pendingBytesMax) {
      this.#encodeAll()
      this.#look()
    }
  }

  /** All bytes of one partition, in order. Called once a partition, when all records are in. */
  *bytesOf(partition: number): Generator<Uint8Array> {
    this.#encode(partition)
    for (const extent of this.#spilled[partition]!) yield this.#file!.read(extent)
    yield* this.#blocks[partition]!
    this.#blocks[partition] = []
  }

  close(): void {
    this.#keeper.release()
    this.#file?.remove()
    this.#file = undefined
  }

  #encodeAll(): void {
    for (let partition = 0; partition < this.#pending.length; partition++) this.#encode(partition)
  }

  #encode(partition: number): void {
    const records = this.#pending[partition]!
    if (records.length === 0) return
    const { onLostClass } = this.#env
    for (const block of encodeBatches(records, { salt: this.#saltOf(partition), onLostClass })) {
      this.#blocks[partition]!.push(block)
      this.#blockBytes += block.length
    }
    this.#pendingCount -= records.length
    this.#pending[partition] = []
  }

  #look(): void {
    const held = this.#blockBytes + this.#pendingBytes()
    if (this.#keeper.shouldSpill(held)) this.#spill()
  }

  #pendingBytes(): number {
    return (this.#sampler.bytes / this.#sampler.count) * this.#pendingCount
  }

  /** Blocks only: where one ends must not depend on what else is in memory. */
  #spill(): void {
    this.#env.checkCancelled()
    this.#file ??= new SpillFile(this.#env)
    for (const [partition, blocks] of this.#blocks.entries()) {
      for (const block of blocks) this.#spilled[partition]!.push(this.#file.append(block))
      this.#blocks[partition] = []
    }
    this.#env.metrics.memorySpilledBytes += this.#blockBytes
    this.#blockBytes = 0
    this.#keeper.release()
    this.#keeper.hold(this.#pendingBytes())
  }
}
