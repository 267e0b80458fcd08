import { type Column, rowsOf } from './column.ts'
import { FlatLane, type Lane, NumberLane, RunLane } from './lanes.ts'
import { type Located, locate } from './locate.ts'
import { FieldsLane, ListLane, NullableLane } from './nested-lanes.ts'
import { ConstantLane, ValuesLane } from './value-lanes.ts'

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
    return this.#lane?.finish() ?? this.column()
  }

  /** Goes on with these rows. */
  static from(lane: Lane): ColumnBuilder {
    const builder = new ColumnBuilder()
    builder.#lane = lane
    return builder
  }
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
      return new FieldsLane(column, () => new ColumnBuilder())
    case 'list':
      return new ListLane(column.isGroup, new ColumnBuilder())
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
