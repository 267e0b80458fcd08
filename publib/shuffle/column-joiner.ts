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
import type { GroupedKeys } from './grouped-keys.ts'

/** Whether keys of only one side stay, with undefined for the other. */
export interface JoinSides {
  readonly keepsLeft: boolean
  readonly keepsRight: boolean
}

const OUTPUT_ROWS = 16_384
const BATCH_ROWS = 4096
/** In place of a row: there is none. */
const ABSENT = 0xffff_ffff

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

function* joinGrouped(grouped: GroupedKeys, joinSides: JoinSides): Generator<Column> {
  const rows = new JoinedRows(grouped)
  const [left, right] = grouped.sides
  const { order: leftOrder, bounds: leftBounds } = left!
  const { order: rightOrder, bounds: rightBounds } = right!
  const { keepsLeft, keepsRight } = joinSides
  for (let key = 0; key < grouped.size; key++) {
    const leftStart = leftBounds[key]!
    const leftCount = leftBounds[key + 1]! - leftStart
    const rightStart = rightBounds[key]!
    const rightCount = rightBounds[key + 1]! - rightStart
    const lefts = leftCount === 0 && keepsRight ? 1 : leftCount
    const rights = rightCount === 0 && keepsLeft ? 1 : rightCount
    for (let i = 0; i < lefts; i++) {
      const leftRow = leftCount === 0 ? ABSENT : leftOrder[leftStart + i]!
      for (let k = 0; k < rights; k++) {
        rows.add(key, leftRow, rightCount === 0 ? ABSENT : rightOrder[rightStart + k]!)
        if (rows.isFull) yield rows.flush()
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
  #count = 0

  constructor(grouped: GroupedKeys) {
    this.#grouped = grouped
  }

  get isEmpty(): boolean {
    return this.#count === 0
  }

  get isFull(): boolean {
    return this.#count === OUTPUT_ROWS
  }

  add(key: number, left: number, right: number): void {
    const at = this.#count++
    this.#keys[at] = key
    this.#lefts[at] = left
    this.#rights[at] = right
  }

  flush(): Column {
    const rows = this.#count
    const { keys, sides } = this.#grouped
    const fields = [
      gatherWithAbsent(sides[0]!.values, this.#lefts.subarray(0, rows)),
      gatherWithAbsent(sides[1]!.values, this.#rights.subarray(0, rows)),
    ]
    const key = gatherColumn(keys, this.#keys.subarray(0, rows))
    this.#count = 0
    return { kind: 'tuple', rows, fields: [key, { kind: 'tuple', rows, fields }] }
  }
}

/** The rows at the places `order`, undefined where there is none. */
function gatherWithAbsent(values: Column, order: Uint32Array): Column {
  let present = 0
  for (let i = 0; i < order.length; i++) if (order[i] !== ABSENT) present++
  if (present === order.length) return gatherColumn(values, order)
  if (present === 0) return { kind: 'constant', rows: order.length, value: undefined }
  const places = new Uint32Array(present)
  const marks = new Uint8Array(order.length)
  let next = 0
  for (let i = 0; i < order.length; i++) {
    if (order[i] === ABSENT) marks[i] = 2
    else places[next++] = order[i]!
  }
  return spread(gatherColumn(values, places), marks)
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
