import type { Batch } from '#publib/columnar'
import { type Partitioner, RangePartitioner } from '#publib/shuffle'
import { compareValues } from '#publib/util'
import type { ComputeContext } from '../compute-context.ts'
import { notAPair } from '../errors.ts'
import { type About, type Dependency, dependsOn, type Fields, Lineage } from '../lineage.ts'
import { onlyParent, type Parts, rootAt } from '../operator.ts'
import type { Root } from '../root.ts'

/** Pairs whose key lies in a closed range. Where ranges of keys are known, only partitions that may hold some are computed. */
export class FilterByRange<K, V> extends Lineage<[K, V]> {
  static readonly tag = 'filterByRange'
  override readonly tag = FilterByRange.tag
  override readonly parents: readonly [Lineage<readonly [K, V]>]
  readonly bounds: Root<readonly [lower: K, upper: K]>
  #span: readonly [first: number, count: number] | undefined

  constructor(
    about: About,
    parent: Lineage<readonly [K, V]>,
    bounds: Root<readonly [K, K]>,
    span?: readonly [number, number],
  ) {
    super(about)
    this.parents = [parent]
    this.bounds = bounds
    this.#span = span
  }

  static decode(parts: Parts): FilterByRange<unknown, unknown> {
    const span = parts.fields['span'] as readonly [number, number]
    return new FilterByRange(parts.about, onlyParent(parts), rootAt(parts, 0), span)
  }

  override get dependencies(): readonly Dependency[] {
    const [parent] = this.parents
    const [first] = this.#partitions()
    return [dependsOn(parent, partition => [first + partition])]
  }

  override get numPartitions(): number {
    return this.#partitions()[1]
  }

  override *compute(partition: number, context: ComputeContext): Iterable<Batch<[K, V]>> {
    const [lower, upper] = context.root(this.bounds)
    const [first] = this.#partitions()
    for (const batch of context.compute(this.parents[0], first + partition)) {
      const out: [K, V][] = []
      for (let i = 0; i < batch.length; i++) {
        const pair = batch[i]!
        if (!Array.isArray(pair)) throw notAPair('filterByRange()', pair)
        if (compareValues(pair[0], lower) >= 0 && compareValues(pair[0], upper) <= 0) {
          out.push(pair as [K, V])
        }
      }
      if (out.length > 0) yield out
    }
  }

  override preferredLocations(partition: number): readonly string[] {
    return this.parents[0].preferredLocations(this.#partitions()[0] + partition)
  }

  override fields(): Fields {
    return { span: this.#partitions() }
  }

  override roots(): readonly Root[] {
    return [this.bounds]
  }

  /** The first partition of the parent, and how many. */
  #partitions(): readonly [first: number, count: number] {
    this.#span ??= this.#mayHold()
    return this.#span
  }

  #mayHold(): readonly [number, number] {
    const [parent] = this.parents
    const { partitioner } = parent
    const [lower, upper] = this.bounds.value
    if (!followsTotalOrder(partitioner)) return [0, parent.numPartitions]
    if (compareValues(lower, upper) > 0) return [0, 0]
    const ends = [partitioner.getPartition(lower), partitioner.getPartition(upper)]
    const first = Math.min(...ends)
    return [first, Math.max(...ends) - first + 1]
  }
}

function followsTotalOrder(partitioner: Partitioner | undefined): partitioner is Partitioner {
  if (!(partitioner instanceof RangePartitioner)) return false
  return partitioner.equals(new RangePartitioner(partitioner.bounds, partitioner.ascending))
}
