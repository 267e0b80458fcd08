import { type FileHandle, open, rename } from 'node:fs/promises'
import type { Readable } from 'node:stream'

/**
 * Writes what a child process prints into a file of at most `bytesMax`: the newer half in `path`, the older in
 * `path.1`. A disk that refuses loses lines, never the child. Reading waits for writing, so a child that prints
 * faster than the disk waits too.
 */
export class CappedLog {
  readonly #path: string
  readonly #halfBytes: number
  #file: FileHandle | undefined
  #size = 0
  #last: Promise<void> = Promise.resolve()

  constructor(path: string, bytesMax: number) {
    this.#path = path
    this.#halfBytes = Math.max(1, Math.floor(bytesMax / 2))
  }

  /** Takes in a stream to its end. */
  async follow(stream: Readable): Promise<void> {
    try {
      for await (const chunk of stream) await this.write(chunk as Uint8Array)
    } catch {
      // The stream was destroyed: the child is gone and a grandchild held its pipe.
    }
  }

  write(bytes: Uint8Array): Promise<void> {
    this.#last = this.#last.then(() => this.#append(bytes))
    return this.#last
  }

  async close(): Promise<void> {
    await this.#last
    await this.#file?.close()
    this.#file = undefined
  }

  async #append(bytes: Uint8Array): Promise<void> {
    try {
      let done = 0
      while (done < bytes.length) {
        const file = await this.#fileWithRoom()
        const part = bytes.subarray(done, done + this.#halfBytes - this.#size)
        const { bytesWritten } = await file.write(part)
        this.#size += bytesWritten
        done += bytesWritten
      }
    } catch {
      // A log that cannot be written must not stop the reading of the pipe, which would stop the child.
    }
  }

  async #fileWithRoom(): Promise<FileHandle> {
    if (this.#file !== undefined && this.#size < this.#halfBytes) return this.#file
    if (this.#file !== undefined) {
      await this.#file.close()
      this.#file = undefined
      await rename(this.#path, `${this.#path}.1`)
    }
    this.#file = await open(this.#path, 'a', 0o600)
    this.#size = (await this.#file.stat()).size
    if (this.#size < this.#halfBytes) return this.#file
    return this.#fileWithRoom()
  }
}
