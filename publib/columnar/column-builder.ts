import { type Column, rowsOf } from './column.ts'
import { isTwice } from './fields.ts'
import {
  ConstantLane,
  FlatLane,
  grown,
  type Lane,
  NumberLane,
  ROWS_MIN,
  RunLane,
  ValuesLane,
} from './lanes.ts'
import { type Located, locate } from './locate.ts'

/**
 * A column that grows by parts of others. Kinds may change on the way: integers become doubles, absent values make it
 * nullable, and what does not fit otherwise makes it a column of plain values.
 */
export class ColumnBuilder {
  #lane: Lane | undefined

  get rows(): number {
    return this.#lane?.rows ?? 0
  }

  /** What its rows take, in bytes; plain values by a sample. */
  get bytes(): number {
    return this.#lane?.bytes ?? 0
  }

  /** A whole column, behind what there is. */
  addAll(column: Column): void {
    this.add(locate(column), 0, rowsOf(column))
  }

  /** The rows `from` up to `to`, behind what there is. */
  add(rows: Located, from: number, to: number): void {
    if (to <= from) return
    this.#lane = laneThatTakes(rows.column, this.#lane)
    this.#lane.add(rows, from, to)
  }

  /** What it holds: views of its memory, valid until rows are added after `clear`. */
  column(): Column {
    return this.#lane?.column() ?? { kind: 'constant', rows: 0, value: undefined }
  }

  /** Forgets all rows, and keeps memory for others. */
  clear(): void {
    this.#lane?.clear()
  }

  /** What it holds, which is its own no more: it begins anew. */
  finish(): Column {
    const column = this.column()
    this.#lane = undefined
    return column
  }

  /** Goes on with these rows. */
  static from(lane: Lane): ColumnBuilder {
    const builder = new ColumnBuilder()
    builder.#lane = lane
    return builder
  }
}

/** Columns one behind the other as one. */
export function concatColumns(columns: Iterable<Column>): Column {
  const builder = new ColumnBuilder()
  for (const column of columns) builder.addAll(column)
  return builder.finish()
}

function laneThatTakes(column: Column, lane: Lane | undefined): Lane {
  if (lane === undefined) return laneFor(column)
  // A lane that was widened for odd rows is not kept for plain ones.
  if (lane.rows === 0 && lane.kind !== column.kind && !(lane instanceof NumberLane)) {
    return laneFor(column)
  }
  if (lane.takes(column)) return lane
  return lane.rows === 0 ? laneFor(column) : widened(lane, column)
}

function laneFor(column: Column): Lane {
  switch (column.kind) {
    case 'constant':
      return new ConstantLane(column.value)
    case 'f64':
    case 'i32':
      return new NumberLane()
    case 'utf8':
    case 'utf16':
    case 'bytes':
      return new RunLane(column)
    case 'nullable':
      return new NullableLane(new ColumnBuilder())
    case 'tuple':
    case 'record':
      return new FieldsLane(column)
    case 'list':
      return new ListLane(column.isGroup)
    case 'values':
      return new ValuesLane()
    default:
      return new FlatLane(column.kind)
  }
}

/** What holds the rows of `lane`, and can hold those of `column`, which it cannot. */
function widened(lane: Lane, column: Column): Lane {
  if (column.kind !== 'values') {
    if (lane instanceof ConstantLane) {
      return new NullableLane(new ColumnBuilder(), lane.rows, lane.value === null ? 1 : 2)
    }
    if (
      (column.kind === 'constant' || column.kind === 'nullable') &&
      !(lane instanceof ValuesLane)
    ) {
      return new NullableLane(ColumnBuilder.from(lane))
    }
  }
  const values = new ValuesLane()
  const held = lane.column()
  values.add(locate(held), 0, rowsOf(held))
  return values
}

/** Values of which some are absent. */
class NullableLane implements Lane {
  readonly kind = 'nullable'
  rows: number
  readonly #values: ColumnBuilder
  #marks: Uint8Array

  /** Goes on behind `values`, if there are any, or behind so many rows that are all of one mark. */
  constructor(values: ColumnBuilder, absentRows = 0, mark = 0) {
    this.#values = values
    this.rows = absentRows === 0 ? values.rows : absentRows
    this.#marks = new Uint8Array(Math.max(ROWS_MIN, this.rows)).fill(mark, 0, absentRows)
  }

  get bytes(): number {
    return this.rows + this.#values.bytes
  }

  takes(column: Column): boolean {
    return column.kind !== 'values'
  }

  add(part: Located, from: number, to: number): void {
    const { column, starts } = part
    const row = this.rows
    this.rows += to - from
    if (this.rows > this.#marks.length) this.#marks = grown(this.#marks, row, this.rows)
    if (column.kind === 'constant') {
      this.#marks.fill(column.value === null ? 1 : 2, row, this.rows)
    } else if (column.kind === 'nullable') {
      this.#marks.set(column.marks.subarray(from, to), row)
      this.#values.add(part.parts[0]!, starts![from]!, starts![to]!)
    } else {
      this.#marks.fill(0, row, this.rows)
      this.#values.add(part, from, to)
    }
  }

  column(): Column {
    const marks = this.#marks.subarray(0, this.rows)
    return { kind: 'nullable', marks, values: this.#values.column() }
  }

  clear(): void {
    this.rows = 0
    this.#values.clear()
  }
}

/** Arrays of one length, or objects of the same keys. */
class FieldsLane implements Lane {
  readonly kind: 'tuple' | 'record'
  rows = 0
  readonly #like: Column & { kind: 'tuple' | 'record' }
  #fields: readonly ColumnBuilder[]
  /** Whether there is one builder for both fields of pairs that were twice the same so far. */
  #isTwice: boolean

  constructor(like: Column & { kind: 'tuple' | 'record' }) {
    this.kind = like.kind
    this.#like = like
    this.#isTwice = isTwice(like)
    const fields = this.#isTwice ? like.fields.slice(1) : like.fields
    this.#fields = fields.map(() => new ColumnBuilder())
  }

  get bytes(): number {
    let bytes = 0
    for (const field of this.#fields) bytes += field.bytes
    return bytes
  }

  takes(column: Column): boolean {
    const like = this.#like
    if (column.kind === 'tuple') {
      return like.kind === 'tuple' && column.fields.length === like.fields.length
    }
    if (column.kind !== 'record' || like.kind !== 'record') return false
    const { keys } = column
    return keys === like.keys || (keys.length === like.keys.length && isSame(keys, like.keys))
  }

  add({ parts }: Located, from: number, to: number): void {
    this.rows += to - from
    if (this.#isTwice && parts[0] !== parts[1]) this.#part()
    const fields = this.#fields
    for (let i = 0; i < fields.length; i++) fields[i]!.add(parts[i]!, from, to)
  }

  column(): Column {
    const fields = this.#fields.map(field => field.column())
    if (this.#isTwice) fields.push(fields[0]!)
    return { ...this.#like, rows: this.rows, fields }
  }

  clear(): void {
    this.rows = 0
    for (const field of this.#fields) field.clear()
  }

  /** From now on both fields have a builder. */
  #part(): void {
    const [first] = this.#fields as [ColumnBuilder]
    const second = new ColumnBuilder()
    second.addAll(first.column())
    this.#fields = [first, second]
    this.#isTwice = false
  }
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a.every((key, i) => key === b[i])
}

/** Arrays, or groups. */
class ListLane implements Lane {
  readonly kind = 'list'
  rows = 0
  readonly #isGroup: boolean
  readonly #items = new ColumnBuilder()
  #lengths = new Uint32Array(ROWS_MIN)

  constructor(isGroup: boolean) {
    this.#isGroup = isGroup
  }

  get bytes(): number {
    return this.rows * 4 + this.#items.bytes
  }

  takes(column: Column): boolean {
    return column.kind === 'list' && column.isGroup === this.#isGroup
  }

  add({ column, starts, parts }: Located, from: number, to: number): void {
    const { lengths } = column as Column & { kind: 'list' }
    const row = this.rows
    this.rows += to - from
    if (this.rows > this.#lengths.length) this.#lengths = grown(this.#lengths, row, this.rows)
    this.#lengths.set(lengths.subarray(from, to), row)
    this.#items.add(parts[0]!, starts![from]!, starts![to]!)
  }

  column(): Column {
    const lengths = this.#lengths.subarray(0, this.rows)
    return { kind: 'list', lengths, items: this.#items.column(), isGroup: this.#isGroup }
  }

  clear(): void {
    this.rows = 0
    this.#items.clear()
  }
}
