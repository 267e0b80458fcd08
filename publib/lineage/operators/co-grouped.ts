import type { Batch, Column, ValueGroup } from '#publib/columnar'
import { cogroupColumns, cogroupStreams, type Partitioner } from '#publib/shuffle'
import type { ShuffleId } from '#publib/util'
import { columnsOrRows, ownColumns } from '../columns-or-rows.ts'
import { NO_COMBINING } from '../combining.ts'
import type { ComputeContext } from '../compute-context.ts'
import { notPrepared } from '../errors.ts'
import { type About, type Dependency, type Fields, Lineage, oneToOne } from '../lineage.ts'
import type { Input, Parts } from '../operator.ts'
import { decodePlacement, type Placement } from '../placement.ts'
import { isPlaced, type Placing, placeByRule } from '../placing.ts'
import type { Root } from '../root.ts'
import { shuffleDependency } from '../shuffle-dependency.ts'

export interface CoGroupedOptions {
  /** One for each parent; those of parents whose keys lie in their places already stay unused. */
  readonly shuffleIds: readonly ShuffleId[]
  readonly placing: Exclude<Placing, { kind: 'sampled' }>
}

/** For each key that is in any parent, the group of each. */
export class CoGrouped<K> extends Lineage<[K, ValueGroup<unknown>[]]> {
  static readonly tag = 'coGrouped'
  override readonly tag = CoGrouped.tag
  override readonly parents: readonly Lineage<readonly [K, unknown]>[]
  readonly #options: CoGroupedOptions | undefined
  #settled:
    | { readonly placement: Placement; readonly dependencies: readonly Dependency[] }
    | undefined

  constructor(
    about: About,
    parents: readonly Lineage<readonly [K, unknown]>[],
    options?: CoGroupedOptions,
  ) {
    super(about)
    this.parents = parents
    this.#options = options
    this.#settleIfKnown()
  }

  static decode(parts: Parts): CoGrouped<unknown> {
    const parents = parts.inputs.map(input =>
      input.kind === 'narrow' ? input.parent : input.dependency.parent,
    )
    const made = new CoGrouped(parts.about, parents as Lineage<readonly [unknown, unknown]>[])
    const placement = decodePlacement(parts.fields['placement'] as Fields, parts.roots)
    made.#settled = { placement, dependencies: parts.inputs.map(dependencyOf) }
    return made
  }

  protected override isSettled(): boolean {
    this.#settleIfKnown()
    return this.#settled !== undefined
  }

  override get dependencies(): readonly Dependency[] {
    return this.#known().dependencies
  }

  override get numPartitions(): number {
    return this.#known().placement.partitioner.numPartitions
  }

  override get partitioner(): Partitioner | undefined {
    this.#settleIfKnown()
    return this.#settled?.placement.partitioner
  }

  override preferredLocations(partition: number): readonly string[] {
    const narrow = this.#known().dependencies.filter(({ kind }) => kind === 'narrow')
    return [...new Set(narrow.flatMap(({ parent }) => parent.preferredLocations(partition)))]
  }

  override compute(
    partition: number,
    context: ComputeContext,
  ): Iterable<Batch<[K, ValueGroup<unknown>[]]>> {
    const sides = this.#known().dependencies.map(dependency =>
      dependency.kind === 'shuffle'
        ? context.readShuffle<readonly [K, unknown]>(dependency, partition)
        : context.compute(dependency.parent as Lineage<readonly [K, unknown]>, partition),
    )
    return cogroupStreams<K>(sides, context.environment)
  }

  override columns(partition: number, context: ComputeContext): Iterable<Column> {
    return cogroupColumns(this.sides(partition, context), context.environment)
  }

  /** The pairs of each parent that belong to a partition, as columns that can be kept. */
  sides(partition: number, context: ComputeContext): readonly Iterable<Column>[] {
    return this.#known().dependencies.map(dependency =>
      dependency.kind === 'shuffle'
        ? context.readShuffleColumns(dependency, partition)
        : ownColumns(columnsOrRows(dependency.parent, partition, context)),
    )
  }

  override shuffleIds(): readonly ShuffleId[] {
    return this.#options?.shuffleIds ?? []
  }

  override fields(): Fields {
    return { placement: this.#known().placement.fields }
  }

  override roots(): readonly Root[] {
    return this.#known().placement.roots
  }

  #known(): { readonly placement: Placement; readonly dependencies: readonly Dependency[] } {
    this.#settleIfKnown()
    if (this.#settled === undefined) throw notPrepared(this.about.operator)
    return this.#settled
  }

  #settleIfKnown(): void {
    const options = this.#options
    if (this.#settled !== undefined || options === undefined) return
    if (!this.parents.every(parent => parent.isPrepared)) return
    const { placing, shuffleIds } = options
    const placement =
      placing.kind === 'given' ? placing.placement : placeByRule(this.parents, placing)
    const dependencies = this.parents.map((parent, index): Dependency => {
      if (isPlaced(parent, placement)) return oneToOne(parent)
      return shuffleDependency(parent, {
        shuffleId: shuffleIds[index]!,
        placement,
        combining: NO_COMBINING,
        mapSideCombine: false,
        ordering: undefined,
      })
    })
    this.#settled = { placement, dependencies }
  }
}

function dependencyOf(input: Input): Dependency {
  return input.kind === 'narrow' ? oneToOne(input.parent) : input.dependency
}
