import type { Column } from '#publib/columnar'
import type { Accumulators } from './accumulators.ts'
import { type Aggregator, GROUP_VALUES } from './aggregator.ts'
import { aggregateColumns, type Carried } from './column-aggregator.ts'
import { groupColumns } from './column-groups.ts'
import type { SpillEnvironment } from './environment.ts'
import { valueAccumulators } from './value-accumulators.ts'

export interface CombineOptions {
  readonly aggregator: Aggregator<never, never, unknown> | typeof GROUP_VALUES | undefined
  /** What combines; the aggregator's own functions by default. */
  readonly makeAccumulators?: (() => Accumulators) | undefined
  /** What the second places of the pairs carry. */
  readonly what: 'values' | 'combiners'
  /** What all pairs take, where it is known. */
  readonly bytes?: number | undefined
}

/** Columns of pairs as columns of pairs [key, combined]: combined or grouped by key as the aggregator says, or as they are. */
export function combineColumns(
  pairs: Iterable<Column>,
  { aggregator, makeAccumulators, what, bytes }: CombineOptions,
  env: SpillEnvironment,
): Iterable<Column> {
  if (aggregator === undefined) return pairs
  if (aggregator === GROUP_VALUES) return groupColumns(pairs, env, bytes)
  const make = makeAccumulators ?? (() => valueAccumulators(aggregator))
  return aggregateColumns(carrying(what, pairs), { makeAccumulators: make, env }, bytes)
}

function* carrying(what: Carried['what'], columns: Iterable<Column>): Generator<Carried> {
  for (const pairs of columns) yield { what, pairs }
}
