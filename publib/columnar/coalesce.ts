import { type Column, rowsOf } from './column.ts'
import { concatColumns } from './concat.ts'
import { columnBytes } from './size.ts'

/** Columns of fewer rows, and of fewer bytes, are joined with their neighbours. */
const ROWS_MIN = 1024
const BYTES_MIN = 1 << 18
/** Rows and bytes of what they are joined to, and less than twice as many. */
const ROWS_JOINED = 4096
const BYTES_JOINED = 1 << 20

/** Whether a column is so small that work done for each column would be most of the work. */
export function isTiny(column: Column): boolean {
  return rowsOf(column) < ROWS_MIN && columnBytes(column) < BYTES_MIN
}

/**
 * The same rows in columns that are not tiny: neighbours of few rows are joined, as long as they are of one kind. What is done
 * for each column would be most of the work.
 */
export function* coalesceColumns(columns: Iterable<Column>): Generator<Column> {
  let waiting: Column[] = []
  let rows = 0
  let bytes = 0
  for (const column of columns) {
    const own = rowsOf(column)
    if (own === 0) continue
    const tiny = isTiny(column)
    const joins = waiting.length > 0 && tiny && isAlike(waiting[0]!, column)
    if (waiting.length > 0 && !joins) {
      yield concatColumns(waiting)
      waiting = []
      rows = 0
      bytes = 0
    }
    if (!tiny) {
      yield column
      continue
    }
    waiting.push(column)
    rows += own
    bytes += columnBytes(column)
    if (rows < ROWS_JOINED && bytes < BYTES_JOINED) continue
    yield concatColumns(waiting)
    waiting = []
    rows = 0
    bytes = 0
  }
  if (waiting.length > 0) yield concatColumns(waiting)
}

/** Whether both are of one kind, also in all that is inside them; integers and doubles are. */
function isAlike(a: Column, b: Column): boolean {
  switch (a.kind) {
    case 'f64':
    case 'i32':
      return b.kind === 'f64' || b.kind === 'i32'
    case 'bytes':
      return b.kind === 'bytes' && a.isBuffer === b.isBuffer
    case 'constant':
      return b.kind === 'constant' && a.value === b.value
    case 'nullable':
      return b.kind === 'nullable' && isAlike(a.values, b.values)
    case 'list':
      return b.kind === 'list' && a.isGroup === b.isGroup && isAlike(a.items, b.items)
    case 'tuple':
      return b.kind === 'tuple' && areAlike(a.fields, b.fields)
    case 'record':
      if (b.kind !== 'record' || a.keys.length !== b.keys.length) return false
      return a.keys.every((key, i) => key === b.keys[i]) && areAlike(a.fields, b.fields)
    default:
      return a.kind === b.kind
  }
}

function areAlike(a: readonly Column[], b: readonly Column[]): boolean {
  return a.length === b.length && a.every((field, i) => isAlike(field, b[i]!))
}
