import {
  AsKeys,
  Coalesce,
  CollectPartial,
  type EvaluatorFactory,
  FilterElements,
  FlatMapElements,
  Glom,
  KEEP_FIRST,
  KeyBy,
  Keys,
  type Lineage,
  MapElements,
  MapPartitions,
  NO_COMBINING,
  placeByNumber,
  Shuffled,
  Spread,
  Union,
  Values,
  WithEvaluator,
} from '#publib/lineage'
import type {
  CoalesceOptions,
  Narrow,
  NarrowOptions,
  Partitioning,
  TransformOptions,
} from '../options.ts'
import type { Records } from '../values.ts'
import { narrowOptions, options, wholeNumber } from './arguments.ts'
import { invalidArgument } from './errors.ts'
import type { Operation } from './operation.ts'
import { placement } from './placement.ts'

export function map<T, U>(
  op: Operation,
  parent: Lineage<T>,
  f: (element: T) => U,
  narrow?: Narrow,
): Lineage<U> {
  const { keepsKeys, name } = narrowOptions(op, narrow)
  return new MapElements(op.about('MapPartitions', name), parent, op.fn(f), keepsKeys)
}

export function flatMap<T, U>(
  op: Operation,
  parent: Lineage<T>,
  f: (element: T) => Iterable<U>,
  narrow?: Narrow,
): Lineage<U> {
  const { keepsKeys, name } = narrowOptions(op, narrow)
  return new FlatMapElements(op.about('MapPartitions', name), parent, op.fn(f), keepsKeys)
}

export function filter<T>(
  op: Operation,
  parent: Lineage<T>,
  f: (element: T) => unknown,
  given?: TransformOptions,
): Lineage<T> {
  const { name } = options(op, 'options', given)
  return new FilterElements(op.about('MapPartitions', name), parent, op.fn(f))
}

/** Scala's `collect(partialFunction)`. */
export function collectPartial<T, U>(
  op: Operation,
  parent: Lineage<T>,
  f: (element: T) => U | undefined,
  given?: NarrowOptions,
): Lineage<U> {
  const { keepsKeys, name } = narrowOptions(op, given)
  return new CollectPartial(op.about('MapPartitions', name), parent, op.fn(f), keepsKeys)
}

/** Partition by partition, of one RDD or two. */
export function withEvaluator<U>(
  op: Operation,
  parents: readonly Lineage<unknown>[],
  factory: EvaluatorFactory<U>,
): Lineage<U> {
  if (typeof (factory as Partial<typeof factory> | null)?.createEvaluator !== 'function') {
    throw invalidArgument(op, 'factory', factory, 'an object with createEvaluator()')
  }
  return new WithEvaluator(op.about('MapPartitions'), parents, op.value(factory))
}

export function keyBy<T, K>(
  op: Operation,
  parent: Lineage<T>,
  f: (element: T) => K,
  given?: TransformOptions,
): Lineage<[K, T]> {
  const { name } = options(op, 'options', given)
  return new KeyBy(op.about('MapPartitions', name), parent, op.fn(f))
}

export function mapPartitions<T, U>(
  op: Operation,
  parent: Lineage<T>,
  f: (partition: Records<T>) => Iterable<U>,
  narrow?: Narrow,
): Lineage<U> {
  const { keepsKeys, name } = narrowOptions(op, narrow)
  const how = { keepsKeys, hasIndex: false }
  return new MapPartitions(op.about('MapPartitions', name), parent, op.fn(f), how)
}

export function mapPartitionsWithIndex<T, U>(
  op: Operation,
  parent: Lineage<T>,
  f: (index: number, partition: Records<T>) => Iterable<U>,
  narrow?: Narrow,
): Lineage<U> {
  const { keepsKeys, name } = narrowOptions(op, narrow)
  const how = { keepsKeys, hasIndex: true }
  return new MapPartitions(op.about('MapPartitions', name), parent, op.fn(f), how)
}

export function glom<T>(op: Operation, parent: Lineage<T>, given?: TransformOptions): Lineage<T[]> {
  const { name } = options(op, 'options', given)
  return new Glom(op.about('MapPartitions', name), parent)
}

/** Parents that never hold anything are left out. */
export function union<T>(
  op: Operation,
  parents: readonly Lineage<T>[],
  given?: TransformOptions,
): Lineage<T> {
  const { name } = options(op, 'options', given)
  const filled = parents.filter(parent => parent.tag !== 'empty')
  return new Union(op.about('UnionRDD', name), filled)
}

/** Each element once: the elements are the keys of a shuffle that keeps no values. */
export function distinct<T>(
  op: Operation,
  parent: Lineage<T>,
  partitioning?: Partitioning<T>,
): Lineage<T> {
  const { placing, name, mapSideCombine } = placement<T>(op, [partitioning])
  const keyed = new AsKeys(op.about('MapPartitions'), parent)
  const shuffled = new Shuffled<T, null, null>(op.about('ShuffledRDD'), keyed, {
    shuffleId: op.origin.nextShuffleId(),
    placing,
    combining: KEEP_FIRST,
    mapSideCombine,
  })
  return new Keys(op.about('MapPartitions', name), shuffled)
}

export function coalesce<T>(
  op: Operation,
  parent: Lineage<T>,
  numPartitions: number,
  shuffle?: boolean | CoalesceOptions,
): Lineage<T> {
  const given = typeof shuffle === 'boolean' ? { shuffle } : options(op, 'shuffle', shuffle)
  const count = wholeNumber(op, 'numPartitions', numPartitions, 1)
  if (given.shuffle === true) return repartition(op, parent, count, given)
  return new Coalesce(op.about('CoalescedRDD', given.name), parent, count)
}

/** Elements go to the new partitions in turn, so their sizes differ by no more than the number of old ones. */
export function repartition<T>(
  op: Operation,
  parent: Lineage<T>,
  numPartitions: number,
  given?: TransformOptions,
): Lineage<T> {
  const { name } = options(op, 'options', given)
  const count = wholeNumber(op, 'numPartitions', numPartitions, 1)
  const spread = new Spread(op.about('MapPartitions'), parent, count)
  const shuffled = new Shuffled<number, T, T>(op.about('ShuffledRDD'), spread, {
    shuffleId: op.origin.nextShuffleId(),
    placing: { kind: 'given', placement: placeByNumber(count) },
    combining: NO_COMBINING,
    mapSideCombine: false,
  })
  return new Values(op.about('CoalescedRDD', name), shuffled)
}
