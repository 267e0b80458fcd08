import type { Batch, Column } from '#publib/columnar'
import type { Clock, Random } from '#publib/env'
import type { ShuffleEnvironment } from '#publib/shuffle'
import type { TaskDescription, TaskMetrics } from '#publib/task'
import type { Lineage, PartitionData, ShuffleDependency } from './lineage.ts'
import type { Root } from './root.ts'

/** What a task lends to the operators that it computes. */
export interface ComputeContext {
  readonly task: TaskDescription
  readonly metrics: TaskMetrics
  /** Files, memory and spill folder of the task. */
  readonly environment: ShuffleEnvironment
  /** The one way to a parent's records: reads the cache, fills it, checks for cancellation between batches. */
  compute<T>(parent: Lineage<T>, partition: number): Iterable<Batch<T>>
  /**
   * The one way to a parent's records as columns, each valid until the next is asked for: the same records in the same order.
   * Undefined where there are only rows; then nothing has been computed.
   */
  columns(parent: Lineage<unknown>, partition: number): Iterable<Column> | undefined
  /** The task's own instance of a user's function. In a decoded stage that is `root.value`. */
  root<F>(root: Root<F>): F
  /** What the driver sent for this partition of this source. */
  partitionData(source: Lineage<unknown>, partition: number): PartitionData
  /** The records of one reduce partition (or a range of them), combined and ordered as the dependency says. */
  readShuffle<T>(dependency: ShuffleDependency, reducePartition: number): Iterable<Batch<T>>
  /** The same as columns of pairs; keys of an aggregation in any order. Valid each until the next is asked for. */
  readShuffleColumns(dependency: ShuffleDependency, reducePartition: number): Iterable<Column>
  /** What an asynchronous operator has already computed for this task: see AsyncLineage. */
  asyncResults<T>(operator: Lineage<T>, partition: number): Iterable<Batch<T>>
  /** Throws TASK_KILLED once the task is to stop. Called between batches. */
  checkCancelled(): void
}

/** What asynchronous operators have beside it. */
export interface AsyncComputeContext extends ComputeContext {
  readonly clock: Clock
  readonly random: Random
  /** Aborts when the task is to stop. */
  readonly signal: AbortSignal
}
