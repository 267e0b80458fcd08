import type { MapOutputId } from '#publib/blocks'
import { hashValue } from '#publib/util'
import { blockSalt } from './block-salt.ts'
import { ContentHash } from './content-hash.ts'
import type { ShuffleEnvironment } from './environment.ts'
import { notAPair } from './errors.ts'
import { finishMapOutput, notePeakMemory } from './finish-map-output.ts'
import { PartitionBuffers } from './partition-buffers.ts'
import { checkedPartition, HashPartitioner, type Partitioner, placeHash } from './partitioner.ts'
import type { MapOutput, ShuffleSpec } from './spec.ts'

/** Takes the records of one map task and writes them by reduce partition, as one data file and one index. */
export class MapOutputWriter {
  readonly #id: MapOutputId
  readonly #env: ShuffleEnvironment
  readonly #buffers: PartitionBuffers
  readonly #content = new ContentHash()
  readonly #numPartitions: number
  readonly #placeOf: (key: unknown, hash: number) => number
  #count = 0

  constructor(
    {
      shuffleId,
      partitioner,
    }: Pick<ShuffleSpec<unknown, never, never>, 'shuffleId' | 'partitioner'>,
    mapPartition: number,
    env: ShuffleEnvironment,
  ) {
    const id: MapOutputId = { shuffleId, mapPartition, taskId: env.taskId }
    const { numPartitions } = partitioner
    this.#id = id
    this.#env = env
    this.#numPartitions = numPartitions
    this.#buffers = new PartitionBuffers(numPartitions, place => blockSalt(id, place), env)
    this.#placeOf = placement(partitioner)
  }

  add(record: unknown): void {
    if (!Array.isArray(record)) throw notAPair(record)
    const key = record[0]
    const hash = hashValue(key)
    this.#content.add(hash, record[1])
    this.#buffers.add(this.#placeOf(key, hash), record)
    this.#count++
  }

  /** A pair that need not be made. */
  addPair(key: unknown, value: unknown): void {
    this.addCombined(key, hashValue(key), value)
  }

  /** A pair whose key's hash is at hand. */
  addCombined(key: unknown, hash: number, combiner: unknown): void {
    this.#content.add(hash, combiner)
    this.#buffers.addPair(this.#placeOf(key, hash), key, combiner)
    this.#count++
  }

  finish(): MapOutput {
    const gathered = {
      numPartitions: this.#numPartitions,
      records: this.#count,
      contentHash: this.#content.digest(),
      bytesOf: (place: number) => this.#buffers.bytesOf(place),
    }
    return finishMapOutput(this.#id, gathered, this.#env)
  }

  close(): void {
    this.#buffers.close()
    notePeakMemory(this.#env)
  }
}

/** A hash partitioner takes the hash that is at hand; any other is asked and checked. */
function placement(partitioner: Partitioner): (key: unknown, hash: number) => number {
  const { numPartitions } = partitioner
  if (Object.getPrototypeOf(partitioner) === HashPartitioner.prototype) {
    return (key, hash) => (key === null || key === undefined ? 0 : placeHash(hash, numPartitions))
  }
  return key => checkedPartition(partitioner, key)
}
