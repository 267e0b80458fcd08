import type { MapStatus } from '#publib/blocks'
import { type Column, detectColumn, TooDeepForColumns } from '#publib/columnar'
import type { Accumulators } from './accumulators.ts'
import { sortColumns } from './column-sorter.ts'
import type { ShuffleEnvironment } from './environment.ts'
import { type PartitionRange, readMapOutputs } from './map-output-reader.ts'
import { readShuffle } from './shuffle-reader.ts'
import type { ShuffleSpec } from './spec.ts'

/**
 * `readShuffle` as columns: pairs [key, combined], the same ones. Keys of an aggregation come out in no order that is
 * promised; what is neither combined nor sorted keeps its order.
 *
 * @throws FetchFailedError where a map output is gone or damaged
 */
export function readShuffleColumns<K, V, C>(
  spec: ShuffleSpec<K, V, C>,
  _makeAccumulators: (() => Accumulators) | undefined,
  range: PartitionRange,
  statuses: readonly MapStatus[],
  env: ShuffleEnvironment,
): Iterable<Column> {
  const { aggregator, ordering, shuffleId } = spec
  if (aggregator === undefined) {
    const columns = readMapOutputs(shuffleId, range, statuses, env)
    return ordering === undefined ? columns : sortColumns(columns, ordering, env)
  }
  return columnsOfBatches(readShuffle(spec, range, statuses, env))
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
