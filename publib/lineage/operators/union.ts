import type { Batch, Column } from '#publib/columnar'
import { equalPartitioners, type Partitioner } from '#publib/shuffle'
import { columnsOrRows } from '../columns-or-rows.ts'
import type { ComputeContext } from '../compute-context.ts'
import {
  type About,
  type Dependency,
  dependsOn,
  type Fields,
  Lineage,
  oneToOne,
} from '../lineage.ts'
import { type Parts, parentAt } from '../operator.ts'

/**
 * The elements of all parents. Partitions stand one after another; where all parents place keys alike, equal partitions are
 * joined instead and the partitioner holds.
 */
export class Union<T> extends Lineage<T> {
  static readonly tag = 'union'
  override readonly tag = Union.tag
  override readonly parents: readonly Lineage<T>[]
  #isAligned: boolean | undefined

  constructor(about: About, parents: readonly Lineage<T>[], isAligned?: boolean) {
    super(about)
    this.parents = parents
    this.#isAligned = isAligned
  }

  static decode(parts: Parts): Union<unknown> {
    const parents = parts.inputs.map((_, index) => parentAt(parts, index))
    return new Union(parts.about, parents, parts.fields['isAligned'] === true)
  }

  override get numPartitions(): number {
    if (this.#aligned) return this.parents[0]!.numPartitions
    return this.parents.reduce((sum, parent) => sum + parent.numPartitions, 0)
  }

  override get partitioner(): Partitioner | undefined {
    return this.isPrepared && this.#aligned ? this.parents[0]!.partitioner : undefined
  }

  override get dependencies(): readonly Dependency[] {
    if (this.#aligned) return this.parents.map(oneToOne)
    let first = 0
    return this.parents.map(parent => {
      const from = first
      first += parent.numPartitions
      return dependsOn(parent, partition => within(partition - from, parent))
    })
  }

  override preferredLocations(partition: number): readonly string[] {
    return this.dependencies.flatMap(dependency =>
      dependency.kind === 'narrow'
        ? dependency.parents(partition).flatMap(p => dependency.parent.preferredLocations(p))
        : [],
    )
  }

  override *compute(partition: number, context: ComputeContext): Iterable<Batch<T>> {
    for (const [parent, index] of this.#parts(partition)) yield* context.compute(parent, index)
  }

  override *columns(partition: number, context: ComputeContext): Iterable<Column> {
    for (const [parent, index] of this.#parts(partition)) {
      yield* columnsOrRows(parent, index, context)
    }
  }

  override fields(): Fields {
    return { isAligned: this.#aligned }
  }

  /** The partitions of parents that a partition is made of. */
  #parts(partition: number): readonly (readonly [parent: Lineage<T>, index: number])[] {
    if (this.#aligned) return this.parents.map(parent => [parent, partition])
    let index = partition
    for (const parent of this.parents) {
      if (index < parent.numPartitions) return [[parent, index]]
      index -= parent.numPartitions
    }
    return []
  }

  get #aligned(): boolean {
    this.#isAligned ??= areAligned(this.parents)
    return this.#isAligned
  }
}

function within(index: number, parent: Lineage<unknown>): readonly number[] {
  return index >= 0 && index < parent.numPartitions ? [index] : []
}

function areAligned(parents: readonly Lineage<unknown>[]): boolean {
  const first = parents[0]?.partitioner
  return (
    first !== undefined && parents.every(parent => equalPartitioners(parent.partitioner, first))
  )
}
