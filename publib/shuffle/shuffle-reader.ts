import type { MapStatus } from '#publib/blocks'
import type { Batch } from '#publib/columnar'
import { GROUP_VALUES } from './aggregator.ts'
import type { ShuffleEnvironment } from './environment.ts'
import { aggregateExternally } from './external-aggregator.ts'
import { groupExternally } from './external-grouper.ts'
import { sortExternally } from './external-sorter.ts'
import { type PartitionRange, readMapOutputs } from './map-output-reader.ts'
import { asRecords, type PairBatch, pairsOf } from './pair-batch.ts'
import type { ShuffleSpec } from './spec.ts'

/**
 * The records of the reduce partitions `start` up to `end`, combined, grouped and sorted as the spec says. They are read in
 * the order of map partitions, so equal partition counts give equal results on any number of executors. Aggregating and
 * sorting read everything before the first batch comes out.
 *
 * @throws FetchFailedError where a map output is gone or damaged
 */
export function readShuffle<K, V, C>(
  spec: ShuffleSpec<K, V, C>,
  reducePartitions: PartitionRange,
  statuses: readonly MapStatus[],
  env: ShuffleEnvironment,
): Iterable<Batch<[K, C]>> {
  const records = readRecords<K, V | C>(spec, reducePartitions, statuses, env)
  const combined = combine(records, spec, env)
  return spec.ordering === undefined ? combined : sortExternally(combined, spec.ordering, env)
}

function combine<K, V, C>(
  records: Iterable<Batch<[K, V | C]> | PairBatch<K, V | C>>,
  spec: ShuffleSpec<K, V, C>,
  env: ShuffleEnvironment,
): Iterable<Batch<[K, C]>> {
  const { aggregator, mapSideCombine } = spec
  if (aggregator === undefined) return asBatches(records) as Iterable<Batch<[K, C]>>
  if (aggregator === GROUP_VALUES) {
    return groupExternally(records, env) as Iterable<Batch<[K, unknown]>> as Iterable<Batch<[K, C]>>
  }
  return aggregateExternally(records, aggregator, mapSideCombine ? 'combiners' : 'values', env)
}

function* asBatches<K, R>(
  batches: Iterable<Batch<[K, R]> | PairBatch<K, R>>,
): Generator<Batch<[K, R]>> {
  for (const batch of batches) yield asRecords(batch)
}

/** The records as they were written, map partition by map partition. */
function* readRecords<K, R>(
  spec: Pick<ShuffleSpec<K, never, never>, 'shuffleId'>,
  range: PartitionRange,
  statuses: readonly MapStatus[],
  env: ShuffleEnvironment,
): Generator<Batch<[K, R]> | PairBatch<K, R>> {
  for (const column of readMapOutputs(spec.shuffleId, range, statuses, env)) {
    yield pairsOf(column) as Batch<[K, R]> | PairBatch<K, R>
  }
}
