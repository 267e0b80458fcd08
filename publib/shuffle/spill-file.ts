import type { OpenFile } from '#publib/env'
import { writeFailed } from '#publib/storage'
import type { SpillEnvironment } from './environment.ts'
import { spillDamaged } from './errors.ts'

/** Where some bytes of a spill file stand. */
export interface Extent {
  readonly offset: number
  readonly length: number
}

/** A temporary file of one task: appended to, then read piece by piece, then gone. */
export class SpillFile {
  readonly path: string
  readonly #env: SpillEnvironment
  #writing: OpenFile | undefined
  #reading: OpenFile | undefined
  #size = 0

  constructor(env: SpillEnvironment) {
    this.#env = env
    this.path = `${env.spillFolder}/${env.taskId}-${env.memory.nextSpill()}.spill`
    try {
      this.#writing = env.files.open(this.path, 'wx')
    } catch (error) {
      throw writeFailed(this.path, error)
    }
  }

  get size(): number {
    return this.#size
  }

  append(bytes: Uint8Array): Extent {
    const extent = { offset: this.#size, length: bytes.length }
    try {
      this.#writing?.write(bytes)
    } catch (error) {
      throw writeFailed(this.path, error)
    }
    this.#size += bytes.length
    this.#env.metrics.diskSpilledBytes += bytes.length
    return extent
  }

  /** Bytes of its own that were appended before. @throws CORRUPT_BLOCK where the file is gone or cut */
  read({ offset, length }: Extent): Uint8Array {
    const bytes = new Uint8Array(length)
    try {
      this.#reading ??= this.#env.files.open(this.path, 'r')
      let done = 0
      while (done < length) {
        const count = this.#reading.read(bytes.subarray(done), offset + done)
        if (count === 0) throw new Error(`it ends at byte ${offset + done}`)
        done += count
      }
    } catch (error) {
      throw spillDamaged(this.path, error)
    }
    return bytes
  }

  /** Lets go of the file, which stays. It can be read again. */
  close(): void {
    this.#writing?.close()
    this.#reading?.close()
    this.#writing = undefined
    this.#reading = undefined
  }

  remove(): void {
    this.close()
    this.#env.files.remove(this.path)
  }
}
