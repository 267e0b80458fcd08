import { type FileHandle, mkdir, open, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Writable } from 'node:stream'

export interface RotatingFileOptions {
  readonly path: string
  /** A file that has grown so large makes room for a new one. */
  readonly fileBytesMax: number
  /** How many files there are at most, the current one counted: `path`, `path.1` … */
  readonly filesMax: number
  /** Lines wait for the disk up to so many bytes; then they are dropped and counted. */
  readonly queueBytesMax: number
}

/**
 * Takes lines without ever making the caller wait, and writes them to files of bounded size, 0600. A disk that is
 * full or gone loses lines and nothing else; when it is back a line says how many.
 */
export class RotatingFile {
  /** Lines that were lost since the start. */
  lostLines = 0
  readonly #options: RotatingFileOptions
  #queue: string[] = []
  #queuedBytes = 0
  #lostUntold = 0
  #file: FileHandle | undefined
  #size = 0
  #writing: Promise<void> | undefined

  constructor(options: RotatingFileOptions) {
    this.#options = options
  }

  write(line: string): void {
    const size = Buffer.byteLength(line)
    if (this.#queuedBytes + size > this.#options.queueBytesMax) {
      this.#lose(1)
      return
    }
    this.#queue.push(line)
    this.#queuedBytes += size
    this.#writing ??= this.#drain()
  }

  /** Writes what waits and closes the file; more may be written afterwards. */
  async close(): Promise<void> {
    await this.#writing
    const file = this.#file
    this.#file = undefined
    await file?.close()
  }

  /** The same as a stream, for what wants one. */
  asStream(): Writable {
    return new Writable({
      decodeStrings: false,
      write: (line: string | Buffer, _encoding, done) => {
        this.write(String(line))
        done()
      },
    })
  }

  async #drain(): Promise<void> {
    // One turn later the lines of this turn are together.
    await Promise.resolve()
    while (this.#queue.length > 0) {
      const lines = this.#queue
      this.#queue = []
      this.#queuedBytes = 0
      await this.#writeLines(lines)
    }
    this.#writing = undefined
  }

  async #writeLines(lines: readonly string[]): Promise<void> {
    try {
      const file = await this.#fileWithRoom()
      const told = this.#lostUntold
      const notice = told === 0 ? [] : [lostNotice(told)]
      const bytes = Buffer.from([...notice, ...lines].join(''))
      for (let done = 0; done < bytes.length; ) {
        const { bytesWritten } = await file.write(bytes, done)
        done += bytesWritten
        this.#size += bytesWritten
      }
      this.#lostUntold -= told
    } catch {
      this.#lose(lines.length)
      const file = this.#file
      this.#file = undefined
      await file?.close().catch(() => undefined)
    }
  }

  #lose(count: number): void {
    this.lostLines += count
    this.#lostUntold += count
  }

  async #fileWithRoom(): Promise<FileHandle> {
    const current = this.#file ?? (await this.#open())
    if (this.#size < this.#options.fileBytesMax) return current
    await this.#rotate()
    return this.#open()
  }

  async #open(): Promise<FileHandle> {
    await mkdir(dirname(this.#options.path), { recursive: true, mode: 0o700 })
    const file = await open(this.#options.path, 'a', 0o600)
    this.#file = file
    this.#size = (await file.stat()).size
    return file
  }

  async #rotate(): Promise<void> {
    const { path, filesMax } = this.#options
    await this.#file?.close()
    this.#file = undefined
    for (let number = filesMax - 1; number >= 1; number--) {
      const from = number === 1 ? path : `${path}.${number - 1}`
      await rename(from, `${path}.${number}`).catch(ignoreMissing)
    }
  }
}

function lostNotice(count: number): string {
  return `${JSON.stringify({ level: 'warn', event: 'log lines were lost', count })}\n`
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error
}
