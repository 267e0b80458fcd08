import { type Placing, placeByFunction, placeByHash, placeByPartitioner } from '#publib/lineage'
import type { Partitioner } from '#publib/shuffle'
import type { Partitioning, ShuffleOptions } from '../options.ts'
import type { PartitionFunction } from '../values.ts'
import { isPartitioner, options, wholeNumber } from './arguments.ts'
import { invalidArgument, notTogether } from './errors.ts'
import type { Operation } from './operation.ts'

export interface PlacementArguments {
  readonly placing: Exclude<Placing, { kind: 'sampled' }>
  readonly mapSideCombine: boolean
  readonly name: string | undefined
}

/** The last arguments of operations by key: `numPartitions, partitionFunc`, or options in their place. */
export function placement<K>(
  op: Operation,
  [numPartitions, partitionFunc]: readonly [
    numPartitions?: Partitioning<K> | undefined,
    partitionFunc?: PartitionFunction<K> | undefined,
  ],
): PlacementArguments {
  if (numPartitions === undefined || typeof numPartitions === 'number') {
    const placing = placingOf(op, { numPartitions, partitionFunc })
    return { placing, mapSideCombine: true, name: undefined }
  }
  const given = options<ShuffleOptions<K>>(op, 'numPartitions', numPartitions)
  if (isPartitioner(numPartitions)) {
    const hint = 'Write { partitioner }.'
    throw invalidArgument(op, 'numPartitions', numPartitions, 'a number or options', hint)
  }
  if (partitionFunc !== undefined) throw notTogether(op, 'options', 'a further partitionFunc')
  const { mapSideCombine = true, name } = given
  return { placing: placingOf(op, given), mapSideCombine, name }
}

/** How keys are placed by what the user said of it. */
export function placingOf<K>(
  op: Operation,
  given: {
    readonly numPartitions?: number | undefined
    readonly partitionFunc?: PartitionFunction<K> | undefined
    readonly partitioner?: Partitioner<K> | undefined
  },
): Exclude<Placing, { kind: 'sampled' }> {
  const { partitioner, numPartitions } = given
  if (partitioner !== undefined) {
    if (numPartitions !== undefined) throw notTogether(op, 'partitioner', 'numPartitions')
    if (given.partitionFunc !== undefined) throw notTogether(op, 'partitioner', 'partitionFunc')
    return placingByPartitioner(op, partitioner)
  }
  const partitionFunc = op.optionalFn(given.partitionFunc, 'partitionFunc')
  if (numPartitions === undefined) {
    return { kind: 'byRule', defaultCount: op.origin.partitionsByDefault, partitionFunc }
  }
  const count = wholeNumber(op, 'numPartitions', numPartitions, 1)
  return {
    kind: 'given',
    placement:
      partitionFunc === undefined ? placeByHash(count) : placeByFunction(count, partitionFunc),
  }
}

export function placingByPartitioner<K>(
  op: Operation,
  partitioner: Partitioner<K>,
): Extract<Placing, { kind: 'given' }> {
  if (!isPartitioner(partitioner)) {
    throw invalidArgument(op, 'partitioner', partitioner, 'a Partitioner')
  }
  wholeNumber(op, 'partitioner.numPartitions', partitioner.numPartitions, 1)
  return { kind: 'given', placement: placeByPartitioner(op.value(partitioner as Partitioner)) }
}
