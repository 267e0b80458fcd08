import { StorageLevel } from '#publib/blocks'
import type { Batch, Column } from '#publib/columnar'
import type { Partitioner, ShuffleSpec } from '#publib/shuffle'
import type { CallSite, RddId, ShuffleId } from '#publib/util'
import type { ComputeContext } from './compute-context.ts'
import type { Preparation } from './preparation.ts'
import type { Root } from './root.ts'

/** Plain data that JSON can hold: what an operator says of itself beside its functions. */
export type Fields = Readonly<Record<string, unknown>>

/**
 * How to compute a partitioned collection, in five properties: partitions, compute, dependencies, partitioner,
 * preferred locations. An operator is a tag, plain fields and functions; it knows no context and no cluster.
 *
 * Partitions, dependencies and partitioner are settled once `isPrepared`: files may have to be listed or ranges sampled first.
 */
export abstract class Lineage<out T> {
  /** Names the operator's class on the wire: one tag, one file. */
  abstract readonly tag: string
  /** What it is computed from, in order. Known from the first, prepared or not. */
  abstract readonly parents: readonly Lineage<unknown>[]
  /** One for each parent, in their order. Settled once prepared. */
  abstract readonly dependencies: readonly Dependency[]
  /** Settled once prepared. */
  abstract readonly numPartitions: number
  readonly about: About
  /** Set on the driver once it is checkpointed: what is computed in its place from then on. */
  standIn: Lineage<T> | undefined
  #isPrepared = false

  constructor(about: About) {
    this.about = about
  }

  get id(): RddId {
    return this.about.id
  }

  /** How its partitions are kept; NONE where they are not. */
  get storageLevel(): StorageLevel {
    const { isCached, storageLevel = StorageLevel.MEMORY_ONLY } = this.about
    return isCached ? storageLevel : StorageLevel.NONE
  }

  /** How keys are placed; undefined where nothing is known of it. */
  get partitioner(): Partitioner | undefined {
    return undefined
  }

  /** Whether partitions, dependencies and partitioner are settled, here and in all that it is computed from. */
  get isPrepared(): boolean {
    this.#isPrepared ||= this.parents.every(parent => parent.isPrepared) && this.isSettled()
    return this.#isPrepared
  }

  /** Whether the operator itself knows them; asked once its parents are prepared. */
  protected isSettled(): boolean {
    return true
  }

  /** Settles them; called on the driver, once all parents are prepared. May run jobs of its own and read files. */
  async prepare(_preparation: Preparation): Promise<void> {}

  /** The records of one partition, lazily and synchronously; parents through `context.compute`, never directly. */
  abstract compute(partition: number, context: ComputeContext): Iterable<Batch<T>>

  /**
   * The records of one partition as columns, where it has them so; parents through `context.columns`. The same records in the
   * same order as `compute` gives. Undefined where there is nothing but `compute`.
   */
  columns(_partition: number, _context: ComputeContext): Iterable<Column> | undefined {
    return undefined
  }

  /** Whether it may name hosts for any of its partitions: where none does, nobody asks for each. */
  get hasPreferences(): boolean {
    return this.preferredLocations !== Lineage.prototype.preferredLocations
  }

  /** Hosts on which a partition is best computed. */
  preferredLocations(_partition: number): readonly string[] {
    return []
  }

  /** What a task of this partition alone must be sent (a slice, a file range); undefined where there is nothing. */
  partitionData(_partition: number): PartitionData | undefined {
    return undefined
  }

  /**
   * About how many bytes its tasks read in all, of what is its own source; 0 where all comes from parents. Undefined where
   * nobody knows, or where few bytes may be much work.
   */
  inputBytes(): number | undefined {
    return this.parents.length === 0 ? undefined : 0
  }

  /** The shuffles that are its own: when nobody holds it any more, nobody can read them. */
  shuffleIds(): readonly ShuffleId[] {
    return []
  }

  /** What travels of the operator itself. */
  abstract fields(): Fields

  /** The functions and captured values of the operator, in the order in which it takes them back. */
  roots(): readonly Root[] {
    return []
  }
}

/** What an RDD is called and kept as; changes on the driver (name, storage level) reach later jobs. */
export interface About {
  readonly id: RddId
  /** The operator as it stands in the UI: `MapPartitions`, `ShuffledRDD`. */
  readonly operator: string
  /** The method the user called: `map`, `reduceByKey`. */
  readonly operation: string
  readonly callSite: CallSite | undefined
  name: string | undefined
  /** True from `persist` to `unpersist`. */
  isCached: boolean
  /** How it is kept while it is cached: MEMORY_ONLY where nothing is said. */
  storageLevel?: StorageLevel | undefined
}

/** Sent with one task: JSON fields, and bytes where the data are many. */
export interface PartitionData {
  readonly fields: unknown
  readonly bytes?: Uint8Array | undefined
}

export type Dependency = NarrowDependency | ShuffleDependency

/** A partition needs a known few partitions of the parent. */
export interface NarrowDependency {
  readonly kind: 'narrow'
  readonly parent: Lineage<unknown>
  /** Indexes of the parent's partitions that `partition` is computed from. */
  parents(partition: number): readonly number[]
}

/** A partition needs all partitions of the parent, regrouped by key: a stage ends here. */
export interface ShuffleDependency {
  readonly kind: 'shuffle'
  readonly shuffleId: ShuffleId
  /** In a stage that reads the shuffle only its place is kept: see `BeyondShuffle`. */
  readonly parent: Lineage<unknown>
  /** With the user's functions on the driver, with the stage's instances in a task. */
  readonly spec: ShuffleSpec<unknown, unknown, unknown>
  readonly roots: readonly Root[]
  readonly fields: Fields
}

/** Partition i from partition i. */
export function oneToOne(parent: Lineage<unknown>): NarrowDependency {
  return dependsOn(parent, partition => [partition])
}

/** A dependency on some partitions of a parent, or of what stands in for it. */
export function dependsOn(
  parent: Lineage<unknown>,
  parents: NarrowDependency['parents'],
): NarrowDependency {
  return {
    kind: 'narrow',
    get parent() {
      return standing(parent)
    },
    parents,
  }
}

/** What is computed where a lineage is asked for: itself, or its checkpoint. */
export function standing<T>(lineage: Lineage<T>): Lineage<T> {
  let current = lineage
  while (current.standIn !== undefined) current = current.standIn
  return current
}
