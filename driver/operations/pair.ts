import {
  aggregating,
  CoGrouped,
  type Combining,
  combining,
  FilterByRange,
  FlatMapValues,
  GROUPING,
  JoinGroups,
  type JoinKind,
  KeyBy,
  Keys,
  type Lineage,
  MapValues,
  NO_COMBINING,
  type OrderRoots,
  type Placing,
  placeByHash,
  reducing,
  Shuffled,
  Values,
} from '#publib/lineage'
import type { Partitioner } from '#publib/shuffle'
import type { Ascending, Partitioning, SortOptions, TransformOptions } from '../options.ts'
import type { Group, KeyFunction, Pair, PartitionFunction } from '../values.ts'
import { isPartitioner, options, wholeNumber } from './arguments.ts'
import type { Operation } from './operation.ts'
import { type PlacementArguments, placement, placingByPartitioner, placingOf } from './placement.ts'

/** The arguments after the functions of an operation by key. */
type Rest<K> = readonly [
  numPartitions?: Partitioning<K> | undefined,
  partitionFunc?: PartitionFunction<K> | undefined,
]

export function keys<K, V>(op: Operation, parent: Lineage<Pair<K, V>>): Lineage<K> {
  return new Keys(op.about('MapPartitions'), parent)
}

export function values<K, V>(op: Operation, parent: Lineage<Pair<K, V>>): Lineage<V> {
  return new Values(op.about('MapPartitions'), parent)
}

export function mapValues<K, V, U>(
  op: Operation,
  parent: Lineage<Pair<K, V>>,
  f: (value: V) => U,
  given?: TransformOptions,
): Lineage<Pair<K, U>> {
  const { name } = options(op, 'options', given)
  return new MapValues(op.about('MapPartitions', name), parent, op.fn(f))
}

export function flatMapValues<K, V, U>(
  op: Operation,
  parent: Lineage<Pair<K, V>>,
  f: (value: V) => Iterable<U>,
  given?: TransformOptions,
): Lineage<Pair<K, U>> {
  const { name } = options(op, 'options', given)
  return new FlatMapValues(op.about('MapPartitions', name), parent, op.fn(f))
}

export function reduceByKey<K, V>(
  op: Operation,
  parent: Lineage<Pair<K, V>>,
  f: (a: V, b: V) => V,
  rest: Rest<K>,
): Lineage<Pair<K, V>> {
  return shuffled(op, parent, reducing(op.fn(f)), placement(op, rest))
}

export function foldByKey<K, V>(
  op: Operation,
  parent: Lineage<Pair<K, V>>,
  zeroValue: V,
  f: (a: V, b: V) => V,
  rest: Rest<K>,
): Lineage<Pair<K, V>> {
  const root = op.fn(f)
  const folding = aggregating(op.value(zeroValue), root, root)
  return shuffled(op, parent, folding, placement(op, rest))
}

export function aggregateByKey<K, V, U>(
  op: Operation,
  parent: Lineage<Pair<K, V>>,
  zeroValue: U,
  functions: {
    readonly seqFunc: (accumulated: U, value: V) => U
    readonly combFunc: (a: U, b: U) => U
  },
  rest: Rest<K>,
): Lineage<Pair<K, U>> {
  const seqFunc = op.fn(functions.seqFunc, 'seqFunc')
  const combFunc = op.fn(functions.combFunc, 'combFunc')
  const how = aggregating(op.value(zeroValue), seqFunc, combFunc)
  return shuffled(op, parent, how, placement(op, rest))
}

export function combineByKey<K, V, C>(
  op: Operation,
  parent: Lineage<Pair<K, V>>,
  functions: {
    readonly createCombiner: (value: V) => C
    readonly mergeValue: (combiner: C, value: V) => C
    readonly mergeCombiners: (a: C, b: C) => C
  },
  rest: Rest<K>,
): Lineage<Pair<K, C>> {
  const how = combining(
    op.fn(functions.createCombiner, 'createCombiner'),
    op.fn(functions.mergeValue, 'mergeValue'),
    op.fn(functions.mergeCombiners, 'mergeCombiners'),
  )
  return shuffled(op, parent, how, placement(op, rest))
}

export function groupByKey<K, V>(
  op: Operation,
  parent: Lineage<Pair<K, V>>,
  rest: Rest<K>,
): Lineage<Pair<K, Group<V>>> {
  return shuffled(op, parent, GROUPING, placement(op, rest))
}

export function groupBy<T, K>(
  op: Operation,
  parent: Lineage<T>,
  f: (element: T) => K,
  rest: Rest<K>,
): Lineage<Pair<K, Group<T>>> {
  const how = placement(op, rest)
  const keyed = new KeyBy(op.about('MapPartitions'), parent, op.fn(f))
  return shuffled(op, keyed, GROUPING, how)
}

export function partitionBy<K, V>(
  op: Operation,
  parent: Lineage<Pair<K, V>>,
  places?: number | Partitioner<K>,
  partitionFunc?: PartitionFunction<K>,
): Lineage<Pair<K, V>> {
  const placing = isPartitioner(places)
    ? placingByPartitioner(op, places)
    : placingOf(op, { numPartitions: places as number | undefined, partitionFunc })
  return shuffled(op, parent, NO_COMBINING, { placing, mapSideCombine: false, name: undefined })
}

/** Each pair in the place of its key, and each partition sorted. */
export function partitionAndSort<K, V>(
  op: Operation,
  parent: Lineage<Pair<K, V>>,
  places: {
    readonly numPartitions?: number | Partitioner<K> | undefined
    readonly partitionFunc?: PartitionFunction<K> | undefined
  },
  sort: Pick<SortArguments<K>, 'keyFunc'> & { readonly ascending?: boolean | undefined },
): Lineage<Pair<K, V>> {
  const { numPartitions, partitionFunc } = places
  const placing = isPartitioner(numPartitions)
    ? placingByPartitioner(op, numPartitions)
    : placingOf(op, { numPartitions: numPartitions as number | undefined, partitionFunc })
  return new Shuffled<K, V, V>(op.about('ShuffledRDD'), parent, {
    shuffleId: op.origin.nextShuffleId(),
    placing,
    combining: NO_COMBINING,
    mapSideCombine: false,
    ordering: {
      ascending: sort.ascending ?? true,
      key: op.optionalFn(sort.keyFunc, 'keyFunc'),
      compare: undefined,
    },
  })
}

export function filterByRange<K, V>(
  op: Operation,
  parent: Lineage<Pair<K, V>>,
  lower: K,
  upper: K,
): Lineage<Pair<K, V>> {
  const bounds = op.value<readonly [K, K]>([lower, upper])
  return new FilterByRange<K, V>(op.about('MapPartitions'), parent, bounds)
}

export function sortByKey<K, V>(
  op: Operation,
  parent: Lineage<Pair<K, V>>,
  sort: SortArguments<K>,
): Lineage<Pair<K, V>> {
  return sorted(op, parent, sort)
}

export function sortBy<T, K>(
  op: Operation,
  parent: Lineage<T>,
  f: (element: T) => K,
  sort: SortArguments<K>,
): Lineage<T> {
  const keyed = new KeyBy(op.about('MapPartitions'), parent, op.fn(f))
  const { name } = typeof sort.ascending === 'object' ? sort.ascending : { name: undefined }
  return new Values(op.about('MapPartitions', name), sorted(op, keyed, sort))
}

/** For each key that is in any of them, the group of each. */
export function cogroup<K>(
  op: Operation,
  parents: readonly Lineage<Pair<K, unknown>>[],
  partitioning?: Partitioning<K>,
): Lineage<Pair<K, Group<unknown>[]>> {
  const { placing, name } = placement<K>(op, [partitioning])
  const shuffleIds = parents.map(() => op.origin.nextShuffleId())
  return new CoGrouped<K>(op.about('CoGroupedRDD', name), parents, { placing, shuffleIds })
}

export function join<K, V, W>(
  op: Operation,
  left: Lineage<Pair<K, V>>,
  right: Lineage<Pair<K, W>>,
  kind: JoinKind,
  partitioning?: Partitioning<K>,
): Lineage<Pair<K, [unknown, unknown]>> {
  const { placing, name } = placement<K>(op, [partitioning])
  const shuffleIds = [op.origin.nextShuffleId(), op.origin.nextShuffleId()]
  const grouped = new CoGrouped<K>(op.about('CoGroupedRDD'), [left, right], { placing, shuffleIds })
  return new JoinGroups<K>(op.about('MapPartitions', name), grouped, kind)
}

/** The arguments of sorts, as they stand in the call. */
export interface SortArguments<K> {
  readonly ascending?: Ascending<K> | undefined
  readonly numPartitions?: number | undefined
  readonly keyFunc?: KeyFunction<K> | undefined
}

function sorted<K, V>(
  op: Operation,
  parent: Lineage<Pair<K, V>>,
  sort: SortArguments<K>,
): Lineage<Pair<K, V>> {
  const given: SortOptions<K> =
    typeof sort.ascending === 'boolean' || sort.ascending === undefined
      ? withoutUndefined({ ...sort, ascending: sort.ascending ?? true })
      : options<SortOptions<K>>(op, 'ascending', sort.ascending)
  const order: OrderRoots = {
    ascending: given.ascending ?? true,
    key: op.optionalFn(given.keyFunc, 'keyFunc'),
    compare: op.optionalFn(given.compare, 'compare'),
  }
  const count =
    given.numPartitions === undefined
      ? op.origin.partitionsByDefault
      : wholeNumber(op, 'numPartitions', given.numPartitions, 1)
  const placing: Placing =
    count === 1
      ? { kind: 'given', placement: placeByHash(1) }
      : { kind: 'sampled', numPartitions: count, order }
  return new Shuffled<K, V, V>(op.about('ShuffledRDD', given.name), parent, {
    shuffleId: op.origin.nextShuffleId(),
    placing,
    combining: NO_COMBINING,
    mapSideCombine: false,
    ordering: order,
  })
}

export function shuffled<K, V, C>(
  op: Operation,
  parent: Lineage<Pair<K, V>>,
  how: Combining,
  { placing, mapSideCombine, name }: PlacementArguments,
): Lineage<Pair<K, C>> {
  return new Shuffled<K, V, C>(op.about('ShuffledRDD', name), parent, {
    shuffleId: op.origin.nextShuffleId(),
    placing,
    combining: how,
    mapSideCombine,
  })
}

function withoutUndefined<O extends object>(
  given: O,
): { [P in keyof O]: Exclude<O[P], undefined> } {
  const entries = Object.entries(given).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries) as { [P in keyof O]: Exclude<O[P], undefined> }
}
