import {
  AsKeys,
  Cartesian,
  CoGrouped,
  FilterGroups,
  type GroupFilter,
  Keys,
  type Lineage,
  Numbered,
  type Numbering,
  ZipPartitions,
  Zipped,
} from '#publib/lineage'
import type { Narrow, Partitioning, TransformOptions } from '../options.ts'
import type { Pair } from '../values.ts'
import { narrowOptions, options } from './arguments.ts'
import type { Operation } from './operation.ts'
import { placement } from './placement.ts'

/** The elements that are in both, each once; or those of the left side that are not on the right, duplicates too. */
export function filterElements<T>(
  op: Operation,
  sides: readonly [Lineage<T>, Lineage<T>],
  kind: GroupFilter,
  partitioning?: Partitioning<T>,
): Lineage<T> {
  const [left, right] = sides.map(side => new AsKeys(op.about('MapPartitions'), side))
  const { name } = placement<T>(op, [partitioning])
  const kept = filterPairs<T, null>(op, [left!, right!], kind, partitioning)
  return new Keys(op.about('MapPartitions', name), kept)
}

/** The left side's pairs of keys that are not on the right, duplicates too. */
export function filterPairs<K, V>(
  op: Operation,
  parents: readonly [Lineage<Pair<K, V>>, Lineage<Pair<K, unknown>>],
  kind: GroupFilter,
  partitioning?: Partitioning<K>,
): Lineage<Pair<K, V>> {
  const { placing, name } = placement<K>(op, [partitioning])
  const shuffleIds = parents.map(() => op.origin.nextShuffleId())
  const grouped = new CoGrouped<K>(op.about('CoGroupedRDD'), parents, { placing, shuffleIds })
  const about = op.about('SubtractedRDD', name)
  return new FilterGroups<K>(about, grouped, kind) as Lineage<Pair<K, V>>
}

export function cartesian<T, U>(
  op: Operation,
  left: Lineage<T>,
  right: Lineage<U>,
  given?: TransformOptions,
): Lineage<[T, U]> {
  const { name } = options(op, 'options', given)
  return new Cartesian(op.about('CartesianRDD', name), left, right)
}

export function zip<T, U>(
  op: Operation,
  left: Lineage<T>,
  right: Lineage<U>,
  given?: TransformOptions,
): Lineage<[T, U]> {
  const { name } = options(op, 'options', given)
  return new Zipped(op.about('ZippedPartitionsRDD', name), left, right)
}

export function zipPartitions<R>(
  op: Operation,
  parents: readonly Lineage<unknown>[],
  f: (...partitions: IterableIterator<unknown>[]) => Iterable<R>,
  narrow?: Narrow,
): Lineage<R> {
  const { keepsKeys, name } = narrowOptions(op, narrow)
  return new ZipPartitions(op.about('ZippedPartitionsRDD', name), parents, op.fn(f), keepsKeys)
}

export function numbered<T>(
  op: Operation,
  parent: Lineage<T>,
  numbering: Numbering,
  given?: TransformOptions,
): Lineage<[T, number]> {
  const { name } = options(op, 'options', given)
  return new Numbered(op.about('ZippedWithIndexRDD', name), parent, numbering)
}
