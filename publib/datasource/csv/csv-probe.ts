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
  /** What the first rows can be read as. */
  readonly types: readonly CellType[]
}

const HEAD_BYTES = 1 << 20
const HEAD_ROWS = 1000
const READ_BYTES = 1 << 20

/** Looks at the first rows of a file. Undefined where it is empty. */
export function readHead(
  range: FileRange,
  format: CsvFormat,
  files: SyncFiles,
  metrics: TaskMetrics,
): CsvHead | undefined {
  const source = openCsv({ ...range, start: 0, end: range.size }, 0, format, files, metrics)
  try {
    const window = new CsvWindow(source, 0, Math.min(HEAD_BYTES, range.size + 1))
    window.advance(0)
    checkStart(range, window.bytes, format.encoding)
    const mark = markSize(window.bytes, readAs(format))
    const { bytes, isEnded } = window
    const scanner = new CsvScanner(bytesOf(format))
    const found = scanner.scan(bytes, mark, bytes.length, bytes.length, isEnded)
    if (found.rows === 0) return undefined
    const cells = new CsvCells(bytes, found, format)
    const names = format.hasHeader ? headerOf(cells) : undefined
    const first = format.hasHeader ? 1 : 0
    const rows = Math.min(found.rows, HEAD_ROWS)
    const types = Array.from({ length: cells.fieldCount(0) }, (_, place) => {
      const texts: string[] = []
      for (let row = first; row < rows; row++) {
        const text = cells.text(row, place)
        if (text !== null) texts.push(text)
      }
      return inferType(texts)
    })
    return { names, types }
  } finally {
    source.close()
  }
}

/**
 * How quotes move over a range that has neighbours. It looks one byte before the range, up to one byte before its end: there
 * the reader of the next range begins to look.
 */
export function quotesOver(
  range: FileRange,
  format: CsvFormat,
  files: SyncFiles,
  metrics: TaskMetrics,
): QuoteTable {
  const start = Math.max(0, range.start - 1)
  const before = Math.max(0, start - 1)
  const source = openSource(range, before, files, metrics)
  try {
    const buffer = new Uint8Array(Math.min(READ_BYTES, range.size))
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
