import { equalPartitioners, type Partitioner } from '#publib/shuffle'
import type { Lineage } from './lineage.ts'
import {
  type OrderRoots,
  type Placement,
  placeByFunction,
  placeByHash,
  placeByPartitioner,
} from './placement.ts'
import type { Root } from './root.ts'

/** How keys are to be placed, as far as it is known at the transformation; settled by `settlePlacing` or by sampling. */
export type Placing =
  | { readonly kind: 'given'; readonly placement: Placement }
  /** By the rule of the default partitioner, over `others` too. */
  | {
      readonly kind: 'byRule'
      /** `simspark.default.parallelism`, where it is set. */
      readonly defaultCount: number | undefined
      readonly partitionFunc?: Root<(key: never) => number> | undefined
    }
  /** By ranges that are sampled first. */
  | {
      readonly kind: 'sampled'
      readonly numPartitions: number | undefined
      readonly order: OrderRoots
    }

/** The partitioner's magnitude must be within this factor of the largest parent's. */
const MAGNITUDE = 10

/**
 * The default partitioner: of the parents that have one, the one with the most partitions, if that is not much fewer than the
 * largest parent has; else by hash into the default count, or as many partitions as the largest parent has.
 */
export function placeByRule(
  parents: readonly Lineage<unknown>[],
  rule: Extract<Placing, { kind: 'byRule' }>,
): Placement {
  const upstreamMax = Math.max(1, ...parents.map(parent => parent.numPartitions))
  const count = rule.defaultCount ?? upstreamMax
  if (rule.partitionFunc !== undefined) return placeByFunction(count, rule.partitionFunc)
  const existing = largest(parents.map(parent => parent.partitioner))
  if (existing === undefined) return placeByHash(count)
  const { numPartitions } = existing
  const isEligible = upstreamMax / numPartitions < MAGNITUDE
  return isEligible || numPartitions >= count ? placementOf(existing) : placeByHash(count)
}

/** The placement of a partitioner that a lineage has. */
export function placementOf(partitioner: Partitioner): Placement {
  return placeByPartitioner({
    value: partitioner,
    operation: 'partitioner',
    callSite: undefined,
    index: -1,
  })
}

/** Whether the parent's keys lie already where `placement` puts them. */
export function isPlaced(parent: Lineage<unknown>, placement: Placement): boolean {
  return equalPartitioners(parent.partitioner, placement.partitioner)
}

function largest(partitioners: readonly (Partitioner | undefined)[]): Partitioner | undefined {
  let found: Partitioner | undefined
  for (const partitioner of partitioners) {
    if (partitioner === undefined) continue
    if (found === undefined || partitioner.numPartitions > found.numPartitions) found = partitioner
  }
  return found
}
