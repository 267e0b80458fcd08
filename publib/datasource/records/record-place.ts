import type { SyncFiles } from '#publib/env'
import { emptyMetrics } from '#publib/task'
import { openSource } from '../byte-source.ts'
import type { FileRange } from '../input-file.ts'

const LF = 10
const CR = 13
const READ_BYTES = 1 << 20

/** Bytes of a file from its start, piece by piece; valid until the next. */
function* piecesOf(range: FileRange, files: SyncFiles): Generator<Uint8Array> {
  const source = openSource({ ...range, start: 0, end: range.size }, 0, files, emptyMetrics())
  try {
    const buffer = new Uint8Array(READ_BYTES)
    for (let count = source.read(buffer); count > 0; count = source.read(buffer)) {
      yield buffer.subarray(0, count)
    }
  } finally {
    source.close()
  }
}

/** The byte at which line `line` begins, counted from 1: `\n`, `\r\n` and a lone `\r` end lines. Undefined where it cannot be read again. */
export function byteOfLine(range: FileRange, line: number, files: SyncFiles): number | undefined {
  try {
    let base = 0
    let ends = 0
    let last = 0
    for (const piece of piecesOf(range, files)) {
      for (let i = 0; i < piece.length; i++) {
        const byte = piece[i]!
        // A line has ended where something other than the feed of its return follows.
        if (last === LF || (last === CR && byte !== LF)) ends++
        if (ends === line - 1) return base + i
        last = byte
      }
      base += piece.length
    }
  } catch {
    // The file is gone: its name must do.
  }
  return undefined
}

/** The line, counted from 1, in which byte `position` of a file stands: found when an error is told. Undefined where it cannot be read again. */
export function lineAt(range: FileRange, position: number, files: SyncFiles): number | undefined {
  try {
    let line = 1
    let left = position
    for (const piece of piecesOf(range, files)) {
      const looked = piece.subarray(0, left)
      for (let at = looked.indexOf(LF); at >= 0; at = looked.indexOf(LF, at + 1)) line++
      left -= looked.length
      if (left === 0) break
    }
    return line
  } catch {
    return undefined
  }
}
