import type { MapStatus } from '#publib/blocks'
import { type Column, coalesceColumns } from '#publib/columnar'
import type { Accumulators } from './accumulators.ts'
import { sortColumns } from './column-sorter.ts'
import { type CombineOptions, combineColumns } from './combine-columns.ts'
import type { ShuffleEnvironment } from './environment.ts'
import { type PartitionRange, readMapOutputs } from './map-output-reader.ts'
import type { ShuffleSpec } from './spec.ts'

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
  const { aggregator, ordering, shuffleId, mapSideCombine } = spec
  const options = {
    aggregator: aggregator as CombineOptions['aggregator'],
    makeAccumulators,
    what: mapSideCombine ? 'combiners' : 'values',
    bytes: bytesIn(range, statuses),
  } as const
  const written = coalesceColumns(readMapOutputs(shuffleId, range, statuses, env))
  const combined = combineColumns(written, options, env)
  return ordering === undefined ? combined : sortColumns(combined, ordering, env)
}

/** How many bytes the statuses promise for a range. */
function bytesIn({ start, end }: PartitionRange, statuses: readonly MapStatus[]): number {
  let bytes = 0
  for (const { sizes } of statuses) {
    for (let place = start; place < end; place++) bytes += sizes[place]!
  }
  return bytes
}
