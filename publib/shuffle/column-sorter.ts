import {
  type Batch,
  type Column,
  ColumnBuilder,
  detectColumn,
  gatherColumn,
  rowsOf,
  valuesOf,
} from '#publib/columnar'
import type { MemoryKeeper } from '#publib/memory'
import type { SortedBlock } from './column-merge.ts'
import { ColumnRuns } from './column-runs.ts'
import type { SpillEnvironment } from './environment.ts'
import { sortExternally } from './external-sorter.ts'
import { type RunKeys, runKeysFor } from './run-keys.ts'
import { orderOfColumn, type SortClass, sortClassOf } from './sort-keys.ts'
import type { KeyOrdering } from './spec.ts'

/** What is sorted at once: kernels hold keys, order and copies of them. */
const RUN_BYTES_MAX = 16 * 2 ** 20
const RUN_ROWS_MAX = 2 ** 21
/** Rows that are sorted stand in memory twice for a while. */
const COPIES = 2

/**
 * `sortExternally` on columns of pairs: by kernels where all keys (or what the ordering makes of them) are numbers, texts, dates or
 * booleans and no comparator is given, row by row elsewhere. The same records in the same order.
 */
export function* sortColumns<K>(
  columns: Iterable<Column>,
  ordering: KeyOrdering<K>,
  env: SpillEnvironment,
): Generator<Column> {
  if (ordering.compare !== undefined) {
    yield* asColumns(sortExternally(asBatches<K>(columns), ordering, env))
    return
  }
  const sorter = new ColumnSorter(ordering, env)
  const source = columns[Symbol.iterator]()
  try {
    for (let next = source.next(); next.done !== true; next = source.next()) {
      env.checkCancelled()
      if (sorter.add(next.value)) continue
      yield* sorter.sortedByRows(next.value, source)
      return
    }
    yield* sorter.sorted()
  } finally {
    sorter.close()
    source.return?.()
  }
}

/** Fields of the rows that are sorted: what they are sorted by; the key, where it is another; the value, where it is another. */
class ColumnSorter {
  readonly #env: SpillEnvironment
  readonly #ordering: KeyOrdering<never>
  readonly #runs: ColumnRuns
  readonly #keeper: MemoryKeeper
  readonly #keys: ColumnBuilder | undefined
  /** None as long as every value is its own key. */
  #values: ColumnBuilder | undefined
  #class: SortClass | undefined
  /** What the rows are sorted by; made for the first of them. */
  #positions: RunKeys | undefined
  /** What the rows are sorted by that were not taken. */
  #refused: Column | undefined

  constructor(ordering: KeyOrdering<never>, env: SpillEnvironment) {
    this.#env = env
    this.#ordering = ordering
    this.#runs = new ColumnRuns(env, !ordering.ascending)
    this.#keeper = env.memory.keeper()
    if (ordering.key === undefined) return
    this.#keys = new ColumnBuilder()
    this.#values = new ColumnBuilder()
  }

  /** False where kernels cannot sort these rows among those before: then nothing was taken. */
  add(column: Column): boolean {
    const [keys, values] = pairFields(column) ?? []
    if (keys === undefined || values === undefined) return false
    if (rowsOf(keys) === 0) return true
    const positions = this.#positionsOf(keys)
    const sortClass = sortClassOf(positions)
    if (sortClass === undefined || sortClass !== (this.#class ?? sortClass)) {
      this.#refused = positions
      return false
    }
    this.#class = sortClass
    this.#positions ??= runKeysFor(sortClass)
    if (keys !== values) this.#values ??= valuesSoFar(this.#positions)
    this.#positions.add(positions, 0, rowsOf(positions))
    this.#keys?.addAll(keys)
    this.#values?.addAll(values)
    if (this.#keeper.shouldSpill(this.#estimatedBytes())) this.#spill()
    else if (this.#rows >= RUN_ROWS_MAX || this.#bytes >= RUN_BYTES_MAX) this.#endRun()
    return true
  }

  *sorted(): Generator<Column> {
    const only = this.#runs.count === 0 ? this.#positions : undefined
    if (only === undefined || this.#values !== undefined) this.#endRun()
    else {
      // Nothing comes behind it: it is given from where it was sorted.
      only.sort(!this.#ordering.ascending)
      this.#runs.add([only.column()], only.bytes)
    }
    for (const block of this.#runs.merged()) yield pairsOf(block)
  }

  /** All rows, those that were taken and the others, as the row sorter sorts them. */
  *sortedByRows(column: Column, rest: Iterator<Column>): Generator<Column> {
    const { key: keyOf, ascending } = this.#ordering
    const rows = this.#rowsWith(column, rest)
    const sorted = sortExternally(rows, { ascending }, this.#env)
    if (keyOf === undefined) yield* asColumns(sorted)
    else for (const batch of sorted) yield { kind: 'values', values: batch.map(([, pair]) => pair) }
  }

  close(): void {
    this.#runs.close()
    this.#positions?.release()
    this.#positions = undefined
    this.#keeper.release()
  }

  get #rows(): number {
    return this.#positions?.rows ?? 0
  }

  get #bytes(): number {
    return (this.#positions?.bytes ?? 0) + (this.#keys?.bytes ?? 0) + (this.#values?.bytes ?? 0)
  }

  #estimatedBytes(): number {
    return this.#runs.heldBytes + COPIES * this.#bytes
  }

  #positionsOf(keys: Column): Column {
    const { key: keyOf } = this.#ordering
    if (keyOf === undefined) return keys
    return detectColumn(valuesOf(keys).map(value => keyOf(value as never)))
  }

  #endRun(): void {
    const positions = this.#positions
    if (positions === undefined || positions.rows === 0) return
    const bytes = this.#bytes
    this.#runs.add(this.#sortedFields(positions), bytes)
    positions.clear()
    this.#keeper.hold(this.#estimatedBytes())
  }

  #spill(): void {
    this.#endRun()
    this.#runs.spill()
    this.#keeper.release()
  }

  /** Columns of their own memory. */
  #sortedFields(positions: RunKeys): SortedBlock {
    const isFalling = !this.#ordering.ascending
    const others = [this.#keys?.finish(), this.#values?.finish()].filter(part => part !== undefined)
    const order = orderOfColumn(positions.column(), isFalling)
    return [positions.column(), ...others].map(part => gatherColumn(part, order))
  }

  /** What the row sorter is given: pairs, or with a key function each pair behind what the function gave for it. */
  *#rowsWith(column: Column, rest: Iterator<Column>): Generator<Batch<[never, unknown]>> {
    this.#endRun()
    for (const block of this.#runs.unmerged()) yield this.#rowsOf(block[0]!, pairsOf(block))
    yield this.#rowsOf(this.#refused, column)
    for (let next = rest.next(); next.done !== true; next = rest.next()) {
      this.#env.checkCancelled()
      yield this.#rowsOf(undefined, next.value)
    }
  }

  #rowsOf(positions: Column | undefined, column: Column): [never, unknown][] {
    const pairs = valuesOf(column) as [never, unknown][]
    const { key: keyOf } = this.#ordering
    if (keyOf === undefined) return pairs
    if (positions === undefined) return pairs.map(pair => [keyOf(pair[0]) as never, pair])
    const known = valuesOf(positions)
    return pairs.map((pair, i) => [known[i] as never, pair])
  }
}

/** The values of all rows before one that is not its own key: their keys. Those of runs are found there. */
function valuesSoFar(positions: RunKeys): ColumnBuilder {
  const values = new ColumnBuilder()
  values.addAll(positions.column())
  return values
}

/** The pairs of rows that are sorted. */
function pairsOf(block: SortedBlock): Column {
  const [first, second, third] = block as [Column, Column | undefined, Column | undefined]
  const fields = third === undefined ? [first, second ?? first] : [second as Column, third]
  return { kind: 'tuple', rows: rowsOf(first), fields }
}

function pairFields(column: Column): readonly Column[] | undefined {
  return column.kind === 'tuple' && column.fields.length === 2 ? column.fields : undefined
}

function* asColumns(batches: Iterable<Batch<unknown>>): Generator<Column> {
  for (const values of batches) yield { kind: 'values', values }
}

function* asBatches<K>(columns: Iterable<Column>): Generator<Batch<[K, unknown]>> {
  for (const column of columns) yield valuesOf(column) as [K, unknown][]
}
