import type { MapStatus } from '#publib/blocks'
import { type Column, detectColumn, TooDeepForColumns } from '#publib/columnar'
import type { Accumulators } from './accumulators.ts'
import { GROUP_VALUES } from './aggregator.ts'
import { aggregateColumns, type Carried } from './column-aggregator.ts'
import { sortColumns } from './column-sorter.ts'
import type { ShuffleEnvironment } from './environment.ts'
import { type PartitionRange, readMapOutputs } from './map-output-reader.ts'
import { readShuffle } from './shuffle-reader.ts'
import type { ShuffleSpec } from './spec.ts'
import { valueAccumulators } from './value-accumulators.ts'

/**
 * `readShuffle` as columns: pairs [key, combined], the same ones. Keys of an aggregation come out in no order that is
 * promised; what is neither combined nor sorted keeps its order.
 *
 * @throws FetchFailedError where a map output is gone or damaged
 */
export function readShuffleColumns<K, V, C>(
  spec: ShuffleSpec<K, V, C>,
  makeAccumulators: (() => Accumulators) | undefined,
  range: PartitionRange,
  statuses: readonly MapStatus[],
  env: ShuffleEnvironment,
): Iterable<Column> {
  const { ordering } = spec
  const combined = combineColumns(spec, makeAccumulators, range, statuses, env)
  return ordering === undefined ? combined : sortColumns(combined, ordering, env)
}

function combineColumns<K, V, C>(
  spec: ShuffleSpec<K, V, C>,
  makeAccumulators: (() => Accumulators) | undefined,
  range: PartitionRange,
  statuses: readonly MapStatus[],
  env: ShuffleEnvironment,
): Iterable<Column> {
  const { aggregator, shuffleId, mapSideCombine } = spec
  const written = readMapOutputs(shuffleId, range, statuses, env)
  if (aggregator === undefined) return written
  if (aggregator === GROUP_VALUES) {
    return columnsOfBatches(readShuffle({ ...spec, ordering: undefined }, range, statuses, env))
  }
  const make = makeAccumulators ?? (() => valueAccumulators(aggregator as never))
  const input = carrying(mapSideCombine ? 'combiners' : 'values', written)
  const aggregation = { makeAccumulators: make, env }
  return aggregateColumns(input, aggregation, bytesIn(range, statuses))
}

function* carrying(what: Carried['what'], columns: Iterable<Column>): Generator<Carried> {
  for (const pairs of columns) yield { what, pairs }
}

/** How many bytes the statuses promise for a range. */
function bytesIn({ start, end }: PartitionRange, statuses: readonly MapStatus[]): number {
  let bytes = 0
  for (const { sizes } of statuses) {
    for (let place = start; place < end; place++) bytes += sizes[place]!
  }
  return bytes
}

/** Batches of records as columns. */
export function* columnsOfBatches(batches: Iterable<readonly unknown[]>): Generator<Column> {
  for (const batch of batches) yield columnOfBatch(batch)
}

function columnOfBatch(batch: readonly unknown[]): Column {
  try {
    return detectColumn(batch)
  } catch (error) {
    if (error instanceof TooDeepForColumns) return { kind: 'values', values: batch }
    throw error
  }
}
