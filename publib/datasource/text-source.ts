import { Buffer } from 'node:buffer'
import { BATCH_RECORDS_MAX, type Batch, type Column, rowsOf } from '#publib/columnar'
import type { SyncFiles } from '#publib/env'
import { kernels } from '#publib/kernels'
import type { TaskMetrics } from '#publib/task'
import { formatBytes } from '#publib/util'
import { type ByteSource, openSource } from './byte-source.ts'
import { corruptFile } from './errors.ts'
import type { FileRange, Split } from './input-file.ts'
import { checkStart, type Encoding, endOfLine, lastEndOfLine, markSize } from './line-ends.ts'
import { columnOfLines, splitLines, splitUtf8 } from './split-lines.ts'

export interface LineOptions {
  /** Default 'utf8'; bytes that are none become U+FFFD. */
  readonly encoding?: Encoding | undefined
  /** A longer line is an error. Default 256 MiB: the longest string has 512 Mi characters. */
  readonly lineBytesMax?: number | undefined
  /** Bytes read at once. Default 512 KiB. */
  readonly chunkBytes?: number | undefined
}

const CHUNK_BYTES = 512 * 1024
const LINE_BYTES_MAX = 256 * 1024 * 1024

/**
 * The lines of a split, without their ends: `\n`, `\r\n` and a lone `\r` end a line, as in Hadoop. A line belongs to the range
 * in which it begins, so that every line is read exactly once however a file is cut; characters are never cut. A byte order
 * mark at the start of a file is left out.
 *
 * @throws FILE_UNREADABLE, CORRUPT_FILE
 */
export function* readLines(
  split: Split,
  files: SyncFiles,
  metrics: TaskMetrics,
  options: LineOptions = {},
): Generator<Batch<string>> {
  for (const range of split.ranges) {
    for (const lines of readRange(range, files, metrics, options)) {
      for (let start = 0; start < lines.length; start += BATCH_RECORDS_MAX) {
        const isWhole = lines.length <= BATCH_RECORDS_MAX
        const batch = isWhole ? lines : lines.slice(start, start + BATCH_RECORDS_MAX)
        metrics.input.records += batch.length
        yield batch
      }
    }
  }
}

function* readRange(
  range: FileRange,
  files: SyncFiles,
  metrics: TaskMetrics,
  options: LineOptions,
): Generator<string[]> {
  const { encoding = 'utf8' } = options
  for (const bytes of readWholeLines(range, files, metrics, options)) {
    if (encoding === 'utf16le') yield splitLines(bytes.toString(encoding))
    else for (const piece of piecesOf(bytes, PIECE_BYTES)) yield linesOf(piece, encoding)
  }
}

/**
 * `readLines` as columns of texts, each valid until the next is asked for. Nothing is decoded but what is no UTF-8.
 *
 * @throws FILE_UNREADABLE, CORRUPT_FILE
 */
export function* readLineColumns(
  split: Split,
  files: SyncFiles,
  metrics: TaskMetrics,
  options: LineOptions = {},
): Generator<Column> {
  const { encoding = 'utf8', chunkBytes = CHUNK_BYTES } = options
  const room = kernels().allocate(chunkBytes)
  try {
    for (const range of split.ranges) {
      for (const bytes of readWholeLines(range, files, metrics, options, room)) {
        for (const piece of piecesOf(bytes, COLUMN_BYTES)) {
          const column = columnOfLines(piece, encoding)
          metrics.input.records += rowsOf(column)
          yield column
        }
      }
    }
  } finally {
    kernels().free(room)
  }
}

/** The lines of a range as bytes, many at a time, valid until the next are asked for. They are read into `room` while it is enough. */
function* readWholeLines(
  range: FileRange,
  files: SyncFiles,
  metrics: TaskMetrics,
  options: LineOptions,
  room?: Uint8Array,
): Generator<Buffer> {
  const unit = options.encoding === 'utf16le' ? 2 : 1
  // Whole characters only; the neighbour rounds alike.
  const start = range.start + (range.start % unit)
  let end = range.codec === 'none' ? range.end + (range.end % unit) : Number.POSITIVE_INFINITY
  if (range.end <= range.start && range.codec === 'none') return
  // One character before the range: whether a line begins at its start shows only there.
  const source = openSource(range, Math.max(0, start - unit), files, metrics)
  try {
    const from = { path: range.path, start: Math.max(0, start - unit), end }
    const window = new LineWindow(source, from, options, room)
    // The first line begins behind the mark, but belongs to whoever reads the start of the file.
    if (start === 0) end = Math.max(end, window.skipMark() + unit)
    else window.skipLine()
    for (let bytes = window.takeLines(end); bytes !== undefined; bytes = window.takeLines(end)) {
      yield bytes
    }
  } finally {
    source.close()
  }
}

/** Text decoded at once: small enough that lines and words of it are still in the cache when they are used. */
const PIECE_BYTES = 64 * 1024
/** Text of one column: its words and what is known of them stay in the second cache of a processor. */
const COLUMN_BYTES = 128 * 1024
const LF = 10
/** Read behind the end of a range for its last line, at a time. */
const BEHIND_BYTES = 4096

/** Some whole lines in pieces that end with a line feed. */
function* piecesOf(bytes: Buffer, size: number): Generator<Buffer> {
  let start = 0
  while (bytes.length - start > size) {
    const last = bytes.lastIndexOf(LF, start + size - 1)
    const end = last >= start ? last : bytes.indexOf(LF, start + size)
    if (end < 0) break
    yield bytes.subarray(start, end + 1)
    start = end + 1
  }
  if (start < bytes.length) yield bytes.subarray(start)
}

function linesOf(bytes: Buffer, encoding: 'utf8' | 'latin1'): string[] {
  return encoding === 'utf8' ? splitUtf8(bytes) : splitLines(bytes.toString('latin1'))
}

/** A window over the bytes of a file: whole lines are taken out at its front, chunks come in at its back. */
class LineWindow {
  readonly #source: ByteSource
  readonly #path: string
  /** Bytes behind it are wanted for the line that stands over it, no more. */
  readonly #end: number
  readonly #encoding: Encoding
  readonly #lineBytesMax: number
  #buffer: Buffer
  #size = 0
  /** Where the window begins in the file. */
  #base: number
  #isEnded = false
  /** Bytes at the front that were given away last: dropped before the next are. */
  #given = 0

  constructor(
    source: ByteSource,
    { path, start, end }: { readonly path: string; readonly start: number; readonly end: number },
    options: LineOptions,
    room = Buffer.allocUnsafeSlow(options.chunkBytes ?? CHUNK_BYTES) as Uint8Array,
  ) {
    this.#source = source
    this.#path = path
    this.#end = end
    this.#base = start
    this.#encoding = options.encoding ?? 'utf8'
    this.#lineBytesMax = options.lineBytesMax ?? LINE_BYTES_MAX
    this.#buffer = Buffer.from(room.buffer, room.byteOffset, room.byteLength)
  }

  /** At the start of the file: gives the size of its byte order mark. */
  skipMark(): number {
    while (this.#size < 4 && this.#fill()) {
      // Until there is enough to tell.
    }
    const start = this.#buffer.subarray(0, Math.min(4, this.#size))
    checkStart({ path: this.#path }, start, this.#encoding)
    const mark = markSize(start, this.#encoding)
    this.#drop(mark)
    return mark
  }

  /** Drops what belongs to the range before: up to the first line end. */
  skipLine(): void {
    for (;;) {
      const end = endOfLine(this.#buffer, 0, this.#size, this.#isEnded, this.#encoding)
      if (end >= 0) {
        this.#drop(end)
        return
      }
      // Only the last character may matter: it may be the first half of a line end.
      this.#drop(Math.max(0, this.#size - 4) & ~1)
      if (!this.#fill()) {
        this.#drop(this.#size)
        return
      }
    }
  }

  /** Some whole lines that begin before `end`, as bytes that are valid until the next call; undefined when there are no more. */
  takeLines(end: number): Buffer | undefined {
    this.#drop(this.#given)
    this.#given = 0
    if (this.#base >= end) return undefined
    for (;;) {
      const cut = this.#cut(end)
      if (cut > 0) {
        this.#given = cut
        return this.#buffer.subarray(0, cut)
      }
      if (this.#isEnded) return undefined
      if (!this.#fill() && this.#size === 0) return undefined
    }
  }

  /** Where the lines to give end in the window; 0 where more bytes are needed. */
  #cut(end: number): number {
    if (this.#isEnded && this.#base + this.#size <= end) return this.#size
    const border = end - this.#base
    if (border > this.#size) {
      return lastEndOfLine(this.#buffer, this.#size, this.#isEnded, this.#encoding)
    }
    const unit = this.#encoding === 'utf16le' ? 2 : 1
    const cut = endOfLine(this.#buffer, border - unit, this.#size, this.#isEnded, this.#encoding)
    if (cut >= 0) return cut
    return this.#isEnded ? this.#size : 0
  }

  #drop(count: number): void {
    this.#buffer.copyWithin(0, count, this.#size)
    this.#size -= count
    this.#base += count
  }

  /** Reads on; false at the end of the file. */
  #fill(): boolean {
    if (this.#isEnded) return false
    if (this.#size === this.#buffer.length) this.#grow()
    const wanted = Math.max(0, this.#end - this.#base - this.#size) + BEHIND_BYTES
    const room = Math.min(this.#buffer.length, this.#size + wanted)
    const count = this.#source.read(this.#buffer.subarray(this.#size, room))
    this.#size += count
    this.#isEnded = count === 0
    return count > 0
  }

  #grow(): void {
    if (this.#size >= this.#lineBytesMax) {
      throw corruptFile(
        this.#path,
        `the line that begins at byte ${this.#base} is longer than ${formatBytes(this.#lineBytesMax)}`,
      )
    }
    const size = Math.min(this.#size * 2, Math.max(this.#lineBytesMax, this.#size + 1))
    const grown = Buffer.allocUnsafeSlow(size)
    this.#buffer.copy(grown, 0, 0, this.#size)
    this.#buffer = grown
  }
}
