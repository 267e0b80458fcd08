import {
  ArrayGroup,
  type Batch,
  type Column,
  gatherColumn,
  type ValueGroup,
} from '#publib/columnar'
import { groupSources } from './column-grouper.ts'
import { inRows } from './column-groups.ts'
import { columnsOfBatches } from './columns-of-batches.ts'
import type { SpillEnvironment } from './environment.ts'
import { cogroupStreams } from './external-grouper.ts'
import type { GroupedKeys, GroupedSide } from './grouped-keys.ts'

/** Whether keys of only one side stay, with undefined for the other. */
export interface JoinSides {
  readonly keepsLeft: boolean
  readonly keepsRight: boolean
}

const OUTPUT_ROWS = 16_384
const BATCH_ROWS = 4096
/** The mark of undefined in a nullable column. */
const ABSENT = 2

/** Joins columns of pairs by key: [key, [left, right]], each value of a key with each of the other side. */
export function* joinColumns(
  left: Iterable<Column>,
  right: Iterable<Column>,
  sides: JoinSides,
  env: SpillEnvironment,
  bytes?: number,
): Generator<Column> {
  for (const some of groupSources([left, right], env, bytes)) {
    if ('ungrouped' in some) {
      const groups = cogroupStreams(some.ungrouped.map(inRows), env)
      yield* columnsOfBatches(joinGroups(groups, sides))
    } else yield* joinGrouped(some, sides)
  }
}

function* joinGrouped(
  grouped: GroupedKeys,
  { keepsLeft, keepsRight }: JoinSides,
): Generator<Column> {
  const [left, right] = grouped.sides as readonly [GroupedSide, GroupedSide]
  const { order: leftOrder, bounds: leftBounds } = left
  const { order: rightOrder, bounds: rightBounds } = right
  const rows = new JoinedRows(grouped)
  for (let key = 0; key < grouped.size; key++) {
    const leftStart = leftBounds[key]!
    const leftEnd = leftBounds[key + 1]!
    const rightStart = rightBounds[key]!
    const rightEnd = rightBounds[key + 1]!
    if (leftStart === leftEnd) {
      if (!keepsRight) continue
      for (let k = rightStart; k < rightEnd; k++) {
        if (rows.addRight(key, rightOrder[k]!)) yield rows.flush()
      }
    } else if (rightStart === rightEnd) {
      if (!keepsLeft) continue
      for (let i = leftStart; i < leftEnd; i++) {
        if (rows.addLeft(key, leftOrder[i]!)) yield rows.flush()
      }
    } else {
      for (let i = leftStart; i < leftEnd; i++) {
        const leftRow = leftOrder[i]!
        for (let k = rightStart; k < rightEnd; k++) {
          if (rows.add(key, leftRow, rightOrder[k]!)) yield rows.flush()
        }
      }
    }
  }
  if (!rows.isEmpty) yield rows.flush()
}

/** Rows of a join that wait to become a column. */
class JoinedRows {
  readonly #grouped: GroupedKeys
  readonly #keys = new Uint32Array(OUTPUT_ROWS)
  readonly #lefts = new Uint32Array(OUTPUT_ROWS)
  readonly #rights = new Uint32Array(OUTPUT_ROWS)
  /** ABSENT where a side has no row; undefined as long as both have all. */
  #marks: { readonly lefts: Uint8Array; readonly rights: Uint8Array } | undefined
  #count = 0

  constructor(grouped: GroupedKeys) {
    this.#grouped = grouped
  }

  get isEmpty(): boolean {
    return this.#count === 0
  }

  /** True: it is full. */
  add(key: number, left: number, right: number): boolean {
    const at = this.#count
    this.#keys[at] = key
    this.#lefts[at] = left
    this.#rights[at] = right
    this.#count = at + 1
    return at + 1 === OUTPUT_ROWS
  }

  addLeft(key: number, left: number): boolean {
    this.#marked().rights[this.#count] = ABSENT
    return this.add(key, left, 0)
  }

  addRight(key: number, right: number): boolean {
    this.#marked().lefts[this.#count] = ABSENT
    return this.add(key, 0, right)
  }

  flush(): Column {
    const rows = this.#count
    const { keys, sides } = this.#grouped
    const fields = [
      gatherWithAbsent(sides[0]!.values, this.#lefts.subarray(0, rows), this.#marks?.lefts),
      gatherWithAbsent(sides[1]!.values, this.#rights.subarray(0, rows), this.#marks?.rights),
    ]
    const key = gatherColumn(keys, this.#keys.subarray(0, rows))
    this.#count = 0
    this.#marks = undefined
    return { kind: 'tuple', rows, fields: [key, { kind: 'tuple', rows, fields }] }
  }

  #marked() {
    this.#marks ??= { lefts: new Uint8Array(OUTPUT_ROWS), rights: new Uint8Array(OUTPUT_ROWS) }
    return this.#marks
  }
}

/** The rows at the places `order`, undefined where there is a mark. */
function gatherWithAbsent(
  values: Column,
  order: Uint32Array,
  allMarks: Uint8Array | undefined,
): Column {
  if (allMarks === undefined) return gatherColumn(values, order)
  const rows = order.length
  const marks = allMarks.subarray(0, rows)
  const places = new Uint32Array(rows)
  let present = 0
  for (let i = 0; i < rows; i++) if (marks[i] === 0) places[present++] = order[i]!
  if (present === rows) return gatherColumn(values, order)
  if (present === 0) return { kind: 'constant', rows, value: undefined }
  return spread(gatherColumn(values, places.subarray(0, present)), marks)
}

/** Rows of a column where there is no mark, undefined where there is one. */
function spread(column: Column, marks: Uint8Array): Column {
  switch (column.kind) {
    case 'values': {
      let next = 0
      const values = Array.from(marks, mark => (mark === 0 ? column.values[next++] : undefined))
      return { kind: 'values', values }
    }
    case 'constant': {
      const mark = column.value === null ? 1 : 2
      const values: Column = { kind: 'constant', rows: 0, value: undefined }
      return { kind: 'nullable', marks: marks.map(own => (own === 0 ? mark : own)), values }
    }
    case 'nullable': {
      let next = 0
      const all = marks.map(own => (own === 0 ? column.marks[next++]! : own))
      return { kind: 'nullable', marks: all, values: column.values }
    }
    default:
      return { kind: 'nullable', marks, values: column }
  }
}

/** Each value of the first group with each of the second: a join of what was grouped by rows. */
export function* joinGroups<K>(
  batches: Iterable<Batch<readonly [K, readonly ValueGroup<unknown>[]]>>,
  { keepsLeft, keepsRight }: JoinSides,
): Generator<Batch<[K, [unknown, unknown]]>> {
  let out: [K, [unknown, unknown]][] = []
  for (const batch of batches) {
    for (let i = 0; i < batch.length; i++) {
      const [key, groups] = batch[i]!
      const lefts = itemsOf(groups[0]!, keepsRight)
      const rights = itemsOf(groups[1]!, keepsLeft)
      for (const a of lefts) {
        for (const b of rights) {
          if (out.push([key, [a, b]]) < BATCH_ROWS) continue
          yield out
          out = []
        }
      }
    }
  }
  if (out.length > 0) yield out
}

const MISSING: readonly unknown[] = [undefined]

function itemsOf(group: ValueGroup<unknown>, isKept: boolean): Iterable<unknown> {
  return group.size === 0 && isKept ? MISSING : ArrayGroup.itemsOf(group)
}
