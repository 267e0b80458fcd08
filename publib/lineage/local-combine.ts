import type { Batch } from '#publib/columnar'
import {
  type Aggregator,
  aggregateExternally,
  GROUP_VALUES,
  groupExternally,
} from '#publib/shuffle'
import type { ComputeContext } from './compute-context.ts'

/** The values of each key of one partition as one combiner, for pairs that lie in their places already. */
export function combineLocally<K, V, C>(
  records: Iterable<Batch<readonly [K, V]>>,
  aggregator: Aggregator<unknown, unknown, unknown> | typeof GROUP_VALUES | undefined,
  { environment }: ComputeContext,
): Iterable<Batch<[K, C]>> {
  // The types of the three branches are one in the Shuffled that asks: C is V, Group<V>, or what the aggregator makes.
  if (aggregator === undefined) return records as Iterable<Batch<never>>
  if (aggregator === GROUP_VALUES) {
    return groupExternally(records, environment) as Iterable<Batch<never>>
  }
  return aggregateExternally(records, aggregator as Aggregator<K, V, C>, 'values', environment)
}
