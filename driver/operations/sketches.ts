import { EstimatedCounts, type Lineage, sketching } from '#publib/lineage'
import type { Partitioning } from '../options.ts'
import type { Pair } from '../values.ts'
import type { Operation } from './operation.ts'
import { shuffled } from './pair.ts'
import { placement } from './placement.ts'
import { precisionFor } from './statistics.ts'

/** How many different values each key has, about. */
export function countApproxDistinctByKey<K>(
  op: Operation,
  parent: Lineage<Pair<K, unknown>>,
  relativeSD: number,
  partitioning: Partitioning<K> | undefined,
): Lineage<Pair<K, number>> {
  const { name, ...placed } = placement<K>(op, [partitioning])
  const how = sketching(precisionFor(op, relativeSD))
  const sketches = shuffled<K, unknown, Uint8Array>(op, parent, how, { ...placed, name: undefined })
  return new EstimatedCounts(op.about('MapPartitions', name), sketches)
}
