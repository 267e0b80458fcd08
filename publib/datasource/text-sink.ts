import { Buffer } from 'node:buffer'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import type { Batch } from '#publib/columnar'
import type { OpenFile, SyncFiles } from '#publib/env'
import type { TaskMetrics } from '#publib/task'
import { type Codec, extensionOf } from './codec.ts'
import { notText, outputWriteFailed } from './errors.ts'
import { attemptFolder } from './output-folders.ts'
import { SyncZlib } from './sync-zlib.ts'

/** What tasks must know of the output they write to. Plain data: it travels with the stage. */
export interface OutputJob {
  /** Where the output will stand. */
  readonly path: string
  readonly staging: string
  readonly jobId: string
  readonly codec: Codec
  readonly mode: 'error' | 'overwrite' | 'append' | 'ignore'
}

/** What one attempt has written: nothing of it is output until the driver commits it. */
export interface WrittenPart {
  readonly partition: number
  readonly attempt: number
  readonly name: string
  readonly rows: number
  readonly bytes: number
  readonly crc32: number
}

export interface SinkEnvironment {
  readonly files: SyncFiles
  readonly metrics: TaskMetrics
  readonly checkCancelled: () => void
}

/** `part-00007.gz`: follows from the partition alone. */
export function partName(partition: number, codec: Codec): string {
  return `part-${String(partition).padStart(5, '0')}${extensionOf(codec)}`
}

/**
 * Writes a partition as lines of text, in the private folder of the attempt: `String(element)`, or the bytes of bytes. An
 * element that holds line ends becomes several lines.
 *
 * @throws DISK_FULL, VALUE_NOT_ENCODABLE
 */
export function writeTextPart(
  records: Iterable<Batch<unknown>>,
  output: OutputJob,
  partition: number,
  attempt: number,
  env: SinkEnvironment,
): WrittenPart {
  const folder = attemptFolder(output.staging, attempt)
  const name = partName(partition, output.codec)
  const path = join(folder, name)
  let part: PartFile | undefined
  try {
    env.files.makeFolder(folder)
    part = new PartFile(env.files.open(path, 'w'), output.codec)
    let rows = 0
    for (const batch of records) {
      env.checkCancelled()
      for (const record of batch) part.line(record)
      rows += batch.length
    }
    part.finish()
    env.metrics.output.records += rows
    env.metrics.output.bytes += part.bytes
    return { partition, attempt, name, rows, bytes: part.bytes, crc32: part.crc32 }
  } catch (error) {
    part?.close()
    env.files.remove(folder)
    throw outputWriteFailed(path, error)
  } finally {
    part?.close()
  }
}

const BUFFER_CHARACTERS = 256 * 1024

class PartFile {
  bytes = 0
  crc32 = 0
  readonly #file: OpenFile
  readonly #zlib: SyncZlib | undefined
  #text = ''

  constructor(file: OpenFile, codec: Codec) {
    this.#file = file
    this.#zlib = codec === 'none' ? undefined : new SyncZlib(codec, 'compress')
  }

  line(record: unknown): void {
    if (record instanceof Uint8Array) {
      this.#flush()
      this.#write(record)
      this.#text = '\n'
      return
    }
    this.#text += `${textOfRecord(record)}\n`
    if (this.#text.length >= BUFFER_CHARACTERS) this.#flush()
  }

  finish(): void {
    this.#flush()
    if (this.#zlib !== undefined) this.#append(this.#zlib.finish())
  }

  close(): void {
    this.#zlib?.close()
    this.#file.close()
  }

  #flush(): void {
    if (this.#text === '') return
    const bytes = Buffer.from(this.#text, 'utf8')
    this.#text = ''
    this.#write(bytes)
  }

  #write(bytes: Uint8Array): void {
    this.#append(this.#zlib === undefined ? bytes : this.#zlib.write(bytes))
  }

  #append(bytes: Uint8Array): void {
    if (bytes.length === 0) return
    this.#file.write(bytes)
    this.bytes += bytes.length
    this.crc32 = crc32(bytes, this.crc32)
  }
}

function textOfRecord(record: unknown): string {
  if (typeof record === 'string') return record
  try {
    return String(record)
  } catch (error) {
    throw notText(error)
  }
}
