import { type MemoryKeeper, SizeSampler } from '#publib/memory'
import type { SpillEnvironment } from './environment.ts'
import { isPlainPair, PendingRecords } from './pending-records.ts'
import { type Extent, SpillFile } from './spill-file.ts'

/** Records of a partition that become one block. */
const BLOCK_ROWS = 16_384
const RECORDS_BETWEEN_LOOKS = 16
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
  readonly #pending: PendingRecords[]
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
    this.#pending = Array.from({ length: numPartitions }, () => new PendingRecords())
    this.#blocks = Array.from({ length: numPartitions }, () => [])
    this.#spilled = Array.from({ length: numPartitions }, () => [])
  }

  /** `record` is an array. */
  add(partition: number, record: readonly unknown[]): void {
    const pending = this.#pending[partition]!
    const key = record[0]
    const value = record[1]
    if (isPlainPair(record)) pending.addPair(key, value)
    else pending.addOther(record)
    this.#added(partition, pending, key, value)
  }

  addPair(partition: number, key: unknown, value: unknown): void {
    const pending = this.#pending[partition]!
    pending.addPair(key, value)
    this.#added(partition, pending, key, value)
  }

  #added(partition: number, pending: PendingRecords, key: unknown, value: unknown): void {
    this.#pendingCount++
    this.#sampler.addPair(key, value)
    if (pending.size === BLOCK_ROWS) {
      this.#encode(partition)
      this.#look()
    } else if (
      this.#pendingCount % RECORDS_BETWEEN_LOOKS === 0 &&
      this.#pendingBytes() > this.#pendingBytesMax
    ) {
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
    if (records.size === 0) return
    const { onLostClass } = this.#env
    for (const block of records.encode({ salt: this.#saltOf(partition), onLostClass })) {
      this.#blocks[partition]!.push(block)
      this.#blockBytes += block.length
    }
    this.#pendingCount -= records.size
    this.#pending[partition] = new PendingRecords()
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
