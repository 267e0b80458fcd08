import type { OpenFile, SyncFiles } from '#publib/env'
import type { TaskMetrics } from '#publib/task'
import { SimSparkError, textOf } from '#publib/util'
import {
  type Codec,
  type CompressedInput,
  type Decompressor,
  decompressorOf,
} from './codecs/index.ts'
import { corruptFile, fileUnreadable } from './errors.ts'
import type { FileRange } from './input-file.ts'

/** Bytes one after the other. */
export interface ByteSource {
  /** Fills `into` from its start as far as there are bytes at hand; 0 at the end. */
  read(into: Uint8Array): number
  close(): void
}

/** The bytes of a file from `position` on, decompressed. @throws FILE_UNREADABLE, CORRUPT_FILE */
export function openSource(
  range: FileRange,
  position: number,
  files: SyncFiles,
  metrics: TaskMetrics,
): ByteSource {
  const file = openFile(range, files)
  const plain = new FileSource(file, range.path, position, metrics)
  if (range.codec === 'none') return plain
  try {
    return new DecompressedSource(plain, range.path, range.codec)
  } catch (error) {
    file.close()
    throw error
  }
}

function openFile(range: FileRange, files: SyncFiles): OpenFile {
  let file: OpenFile
  try {
    file = files.open(range.path, 'r')
  } catch (error) {
    throw fileUnreadable(range.path, reasonOf(error), error)
  }
  if (file.size < range.size) {
    const { size } = file
    file.close()
    throw fileUnreadable(
      range.path,
      `it had ${range.size} bytes when it was listed and has ${size} now`,
    )
  }
  return file
}

class FileSource implements ByteSource {
  readonly #file: OpenFile
  readonly #path: string
  readonly #metrics: TaskMetrics
  #position: number

  constructor(file: OpenFile, path: string, position: number, metrics: TaskMetrics) {
    this.#file = file
    this.#path = path
    this.#position = position
    this.#metrics = metrics
  }

  read(into: Uint8Array): number {
    try {
      const count = this.#file.read(into, this.#position)
      this.#position += count
      this.#metrics.input.bytes += count
      return count
    } catch (error) {
      throw fileUnreadable(this.#path, `${reasonOf(error)} at byte ${this.#position}`, error)
    }
  }

  close(): void {
    this.#file.close()
  }
}

class DecompressedSource implements ByteSource {
  readonly #source: FileSource
  readonly #path: string
  readonly #codec: Exclude<Codec, 'none'>
  readonly #input: CompressedInput
  readonly #decompressor: Decompressor
  #ready: Uint8Array = new Uint8Array()
  #isEnded = false

  constructor(source: FileSource, path: string, codec: Exclude<Codec, 'none'>) {
    this.#source = source
    this.#path = path
    this.#codec = codec
    const { input, decompressor } = decompressorOf(codec, path, source)
    this.#input = input
    this.#decompressor = decompressor
  }

  read(into: Uint8Array): number {
    if (this.#ready.length === 0 && !this.#isEnded) this.#ready = this.#decompress()
    const count = Math.min(into.length, this.#ready.length)
    into.set(this.#ready.subarray(0, count))
    this.#ready = this.#ready.subarray(count)
    return count
  }

  close(): void {
    this.#decompressor.close()
    this.#source.close()
  }

  #decompress(): Uint8Array {
    try {
      const bytes = this.#decompressor.next()
      this.#isEnded = bytes.length === 0
      return bytes
    } catch (error) {
      // What the disk says is no damage.
      if (error instanceof SimSparkError) throw error
      const why = `its ${this.#codec} data breaks off or is damaged before byte ${this.#input.position} (${textOf(error)})`
      throw corruptFile(this.#path, why, {
        cause: error,
        hint: 'If it is not compressed although its name says so, rename it.',
      })
    }
  }
}

/** The operating system's reason, in words. */
export function reasonOf(error: unknown): string {
  const code = (error as { readonly code?: unknown } | null)?.code
  switch (code) {
    case 'ENOENT':
      return 'it is not there (any more)'
    case 'EACCES':
    case 'EPERM':
      return 'this user may not read it'
    case 'EISDIR':
      return 'it is a folder'
    case 'EMFILE':
    case 'ENFILE':
      return 'too many files are open in this process'
    default:
      return textOf(error)
  }
}
