import type { Batch, Column } from '#publib/columnar'
import { columnsOrRows } from '../columns-or-rows.ts'
import type { ComputeContext } from '../compute-context.ts'
import { type About, type Dependency, dependsOn, type Fields, Lineage } from '../lineage.ts'
import { onlyParent, type Parts } from '../operator.ts'

/** Fewer partitions, by joining neighbours: new partition i takes the parent's from floor(i × n / count) on. */
export class Coalesce<T> extends Lineage<T> {
  static readonly tag = 'coalesce'
  override readonly tag = Coalesce.tag
  readonly parent: Lineage<T>
  /** As asked for; there are never more than the parent has. */
  readonly count: number

  constructor(about: About, parent: Lineage<T>, count: number) {
    super(about)
    this.parent = parent
    this.count = count
  }

  static decode(parts: Parts): Coalesce<unknown> {
    return new Coalesce(parts.about, onlyParent(parts), parts.fields['count'] as number)
  }

  override get parents(): readonly Lineage<unknown>[] {
    return [this.parent]
  }

  override get numPartitions(): number {
    return Math.min(this.count, this.parent.numPartitions)
  }

  override get dependencies(): readonly Dependency[] {
    return [dependsOn(this.parent, partition => this.#group(partition))]
  }

  override preferredLocations(partition: number): readonly string[] {
    return [...new Set(this.#group(partition).flatMap(p => this.parent.preferredLocations(p)))]
  }

  override *compute(partition: number, context: ComputeContext): Iterable<Batch<T>> {
    for (const index of this.#group(partition)) yield* context.compute(this.parent, index)
  }

  override *columns(partition: number, context: ComputeContext): Iterable<Column> {
    for (const index of this.#group(partition)) yield* columnsOrRows(this.parent, index, context)
  }

  override fields(): Fields {
    return { count: this.count }
  }

  #group(partition: number): readonly number[] {
    const from = this.#bound(partition)
    return Array.from({ length: this.#bound(partition + 1) - from }, (_, i) => from + i)
  }

  #bound(partition: number): number {
    return Math.floor((partition * this.parent.numPartitions) / this.numPartitions)
  }
}
