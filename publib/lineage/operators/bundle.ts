import type { Batch, Column } from '#publib/columnar'
import { columnsOrRows } from '../columns-or-rows.ts'
import type { ComputeContext } from '../compute-context.ts'
import { type Dependency, dependsOn, type Fields, Lineage } from '../lineage.ts'
import { onlyParent, type Parts } from '../operator.ts'

/**
 * Neighbouring partitions whose records one task gives to a shuffle, one partition after the other: bundle i has the parent's
 * from floor(i × n / count) on. No user asks for it: each partition stays one, with functions of its own (see MapPart).
 */
export class Bundle<T> extends Lineage<T> {
  static readonly tag = 'bundle'
  override readonly tag = Bundle.tag
  readonly parent: Lineage<T>
  override readonly numPartitions: number

  constructor(parent: Lineage<T>, numBundles: number) {
    // It is what its parent is, but never kept itself.
    super({ ...parent.about, isCached: false })
    this.parent = parent
    this.numPartitions = numBundles
  }

  static decode(parts: Parts): Bundle<unknown> {
    return new Bundle(onlyParent(parts), parts.fields['numBundles'] as number)
  }

  /** The parent's partitions of a bundle. */
  partitionsOf(bundle: number): readonly number[] {
    const from = this.#bound(bundle)
    return Array.from({ length: this.#bound(bundle + 1) - from }, (_, i) => from + i)
  }

  override get parents(): readonly Lineage<unknown>[] {
    return [this.parent]
  }

  override get dependencies(): readonly Dependency[] {
    return [dependsOn(this.parent, bundle => this.partitionsOf(bundle))]
  }

  override *compute(bundle: number, context: ComputeContext): Iterable<Batch<T>> {
    for (const index of this.partitionsOf(bundle)) yield* context.compute(this.parent, index)
  }

  override *columns(bundle: number, context: ComputeContext): Iterable<Column> {
    for (const index of this.partitionsOf(bundle)) {
      yield* columnsOrRows(this.parent, index, context)
    }
  }

  override fields(): Fields {
    return { numBundles: this.numPartitions }
  }

  #bound(bundle: number): number {
    return Math.floor((bundle * this.parent.numPartitions) / this.numPartitions)
  }
}
