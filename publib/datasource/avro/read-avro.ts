import { Buffer } from 'node:buffer'
import type { Batch } from '#publib/columnar'
import type { SyncFiles } from '#publib/env'
import type { TaskMetrics } from '#publib/task'
import { SimSparkError, textOf } from '#publib/util'
import { openSource } from '../byte-source.ts'
import { CompressedInput } from '../codecs/index.ts'
import { corruptFile } from '../errors.ts'
import type { FileRange, Split } from '../input-file.ts'
import { decompressBlock } from './avro-codecs.ts'
import { type AvroType, avroTypeOf } from './avsc.ts'

const MAGIC = Buffer.from('Obj\u0001', 'latin1')
const SYNC_BYTES = 16
const BATCH_RECORDS = 8192
const BLOCK_BYTES_MAX = 1 << 30

/** What stands at the start of a file. */
interface Header {
  readonly type: AvroType
  readonly codec: string
  readonly sync: Buffer
  /** Where the first block begins. */
  readonly end: number
}

/**
 * The records of Avro files, as plain objects. Blocks are set apart by a mark of 16 bytes: a block belongs to the range in which
 * the mark in front of it begins, so that a file may be cut anywhere.
 *
 * @throws CORRUPT_FILE, FILE_UNREADABLE, MODULE_MISSING
 */
export function* readAvro(
  split: Split,
  files: SyncFiles,
  metrics: TaskMetrics,
): Generator<Batch<unknown>> {
  for (const range of split.ranges) {
    const reading = new Reading(range, files, metrics)
    try {
      for (const records of reading.batches()) {
        metrics.input.records += records.length
        yield records
      }
    } catch (error) {
      if (error instanceof SimSparkError) throw error
      const why = `its Avro data breaks off or is damaged before byte ${reading.position} (${textOf(error)})`
      throw corruptFile(range.path, why, { cause: error })
    } finally {
      reading.close()
    }
  }
}

class Reading {
  readonly #range: FileRange
  readonly #files: SyncFiles
  readonly #metrics: TaskMetrics
  #close: () => void = () => {}
  #input = new CompressedInput({ read: () => 0 })
  #base = 0

  constructor(range: FileRange, files: SyncFiles, metrics: TaskMetrics) {
    this.#range = range
    this.#files = files
    this.#metrics = metrics
  }

  /** How far it has read. */
  get position(): number {
    return this.#base + this.#input.position
  }

  close(): void {
    this.#close()
    this.#close = () => {}
  }

  *batches(): Generator<unknown[]> {
    const isWhole = this.#range.codec !== 'none'
    if (!isWhole && this.#range.end <= this.#range.start) return
    this.#open(0)
    const header = this.#header()
    const end = isWhole ? Number.POSITIVE_INFINITY : this.#range.end
    if (!isWhole && this.#range.start > header.end - SYNC_BYTES) {
      const mark = this.#find(header.sync)
      if (mark === undefined || mark >= end) return
      this.#open(mark + SYNC_BYTES)
    }
    while (this.position - SYNC_BYTES < end && !this.#input.isAtEnd()) yield* this.#block(header)
  }

  #open(position: number): void {
    this.close()
    const source = openSource(this.#range, position, this.#files, this.#metrics)
    this.#close = () => source.close()
    this.#input = new CompressedInput(source)
    this.#base = position
  }

  #header(): Header {
    if (!MAGIC.equals(this.#input.take(MAGIC.length))) throw new Error('it is no Avro file')
    const meta = new Map<string, string>()
    for (let count = this.#long(); count !== 0; count = this.#long()) {
      // A negative count has the size of the block behind it.
      if (count < 0) this.#long()
      for (let i = 0; i < Math.abs(count); i++) meta.set(this.#text(), this.#text())
    }
    const sync = Buffer.from(this.#input.take(SYNC_BYTES))
    const type = avroTypeOf(JSON.parse(meta.get('avro.schema') ?? ''))
    return { type, codec: meta.get('avro.codec') ?? 'null', sync, end: this.position }
  }

  /** Where the first mark at or behind the start of the range begins. */
  #find(sync: Buffer): number | undefined {
    this.#open(this.#range.start)
    let carried = Buffer.alloc(0)
    let before = this.#range.start
    for (;;) {
      const piece = this.#input.piece()
      if (piece.length === 0) return undefined
      const bytes = Buffer.concat([carried, piece])
      const at = bytes.indexOf(sync)
      if (at >= 0) return before + at
      const kept = Math.min(SYNC_BYTES - 1, bytes.length)
      before += bytes.length - kept
      carried = bytes.subarray(bytes.length - kept)
    }
  }

  *#block({ type, codec, sync }: Header): Generator<unknown[]> {
    const count = this.#long()
    const size = this.#long()
    if (count < 0 || size < 0 || size > BLOCK_BYTES_MAX) throw new Error('damaged block')
    const bytes = decompressBlock(codec, this.#input.take(size), this.#range.path)
    if (!sync.equals(this.#input.take(SYNC_BYTES))) throw new Error('damaged mark behind a block')
    let records: unknown[] = []
    let at = 0
    for (let i = 0; i < count; i++) {
      const { value, offset } = type.decode(bytes, at)
      if (offset < 0) throw new Error('a record goes on behind its block')
      at = offset
      records.push(plain(value))
      if (records.length < BATCH_RECORDS) continue
      yield records
      records = []
    }
    if (at !== bytes.length) throw new Error('a block holds more than its records')
    if (records.length > 0) yield records
  }

  #text(): string {
    const size = this.#long()
    if (size < 0 || size > BLOCK_BYTES_MAX) throw new Error('damaged header')
    return Buffer.from(this.#input.take(size)).toString('utf8')
  }

  /** A number in zigzag, seven bits a byte, the lowest first; beyond 2^53 nothing here is meaningful. */
  #long(): number {
    let value = 0
    let scale = 1
    for (let i = 0; i < 10; i++) {
      const byte = this.#input.byte()
      value += (byte & 0x7f) * scale
      if (byte < 128) return value % 2 === 0 ? value / 2 : -(value + 1) / 2
      scale *= 128
    }
    throw new Error('damaged number')
  }
}

/** Records are instances of classes that the package makes: they become objects like any other. */
function plain(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Date || value instanceof Uint8Array) return value
  if (Array.isArray(value)) return value.map(plain)
  return Object.fromEntries(Object.entries(value).map(([key, own]) => [key, plain(own)]))
}
