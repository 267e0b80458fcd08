import type { SyncFiles } from '#publib/env'
import type { TaskMetrics } from '#publib/task'
import { openSource } from '../byte-source.ts'
import type { FileRange } from '../input-file.ts'
import { checkStart, markSize } from '../line-ends.ts'
import { type CellType, inferType } from './cell-types.ts'
import { CsvCells } from './csv-cells.ts'
import { bytesOf, type CsvFormat, LF } from './csv-format.ts'
import { headerOf } from './csv-rows.ts'
import { CsvScanner } from './csv-scanner.ts'
import { openCsv, readAs } from './csv-source.ts'
import { CsvWindow } from './csv-window.ts'
import { OUTSIDE, type QuoteState, type QuoteTable, QuoteTracker } from './quote-state.ts'

/** What must be known of CSV files before they are read. */
export interface CsvHead {
  /** The names in the first record, or those that were given. Undefined where there are none. */
  readonly names: readonly string[] | undefined
  /** What the first rows can be read as, where that was asked for. */
  readonly types: readonly CellType[] | undefined
}

/** As much is looked at for types; names stand in the first record. */
const HEAD_BYTES = 1 << 20
const HEAD_ROWS = 1000
const NAMES_BYTES = 1 << 16
const READ_BYTES = 1 << 20
/** So much in front of a range's end tells mostly how quotes stand there, whatever is before it. */
const NEAR_BYTES = 1 << 16

/** Looks at the first rows of a file. Undefined where it is empty. */
export function readHead(
  range: FileRange,
  format: CsvFormat,
  infersTypes: boolean,
  files: SyncFiles,
  metrics: TaskMetrics,
): CsvHead | undefined {
  const source = openCsv({ ...range, start: 0, end: range.size }, 0, format, files, metrics)
  try {
    const size = infersTypes ? HEAD_BYTES : NAMES_BYTES
    const window = new CsvWindow(source, 0, Math.min(size, range.size + 1))
    window.advance(0)
    checkStart(range, window.bytes, format.encoding)
    const mark = markSize(window.bytes, readAs(format))
    const scan = () => {
      const { bytes, isEnded } = window
      const scanner = new CsvScanner(bytesOf(format))
      return scanner.scan(bytes, mark, bytes.length, bytes.length, isEnded)
    }
    let found = scan()
    while (found.rows === 0 && window.bytes.length < HEAD_BYTES && window.advance(0)) found = scan()
    if (found.rows === 0) return undefined
    const cells = new CsvCells(window.bytes, found, format)
    const names = format.hasHeader ? headerOf(cells) : undefined
    const types = infersTypes ? typesOf(cells, found.rows, format) : undefined
    return { names, types }
  } finally {
    source.close()
  }
}

function typesOf(cells: CsvCells, found: number, format: CsvFormat): CellType[] {
  const first = format.hasHeader ? 1 : 0
  const rows = Math.min(found, HEAD_ROWS)
  return Array.from({ length: cells.fieldCount(0) }, (_, place) => {
    const texts: string[] = []
    for (let row = first; row < rows; row++) {
      const text = cells.text(row, place)
      if (text !== null) texts.push(text)
    }
    return inferType(texts)
  })
}

/**
 * How quotes move over a range that has neighbours. It looks one byte before the range, up to one byte before its end: there
 * the reader of the next range begins to look. A quote within a text that is not quoted, or that closes one, leaves one way
 * only how quotes can stand behind it: so the last bytes tell enough, mostly.
 */
export function quotesOver(
  range: FileRange,
  format: CsvFormat,
  files: SyncFiles,
  metrics: TaskMetrics,
  nearBytes = NEAR_BYTES,
): QuoteTable {
  const start = Math.max(0, range.start - 1)
  const near = range.end - 1 - nearBytes
  if (near > start) {
    const table = quotesFrom(near, range, format, files, metrics)
    if (table.every(state => state === table[0])) return table
  }
  return quotesFrom(start, range, format, files, metrics)
}

/** From byte `start` of the file to one byte before the range's end. */
function quotesFrom(
  start: number,
  range: FileRange,
  format: CsvFormat,
  files: SyncFiles,
  metrics: TaskMetrics,
): QuoteTable {
  const before = Math.max(0, start - 1)
  const source = openSource(range, before, files, metrics)
  try {
    const buffer = new Uint8Array(Math.min(READ_BYTES, range.end - before))
    let position = before
    let tracker: QuoteTracker | undefined
    while (position < range.end - 1) {
      const wanted = Math.min(buffer.length, range.end - 1 - position)
      const count = source.read(buffer.subarray(0, wanted))
      if (count === 0) break
      let piece = buffer.subarray(0, count)
      if (tracker === undefined) {
        const hasByteBefore = before < start
        const mark = start === 0 ? markSize(piece, format.encoding) : 0
        tracker = new QuoteTracker(bytesOf(format), hasByteBefore ? piece[0]! : LF)
        piece = piece.subarray(hasByteBefore ? 1 : mark)
      }
      tracker.push(piece)
      position += count
    }
    return tracker?.table ?? [0, 1, 2]
  } finally {
    source.close()
  }
}

/** How quotes stand at the start of each of some neighbouring ranges, the first at the start of a file. */
export function quotesAt(tables: readonly QuoteTable[]): QuoteState[] {
  let state: QuoteState = OUTSIDE
  return tables.map(table => {
    const atStart = state
    state = table[state]!
    return atStart
  })
}
