import type { MapOutputId } from '#publib/blocks'
import { type Column, hashColumn, isSameColumn, rowsOf } from '#publib/columnar'
import { kernels } from '#publib/kernels'
import { blockSalt } from './block-salt.ts'
import { ColumnBuffers } from './column-buffers.ts'
import { placesOfKeys } from './column-placement.ts'
import { ContentHash, safeHash } from './content-hash.ts'
import type { ShuffleEnvironment } from './environment.ts'
import { finishMapOutput, notePeakMemory } from './finish-map-output.ts'
import type { Partitioner } from './partitioner.ts'
import type { MapOutput } from './spec.ts'

/** MapOutputWriter for columns: the same files, the same hash of the same records. */
export class ColumnOutputWriter {
  readonly #id: MapOutputId
  readonly #env: ShuffleEnvironment
  readonly #partitioner: Partitioner
  readonly #buffers: ColumnBuffers
  readonly #content = new ContentHash()
  #room = new Int32Array(0)
  #count = 0

  constructor(id: MapOutputId, partitioner: Partitioner, env: ShuffleEnvironment) {
    this.#id = id
    this.#env = env
    this.#partitioner = partitioner
    const saltOf = (place: number): number => blockSalt(id, place)
    const count = partitioner.numPartitions
    this.#buffers = new ColumnBuffers({ count, saltOf, asBytes: true }, env)
  }

  /** Keys and values of as many rows; `hashes` are the hashValues of the keys, where they are at hand. */
  add(keys: Column, values: Column, hashes?: Int32Array): void {
    const rows = rowsOf(keys)
    if (rows === 0) return
    // Nothing that kernels find here is kept: it may stay in their memory.
    if (this.#room.length < rows) this.#room = new Int32Array(rows)
    kernels().scope(() => {
      const keyHashes = hashes ?? hashColumn(keys)
      // Records that are their own keys go through the shuffle once.
      const isOwnKey = isSameColumn(keys, values)
      this.#content.addAll(keyHashes, isOwnKey ? keyHashes : hashColumn(values, safeHash))
      const places = placesOfKeys(keys, keyHashes, this.#partitioner, this.#room)
      const fields = [keys, isOwnKey ? keys : values]
      this.#buffers.add({ kind: 'tuple', rows, fields }, places)
    })
    this.#count += rows
  }

  finish(): MapOutput {
    const gathered = {
      numPartitions: this.#partitioner.numPartitions,
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
