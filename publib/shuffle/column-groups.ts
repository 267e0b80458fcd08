import { type Column, gatherColumn, sliceColumn } from '#publib/columnar'
import { groupSources } from './column-grouper.ts'
import { columnsOfBatches } from './columns-of-batches.ts'
import type { SpillEnvironment } from './environment.ts'
import { cogroupStreams, groupExternally } from './external-grouper.ts'
import type { GroupedKeys, GroupedSide } from './grouped-keys.ts'
import { pairsOf } from './pair-batch.ts'

/** Keys of one column that comes out, and items of all its groups together, but for a single larger one. */
const OUTPUT_KEYS = 4096
const OUTPUT_ITEMS = 32_768

/** `groupExternally` for columns of pairs: [key, group]. */
export function* groupColumns(
  pairs: Iterable<Column>,
  env: SpillEnvironment,
  bytes?: number,
): Generator<Column> {
  for (const some of groupSources([pairs], env, bytes)) {
    if ('ungrouped' in some) {
      yield* columnsOfBatches(groupExternally(inRows(some.ungrouped[0]!), env))
      continue
    }
    for (const { keys, rows, lists } of groupsOf(some)) {
      yield { kind: 'tuple', rows, fields: [keys, lists[0]!] }
    }
  }
}

/** `cogroupStreams` for columns of pairs: [key, [group of each source]]. */
export function* cogroupColumns(
  sources: readonly Iterable<Column>[],
  env: SpillEnvironment,
  bytes?: number,
): Generator<Column> {
  for (const some of groupSources(sources, env, bytes)) {
    if ('ungrouped' in some) {
      yield* columnsOfBatches(cogroupStreams(some.ungrouped.map(inRows), env))
      continue
    }
    for (const { keys, rows, lists } of groupsOf(some)) {
      yield { kind: 'tuple', rows, fields: [keys, { kind: 'tuple', rows, fields: lists }] }
    }
  }
}

/** Pairs as the row path takes them. */
export function* inRows(columns: Iterable<Column>): Generator<RowPairs> {
  for (const column of columns) yield pairsOf(column) as RowPairs
}

type RowPairs = Parameters<typeof cogroupStreams>[0][number] extends Iterable<infer T> ? T : never

interface Groups {
  readonly keys: Column
  readonly rows: number
  /** One list of groups for each source. */
  readonly lists: readonly Column[]
}

function* groupsOf({ keys, size, sides }: GroupedKeys): Generator<Groups> {
  for (let start = 0; start < size; ) {
    let end = start + 1
    while (end < size && end - start < OUTPUT_KEYS && itemsIn(sides, start, end) < OUTPUT_ITEMS)
      end++
    const lists = sides.map(side => listOf(side, start, end))
    yield { keys: sliceColumn(keys, start, end), rows: end - start, lists }
    start = end
  }
}

function itemsIn(sides: readonly GroupedSide[], start: number, end: number): number {
  let items = 0
  for (const { bounds } of sides) items += bounds[end + 1]! - bounds[start]!
  return items
}

function listOf({ values, order, bounds }: GroupedSide, start: number, end: number): Column {
  const lengths = new Uint32Array(end - start)
  for (let i = start; i < end; i++) lengths[i - start] = bounds[i + 1]! - bounds[i]!
  const items = gatherColumn(values, order.subarray(bounds[start]!, bounds[end]!))
  return { kind: 'list', lengths, items, isGroup: true }
}
