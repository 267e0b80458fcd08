import type { Batch } from '#publib/columnar'
import type { Partitioner } from '#publib/shuffle'
import type { ComputeContext } from '../compute-context.ts'
import { partitionCountsDiffer } from '../errors.ts'
import { type About, type Dependency, type Fields, Lineage, oneToOne } from '../lineage.ts'
import { type Parts, parentAt, rootAt } from '../operator.ts'
import { batched, batchesOf, Records } from '../records.ts'
import { iterableOf } from '../results.ts'
import type { Root } from '../root.ts'

/** Is given a partition of each parent, in order. */
export type ZippingFunction<U> = (...partitions: IterableIterator<unknown>[]) => Iterable<U>

/** Partition by partition with others: as many partitions, of any sizes. */
export class ZipPartitions<U> extends Lineage<U> {
  static readonly tag = 'zipPartitions'
  override readonly tag = ZipPartitions.tag
  override readonly parents: readonly Lineage<unknown>[]
  readonly f: Root<ZippingFunction<U>>
  /** Whether the keys of the first stay as they are. */
  readonly keepsKeys: boolean

  constructor(
    about: About,
    parents: readonly Lineage<unknown>[],
    f: Root<ZippingFunction<U>>,
    keepsKeys: boolean,
  ) {
    super(about)
    this.parents = parents
    this.f = f
    this.keepsKeys = keepsKeys
  }

  static decode(parts: Parts): ZipPartitions<unknown> {
    const parents = parts.inputs.map((_, index) => parentAt(parts, index))
    return new ZipPartitions(
      parts.about,
      parents,
      rootAt(parts, 0),
      parts.fields['keepsKeys'] === true,
    )
  }

  override get dependencies(): readonly Dependency[] {
    return this.parents.map(oneToOne)
  }

  override get partitioner(): Partitioner | undefined {
    return this.keepsKeys ? this.parents[0]?.partitioner : undefined
  }

  override get numPartitions(): number {
    const counts = new Set(this.parents.map(({ numPartitions }) => numPartitions))
    if (counts.size === 1) return this.parents[0]!.numPartitions
    throw partitionCountsDiffer(this.about, this.parents)
  }

  override async prepare(): Promise<void> {
    void this.numPartitions
  }

  override *compute(partition: number, context: ComputeContext): Iterable<Batch<U>> {
    const f = context.root(this.f)
    const records = this.parents.map(parent => new Records(context.compute(parent, partition)))
    let hasFailed = true
    try {
      const result = f(...records)
      yield* Array.isArray(result) ? batchesOf<U>(result) : batched(iterableOf<U>(result, this.f))
      hasFailed = false
    } finally {
      for (const one of records) one.release(hasFailed)
    }
  }

  override preferredLocations(partition: number): readonly string[] {
    return [...new Set(this.parents.flatMap(parent => parent.preferredLocations(partition)))]
  }

  override fields(): Fields {
    return { keepsKeys: this.keepsKeys }
  }

  override roots(): readonly Root[] {
    return [this.f]
  }
}
