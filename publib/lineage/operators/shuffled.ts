import type { Batch, Column } from '#publib/columnar'
import { combineColumns, type Partitioner } from '#publib/shuffle'
import type { ShuffleId } from '#publib/util'
import { ownColumns } from '../columns-or-rows.ts'
import { aggregatorOf, type Combining } from '../combining.ts'
import type { ComputeContext } from '../compute-context.ts'
import { notPrepared } from '../errors.ts'
import {
  type About,
  type Dependency,
  type Fields,
  Lineage,
  oneToOne,
  type ShuffleDependency,
} from '../lineage.ts'
import { combineLocally } from '../local-combine.ts'
import type { Parts } from '../operator.ts'
import { type OrderRoots, type Placement, placeByRange } from '../placement.ts'
import { isPlaced, type Placing, placeByRule } from '../placing.ts'
import type { Preparation } from '../preparation.ts'
import type { Root } from '../root.ts'
import { sampleBounds } from '../sample-bounds.ts'
import {
  decodePlan,
  encodePlan,
  type ShufflePlan,
  shuffleDependency,
} from '../shuffle-dependency.ts'

export interface ShuffledOptions {
  readonly shuffleId: ShuffleId
  readonly placing: Placing
  readonly combining: Combining
  readonly mapSideCombine: boolean
  readonly ordering?: OrderRoots | undefined
}

/**
 * Pairs regrouped by key: each in the partition of its key, combined and sorted as asked. Where the parent's keys lie in
 * their places already and no order is asked for, nothing moves and values are combined within the partition.
 */
export class Shuffled<K, V, out C> extends Lineage<[K, C]> {
  static readonly tag = 'shuffled'
  override readonly tag = Shuffled.tag
  readonly parent: Lineage<readonly [K, V]>
  readonly options: Omit<ShuffledOptions, 'placing'>
  readonly #placing: Placing | undefined
  #settled: { readonly plan: ShufflePlan; readonly dependency: Dependency } | undefined

  constructor(about: About, parent: Lineage<readonly [K, V]>, options: ShuffledOptions) {
    super(about)
    this.parent = parent
    this.options = options
    this.#placing = options.placing
    this.#settleIfKnown()
  }

  static decode(parts: Parts): Shuffled<unknown, unknown, unknown> {
    const input = parts.inputs[0]!
    const shuffleId = parts.fields['shuffleId'] as ShuffleId
    if (input.kind === 'shuffle') {
      const { fields, roots, parent } = input.dependency
      return Shuffled.#settledAs(
        parts.about,
        parent,
        decodePlan(shuffleId, fields, roots),
        input.dependency,
      )
    }
    const plan = decodePlan(shuffleId, parts.fields['plan'] as Fields, parts.roots)
    return Shuffled.#settledAs(parts.about, input.parent, plan, oneToOne(input.parent))
  }

  static #settledAs(
    about: About,
    parent: Lineage<unknown>,
    plan: ShufflePlan,
    dependency: Dependency,
  ): Shuffled<unknown, unknown, unknown> {
    const placing: Placing = { kind: 'given', placement: plan.placement }
    const made = new Shuffled(about, parent as Lineage<readonly [unknown, unknown]>, {
      ...plan,
      placing,
    })
    made.#settled = { plan, dependency }
    return made
  }

  override get parents(): readonly Lineage<unknown>[] {
    return [this.parent]
  }

  protected override isSettled(): boolean {
    this.#settleIfKnown()
    return this.#settled !== undefined
  }

  override async prepare(preparation: Preparation): Promise<void> {
    this.#settleIfKnown()
    const placing = this.#placing
    if (this.#settled !== undefined || placing?.kind !== 'sampled') return
    const count = placing.numPartitions ?? this.parent.numPartitions
    const bounds = await sampleBounds(this.parent, count, placing.order, preparation)
    this.#settle(placeByRange(bounds, placing.order))
  }

  override get dependencies(): readonly Dependency[] {
    return [this.#known().dependency]
  }

  override get numPartitions(): number {
    return this.#known().plan.placement.partitioner.numPartitions
  }

  override get partitioner(): Partitioner | undefined {
    this.#settleIfKnown()
    return this.#settled?.plan.placement.partitioner
  }

  override preferredLocations(partition: number): readonly string[] {
    const { dependency } = this.#known()
    return dependency.kind === 'narrow' ? dependency.parent.preferredLocations(partition) : []
  }

  override compute(partition: number, context: ComputeContext): Iterable<Batch<[K, C]>> {
    const { dependency } = this.#known()
    if (dependency.kind === 'shuffle') return context.readShuffle<[K, C]>(dependency, partition)
    const records = context.compute(this.parent, partition)
    return combineLocally<K, V, C>(records, aggregatorOf(this.options.combining), context)
  }

  override columns(partition: number, context: ComputeContext): Iterable<Column> | undefined {
    const { dependency, plan } = this.#known()
    if (dependency.kind === 'shuffle') return context.readShuffleColumns(dependency, partition)
    const columns = context.columns(this.parent, partition)
    const aggregator = aggregatorOf(plan.combining)
    if (columns === undefined || aggregator === undefined) return columns
    const pairs = ownColumns(columns)
    return combineColumns(pairs, { aggregator, what: 'values' }, context.environment)
  }

  override shuffleIds(): readonly ShuffleId[] {
    return [this.options.shuffleId]
  }

  override fields(): Fields {
    const { plan, dependency } = this.#known()
    const { shuffleId } = plan
    return dependency.kind === 'shuffle'
      ? { shuffleId }
      : { shuffleId, plan: encodePlan(plan).fields }
  }

  /** Those of a shuffle stand with its dependency. */
  override roots(): readonly Root[] {
    const { plan, dependency } = this.#known()
    return dependency.kind === 'shuffle' ? [] : encodePlan(plan).roots
  }

  #known(): { readonly plan: ShufflePlan; readonly dependency: Dependency } {
    this.#settleIfKnown()
    if (this.#settled === undefined) throw notPrepared(this.about.operator)
    return this.#settled
  }

  /** Most placings need nothing but prepared parents: then partitions are known at the transformation. */
  #settleIfKnown(): void {
    const placing = this.#placing
    if (this.#settled !== undefined || placing === undefined) return
    if (placing.kind === 'sampled' || !this.parent.isPrepared) return
    this.#settle(placing.kind === 'given' ? placing.placement : placeByRule([this.parent], placing))
  }

  #settle(placement: Placement): void {
    const plan: ShufflePlan = { ...this.options, ordering: this.options.ordering, placement }
    const stays = plan.ordering === undefined && isPlaced(this.parent, placement)
    const dependency: Dependency | ShuffleDependency = stays
      ? oneToOne(this.parent)
      : shuffleDependency(this.parent, plan)
    this.#settled = { plan, dependency }
  }
}
