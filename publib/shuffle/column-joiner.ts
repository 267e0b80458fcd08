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

function* joinGrouped(grouped: GroupedKeys, joinSides: JoinSides): Generator<Column> {
  const rows = new JoinedRows(grouped, joinSides)
  for (let column = rows.next(); column !== undefined; column = rows.next()) yield column
}

/** The rows of a join, as many at a time as a column is to have. */
class JoinedRows {
  readonly #grouped: GroupedKeys
  readonly #sides: JoinSides
  /** Of each row the key, and the rows of both sides. */
  readonly #keys = new Uint32Array(OUTPUT_ROWS)
  readonly #lefts = new Uint32Array(OUTPUT_ROWS)
  readonly #rights = new Uint32Array(OUTPUT_ROWS)
  /** ABSENT where a side has no row; undefined where both keep only what they have. */
  readonly #leftMarks: Uint8Array | undefined
  readonly #rightMarks: Uint8Array | undefined
  /** Where to go on: a key, and which of its rows on both sides. */
  #key = 0
  #left = 0
  #right = 0

  constructor(grouped: GroupedKeys, sides: JoinSides) {
    this.#grouped = grouped
    this.#sides = sides
    if (sides.keepsRight) this.#leftMarks = new Uint8Array(OUTPUT_ROWS)
    if (sides.keepsLeft) this.#rightMarks = new Uint8Array(OUTPUT_ROWS)
  }

  /** Undefined: that was all. */
  next(): Column | undefined {
    const rows = this.#find()
    if (rows === 0) return undefined
    const { keys, sides } = this.#grouped
    const fields = [
      gatherWithAbsent(sides[0]!.values, this.#lefts.subarray(0, rows), this.#leftMarks),
      gatherWithAbsent(sides[1]!.values, this.#rights.subarray(0, rows), this.#rightMarks),
    ]
    const key = gatherColumn(keys, this.#keys.subarray(0, rows))
    this.#leftMarks?.fill(0)
    this.#rightMarks?.fill(0)
    return { kind: 'tuple', rows, fields: [key, { kind: 'tuple', rows, fields }] }
  }

  #find(): number {
    const { size, sides } = this.#grouped
    const { order: leftOrder, bounds: leftBounds } = sides[0]!
    const { order: rightOrder, bounds: rightBounds } = sides[1]!
    const { keepsLeft, keepsRight } = this.#sides
    let count = 0
    for (let key = this.#key; key < size; key++) {
      const leftStart = leftBounds[key]!
      const leftCount = leftBounds[key + 1]! - leftStart
      const rightStart = rightBounds[key]!
      const rightCount = rightBounds[key + 1]! - rightStart
      const lefts = leftCount === 0 && keepsRight ? 1 : leftCount
      const rights = rightCount === 0 && keepsLeft ? 1 : rightCount
      for (let left = this.#left; left < lefts; left++) {
        for (let right = this.#right; right < rights; right++) {
          if (count === OUTPUT_ROWS) return this.#goOnAt(key, left, right)
          this.#keys[count] = key
          if (leftCount > 0) this.#lefts[count] = leftOrder[leftStart + left]!
          else this.#leftMarks![count] = ABSENT
          if (rightCount > 0) this.#rights[count] = rightOrder[rightStart + right]!
          else this.#rightMarks![count] = ABSENT
          count++
        }
        this.#right = 0
      }
      this.#left = 0
    }
    this.#key = size
    return count
  }

  #goOnAt(key: number, left: number, right: number): number {
    this.#key = key
    this.#left = left
    this.#right = right
    return OUTPUT_ROWS
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
  // They are used again for the next rows.
  return spread(gatherColumn(values, places.subarray(0, present)), marks.slice())
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
