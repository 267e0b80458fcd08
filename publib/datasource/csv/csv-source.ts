import { type Batch, type Column, valuesOf } from '#publib/columnar'
import type { SyncFiles } from '#publib/env'
import { kernels } from '#publib/kernels'
import type { TaskMetrics } from '#publib/task'
import { formatBytes } from '#publib/util'
import { type ByteSource, openSource } from '../byte-source.ts'
import { malformedRecord } from '../errors.ts'
import type { FileRange } from '../input-file.ts'
import { checkStart, markSize } from '../line-ends.ts'
import { lineAt } from '../records/record-place.ts'
import type { RecordPolicy } from '../records/record-policy.ts'
import type { CellType } from './cell-types.ts'
import { CsvCells } from './csv-cells.ts'
import { bytesOf, type CsvFormat, LF } from './csv-format.ts'
import { CsvGrids } from './csv-grids.ts'
import { CsvRows } from './csv-rows.ts'
import { CsvScanner } from './csv-scanner.ts'
import { CsvWindow } from './csv-window.ts'
import type { QuoteState } from './quote-state.ts'
import { Utf16Source } from './utf16-source.ts'

/** How the rows of CSV files are read: plain data. */
export interface CsvScan {
  readonly format: CsvFormat
  readonly policy: RecordPolicy
  /** Names of the columns; undefined: rows are arrays. */
  readonly names: readonly string[] | undefined
  /** One for each name; undefined: all are text. */
  readonly types: readonly CellType[] | undefined
}

/** Opens a range; text of two bytes a character becomes UTF-8. */
export function openCsv(
  range: FileRange,
  position: number,
  format: CsvFormat,
  files: SyncFiles,
  metrics: TaskMetrics,
): ByteSource {
  const source = openSource(range, position, files, metrics)
  return format.encoding === 'utf16le' ? new Utf16Source(source) : source
}

/** The encoding of what `openCsv` gives. */
export const readAs = ({ encoding }: CsvFormat): 'utf8' | 'latin1' =>
  encoding === 'latin1' ? 'latin1' : 'utf8'

/** A range of a file, and how quotes stand at the byte in front of it. */
export interface CsvRange extends FileRange {
  readonly quotes: QuoteState
}

const CHUNK_BYTES = 512 * 1024

/**
 * The rows of some ranges as columns: a record of a column for each name, or a tuple. A record belongs to the range in which
 * it begins. `onMalformed` is called for each record that is not as it should be.
 *
 * @throws MALFORMED_RECORD, FILE_UNREADABLE, CORRUPT_FILE
 */
export function* readCsv(
  ranges: readonly CsvRange[],
  scan: CsvScan,
  files: SyncFiles,
  metrics: TaskMetrics,
  onMalformed: () => void = () => undefined,
): Generator<Column> {
  const chunk = kernels().allocate(CHUNK_BYTES)
  const ends = kernels().allocate(CHUNK_BYTES)
  try {
    const room = { chunk, ends: new Uint32Array(ends.buffer, ends.byteOffset, CHUNK_BYTES / 4) }
    for (const range of ranges) {
      if (range.end <= range.start && range.codec === 'none') continue
      yield* readRange(range, scan, files, metrics, onMalformed, room)
    }
  } finally {
    kernels().free(ends)
    kernels().free(chunk)
  }
}

/** Memory that kernels read and write without a copy. */
interface Room {
  readonly chunk: Uint8Array
  readonly ends: Uint32Array
}

/** `readCsv`, as records. */
export function* readCsvRecords(...args: Parameters<typeof readCsv>): Generator<Batch<unknown>> {
  for (const column of readCsv(...args)) yield valuesOf(column)
}

function* readRange(
  range: CsvRange,
  scan: CsvScan,
  files: SyncFiles,
  metrics: TaskMetrics,
  onMalformed: () => void,
  room: Room,
): Generator<Column> {
  const bytes = bytesOf(scan.format)
  // Two bytes before the range: whether a record begins at its start, and whether the byte in front opens quotes.
  const position = Math.max(0, range.start - 2)
  const end = range.codec === 'none' ? range.end : Number.POSITIVE_INFINITY
  const source = openCsv(range, position, scan.format, files, metrics)
  try {
    const window = new CsvWindow(source, position, CHUNK_BYTES, room.chunk)
    window.advance(0)
    if (range.start === 0) {
      checkStart(range, window.bytes, scan.format.encoding)
      window.advance(markSize(window.bytes, readAs(scan.format)))
    } else {
      const before = range.start >= 2 ? window.bytes[0]! : LF
      if (range.start >= 2) window.drop(1)
      window.skipRecord(range.quotes, bytes, before)
    }
    const scanner = new CsvScanner(bytes)
    const rows = new CsvRows(scan, onMalformed, (byte, why, hint) =>
      malformedRecord(range.path, { line: lineAt(range, byte, files), byte }, why, hint),
    )
    const grids = CsvGrids.canRead(scan) ? new CsvGrids(scan, room.ends) : undefined
    let needsHeader = range.start === 0 && scan.format.hasHeader
    while (window.bytes.length > 0 && window.base < end) {
      const limit = Math.min(window.bytes.length, end - window.base)
      const even = needsHeader ? undefined : grids?.read(window.bytes, limit, window.isEnded)
      if (even?.column !== undefined) {
        metrics.input.records += even.column.rows
        yield even.column
        if (window.base + even.rest >= end) return
        window.advance(even.rest)
        continue
      }
      const found = scanner.scan(window.bytes, 0, limit, window.bytes.length, window.isEnded)
      if (found.rows > 0) {
        const cells = new CsvCells(window.bytes, found, scan.format)
        if (needsHeader) rows.checkHeader(cells, window.base)
        const column = rows.columnOf(cells, found, needsHeader ? 1 : 0, window.base)
        needsHeader = false
        if (column !== undefined) {
          metrics.input.records += column.rows
          yield column
        }
      }
      if (window.base + found.rest >= end) return
      const isTooLong = found.rest === 0 && window.bytes.length > scan.policy.recordBytesMax
      if (isTooLong) throw tooLong(range, window.base, scan.policy.recordBytesMax, files)
      if (!window.advance(found.rest) && window.isEnded && found.rest === 0) return
    }
  } finally {
    source.close()
  }
}

function tooLong(range: CsvRange, byte: number, max: number, files: SyncFiles): Error {
  return malformedRecord(
    range.path,
    { line: lineAt(range, byte, files), byte },
    `a record begins here that is longer than ${formatBytes(max)}: a quote may be opened and never closed`,
    'Mend the file, or raise recordBytesMax.',
  )
}
