import { type Column, rowsOf, valuesOf } from '#publib/columnar'
import type { SyncFiles } from '#publib/env'
import type { TaskMetrics } from '#publib/task'
import type { Split } from '../input-file.ts'
import { readLineColumns } from '../text-source.ts'
import { type JsonScan, LineParser } from './json-lines.ts'

/** The lines of columns whose values nobody has parsed yet. */
const unparsed = new WeakMap<Column, Column>()

/**
 * `readJsonLines` as columns of values, each valid until the next is asked for: lines are parsed when somebody looks at the
 * values.
 */
export function* readJsonLineColumns(
  split: Split,
  scan: JsonScan,
  files: SyncFiles,
  metrics: TaskMetrics,
  onMalformed: () => void = () => undefined,
): Generator<Column> {
  const { encoding, policy, largeIntegers } = scan
  const options = { encoding, lineBytesMax: policy.recordBytesMax }
  for (const range of split.ranges) {
    const parser = new LineParser(range, scan, files, metrics, onMalformed)
    let linesBefore = 0
    for (const lines of readLineColumns({ ranges: [range] }, files, metrics, options)) {
      const column = valuesOfLines(lines, linesBefore, parser)
      if (largeIntegers === 'number') unparsed.set(column, lines)
      linesBefore += rowsOf(lines)
      yield column
    }
  }
}

function valuesOfLines(lines: Column, linesBefore: number, parser: LineParser): Column {
  let made: readonly unknown[] | undefined
  return {
    kind: 'values',
    get values() {
      made ??= parser.values(valuesOf(lines) as string[], linesBefore)
      return made
    },
  }
}

/**
 * The lines that a column's values are parsed from, with empty ones and such as cannot be read. Undefined for any other column.
 * Where all of them are objects, the column has a row for each.
 */
export function linesOf(column: Column): Column | undefined {
  return unparsed.get(column)
}
