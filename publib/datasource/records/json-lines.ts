import type { Batch } from '#publib/columnar'
import type { SyncFiles } from '#publib/env'
import type { TaskMetrics } from '#publib/task'
import { textOf } from '#publib/util'
import { malformedRecord } from '../errors.ts'
import type { FileRange, Split } from '../input-file.ts'
import type { Encoding } from '../line-ends.ts'
import { readLines } from '../text-source.ts'
import { parseWithLargeIntegers } from './large-integers.ts'
import { byteOfLine } from './record-place.ts'
import type { RecordPolicy } from './record-policy.ts'

/** How JSON lines are read: plain data. */
export interface JsonScan {
  readonly encoding: Encoding
  readonly policy: RecordPolicy
  /** What integers become that a number cannot hold. */
  readonly largeIntegers: 'number' | 'bigint' | 'string'
}

/**
 * One JSON value a line; lines of nothing but white space are left out. A key that comes twice has its last value, and
 * `__proto__` is a key like any other.
 *
 * @throws MALFORMED_RECORD with file and line
 */
export function* readJsonLines(
  split: Split,
  scan: JsonScan,
  files: SyncFiles,
  metrics: TaskMetrics,
  onMalformed: () => void = () => undefined,
): Generator<Batch<unknown>> {
  const { encoding, policy } = scan
  const options = { encoding, lineBytesMax: policy.recordBytesMax }
  for (const range of split.ranges) {
    const parser = new LineParser(range, scan, files, metrics, onMalformed)
    let linesBefore = 0
    for (const lines of readLines({ ranges: [range] }, files, metrics, options)) {
      const values = parser.values(lines, linesBefore)
      linesBefore += lines.length
      if (values.length > 0) yield values
    }
  }
}

/** Parses the lines of a range. */
export class LineParser {
  readonly #range: FileRange
  readonly #scan: JsonScan
  readonly #files: SyncFiles
  readonly #metrics: TaskMetrics
  readonly #onMalformed: () => void

  constructor(
    range: FileRange,
    scan: JsonScan,
    files: SyncFiles,
    metrics: TaskMetrics,
    onMalformed: () => void,
  ) {
    this.#range = range
    this.#scan = scan
    this.#files = files
    this.#metrics = metrics
    this.#onMalformed = onMalformed
  }

  /** What some lines hold; `linesBefore` of the range stand in front of them. @throws MALFORMED_RECORD */
  values(lines: readonly string[], linesBefore: number): unknown[] {
    const values: unknown[] = []
    for (let i = 0; i < lines.length; i++) {
      const failed = this.#parse(lines[i]!, values)
      if (failed === undefined) continue
      const { encoding } = this.#scan
      const reading = { files: this.#files, metrics: this.#metrics, encoding }
      throw failure(this.#range, linesBefore + i, failed, reading)
    }
    return values
  }

  /** Adds what a line holds; gives the error that ends the job. */
  #parse(line: string, values: unknown[]): unknown {
    const { largeIntegers, policy } = this.#scan
    try {
      values.push(
        largeIntegers === 'number' ? JSON.parse(line) : parseWithLargeIntegers(line, largeIntegers),
      )
      return undefined
    } catch (error) {
      if (line.trim() === '') return undefined
      this.#onMalformed()
      if (policy.mode === 'failFast') return error
      // Nothing of it can be read.
      const { corruptColumn } = policy
      if (policy.mode === 'permissive') {
        values.push(corruptColumn === undefined ? {} : { [corruptColumn]: line })
      }
      return undefined
    }
  }
}

interface Reading {
  readonly files: SyncFiles
  readonly metrics: TaskMetrics
  readonly encoding: Encoding
}

/** The error of the line `index` of a range; the lines before the range are counted only now. */
function failure(
  range: FileRange,
  index: number,
  error: unknown,
  { files, metrics, encoding }: Reading,
): Error {
  let before: number | undefined = 0
  try {
    if (range.start > 0) {
      const front = { ...range, start: 0, end: range.start }
      for (const lines of readLines({ ranges: [front] }, files, metrics, { encoding })) {
        before += lines.length
      }
    }
  } catch {
    before = undefined
  }
  const line = before === undefined ? undefined : before + index + 1
  const isBytes = encoding !== 'utf16le'
  const byte = isBytes && line !== undefined ? byteOfLine(range, line, files) : undefined
  return malformedRecord(range.path, { line, byte }, `not JSON: ${textOf(error)}`)
}
