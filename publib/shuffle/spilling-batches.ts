import type { Batch } from '#publib/columnar'
import type { OpenFile } from '#publib/env'
import type { MemoryKeeper } from '#publib/memory'
import { decodeBatch, encodeBatches } from '#publib/serialization'
import type { SpillEnvironment } from './environment.ts'

interface Piece {
  /** In memory, or at `position` of the file. */
  bytes: Uint8Array | undefined
  readonly position: number
  readonly size: number
}

/** Batches that wait for whoever reads them, encoded, and in a file where memory does not suffice. Read once or more. */
export class SpillingBatches<T> {
  readonly #environment: SpillEnvironment
  readonly #keeper: MemoryKeeper
  readonly #path: string
  readonly #pieces: Piece[] = []
  #file: OpenFile | undefined
  #fileBytes = 0
  #heldBytes = 0

  constructor(environment: SpillEnvironment, name: string) {
    this.#environment = environment
    this.#keeper = environment.memory.keeper()
    this.#path = `${environment.spillFolder}/${environment.taskId}-${name}`
  }

  add(batch: Batch<T>): void {
    for (const bytes of encodeBatches(batch)) {
      this.#pieces.push({ bytes, position: -1, size: bytes.length })
      this.#heldBytes += bytes.length
    }
    if (this.#keeper.shouldSpill(this.#heldBytes)) this.#spill()
  }

  *batches(): Generator<Batch<T>> {
    for (const piece of this.#pieces)
      yield decodeBatch(piece.bytes ?? this.#read(piece)) as Batch<T>
  }

  close(): void {
    this.#keeper.release()
    this.#pieces.length = 0
    this.#file?.close()
    if (this.#file !== undefined) this.#environment.files.remove(this.#path)
    this.#file = undefined
  }

  #spill(): void {
    this.#environment.files.makeFolder(this.#environment.spillFolder)
    this.#file ??= this.#environment.files.open(this.#path, 'w')
    for (const [index, piece] of this.#pieces.entries()) {
      if (piece.bytes === undefined) continue
      this.#file.write(piece.bytes)
      this.#pieces[index] = { bytes: undefined, position: this.#fileBytes, size: piece.size }
      this.#fileBytes += piece.size
    }
    this.#environment.metrics.diskSpilledBytes += this.#heldBytes
    this.#environment.metrics.memorySpilledBytes += this.#heldBytes
    this.#heldBytes = 0
    this.#keeper.release()
  }

  #read(piece: Piece): Uint8Array {
    const bytes = new Uint8Array(piece.size)
    for (let read = 0; read < piece.size; ) {
      const count = this.#file?.read(bytes.subarray(read), piece.position + read) ?? 0
      if (count === 0) break
      read += count
    }
    return bytes
  }
}
