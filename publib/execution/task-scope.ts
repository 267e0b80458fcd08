import { getHeapStatistics } from 'node:v8'
import type { MapStatus } from '#publib/blocks'
import type { StageCode } from '#publib/codegen'
import { type Batch, type Column, rowsOf } from '#publib/columnar'
import type { Clock, Random } from '#publib/env'
import { untouchedKernelBytes } from '#publib/kernels'
import type {
  AsyncComputeContext,
  AsyncPart,
  Lineage,
  PartitionData,
  Root,
  ShuffleDependency,
} from '#publib/lineage'
import { standing } from '#publib/lineage/tasks'
import type { SourceData } from '#publib/protocol'
import {
  readShuffle,
  readShuffleColumns,
  type ShuffleEnvironment,
  SpillingBatches,
} from '#publib/shuffle'
import type { TaskDescription, TaskMetrics } from '#publib/task'
import type { ShuffleId } from '#publib/util'
import type { CachedPartitions } from './cached-partitions.ts'
import { mapOutputsMissing, sourceMissing, taskKilled } from './errors.ts'
import type { LostClasses } from './lost-classes.ts'
import type { Surroundings } from './surroundings.ts'
import type { TaskContext } from './task-context.ts'

/** The heap is looked at once in so many batches of the thread. */
const BATCHES_BETWEEN_READINGS = 16
let batchCount = 0

/** What one attempt is made of, beside its stage. */
export interface TaskParts {
  readonly task: TaskDescription
  readonly slot: number
  readonly sources: readonly SourceData[]
  readonly metrics: TaskMetrics
  readonly userContext: TaskContext
  readonly cached: CachedPartitions
  readonly mapOutputs: ReadonlyMap<ShuffleId, readonly MapStatus[]>
  readonly lostClasses: LostClasses
  /** Undefined where operators run by their own definitions. */
  readonly loops: StageCode | undefined
}

/** What an attempt lends to the operators that it computes. Closed at its end, when nothing of it is left. */
export class TaskScope implements AsyncComputeContext {
  readonly task: TaskDescription
  readonly metrics: TaskMetrics
  readonly clock: Clock
  readonly random: Random
  readonly #surroundings: Surroundings
  readonly #parts: TaskParts
  // Made when something comes in: most tasks are short, and what they do not need costs more than what they do.
  #asyncResults: Map<Lineage<unknown>, Map<number, SpillingBatches<unknown>>> | undefined
  #environment: ShuffleEnvironment | undefined
  #ends: (() => void)[] | undefined

  constructor(surroundings: Surroundings, parts: TaskParts) {
    this.#surroundings = surroundings
    this.#parts = parts
    this.task = parts.task
    this.metrics = parts.metrics
    this.clock = surroundings.clock
    this.random = surroundings.random
  }

  get environment(): ShuffleEnvironment {
    if (this.#environment === undefined) this.#environment = this.#makeEnvironment()
    return this.#environment
  }

  get signal(): AbortSignal {
    return this.#parts.userContext.signal
  }

  compute<T>(asked: Lineage<T>, partition: number): Iterable<Batch<T>> {
    const parent = standing(asked)
    const anew = this.#anew(parent, partition)
    const batches = parent.about.isCached
      ? this.#parts.cached.compute(parent, partition, this, anew)
      : anew.rows()
    return this.#watched(batches, batch => batch.length)
  }

  columns(asked: Lineage<unknown>, partition: number): Iterable<Column> | undefined {
    const parent = standing(asked)
    const anew = this.#anew(parent, partition)
    const columns = parent.about.isCached
      ? this.#parts.cached.columns(parent, partition, this, anew)
      : anew.columns()
    return columns && this.#watched(columns, rowsOf)
  }

  root<F>(root: Root<F>): F {
    return root.value
  }

  partitionData(source: Lineage<unknown>, partition: number): PartitionData {
    const sent = this.#parts.sources.find(
      ({ rddId, partition: own }) => rddId === source.id && own === partition,
    )
    // In the driver's own thread the source is the driver's and knows by itself.
    const data = sent ?? (this.#surroundings.liveStages && source.partitionData(partition))
    if (data === undefined) throw sourceMissing(source.id, partition)
    return data
  }

  readShuffle<T>(dependency: ShuffleDependency, reducePartition: number): Iterable<Batch<T>> {
    const range = { start: reducePartition, end: reducePartition + 1 }
    const statuses = this.#statuses(dependency)
    const batches = readShuffle(dependency.spec, range, statuses, this.environment)
    return this.#watched(batches as Iterable<Batch<T>>, batch => batch.length)
  }

  readShuffleColumns(dependency: ShuffleDependency, reducePartition: number): Iterable<Column> {
    const range = { start: reducePartition, end: reducePartition + 1 }
    const statuses = this.#statuses(dependency)
    const accumulators = this.#parts.loops?.accumulators(dependency)
    const { environment } = this
    const columns = readShuffleColumns(dependency.spec, accumulators, range, statuses, environment)
    return this.#watched(columns, rowsOf)
  }

  asyncResults<T>(operator: Lineage<T>, partition: number): Iterable<Batch<T>> {
    const results = this.#asyncResults?.get(operator)?.get(partition)
    return (results as SpillingBatches<T> | undefined)?.batches() ?? []
  }

  /** Computes one partition of an asynchronous operator to its end, for the synchronous part that follows. */
  async computeAsync({ operator, partition }: AsyncPart): Promise<void> {
    const results = new SpillingBatches<unknown>(
      this.environment,
      `async-${operator.id}-${partition}`,
    )
    this.#asyncResults ??= new Map()
    const ofOperator = this.#asyncResults.get(operator) ?? new Map()
    this.#asyncResults.set(operator, ofOperator.set(partition, results))
    for await (const batch of operator.computeAsync(partition, this)) {
      this.checkCancelled()
      results.add(batch)
    }
  }

  checkCancelled(): void {
    if (!this.#surroundings.control.isKilled(this.#parts.slot)) return
    const error = taskKilled('it was cancelled')
    this.#parts.userContext.interrupt(error)
    throw error
  }

  close(): void {
    if (this.#asyncResults !== undefined) {
      for (const ofOperator of this.#asyncResults.values()) {
        for (const results of ofOperator.values()) results.close()
      }
      this.#asyncResults = undefined
    }
    const ends = this.#ends
    this.#ends = undefined
    if (ends !== undefined) for (const end of ends) end()
  }

  #makeEnvironment(): ShuffleEnvironment {
    const surroundings = this.#surroundings
    const { task, metrics, lostClasses } = this.#parts
    const checkCancelled = () => this.checkCancelled()
    return {
      files: surroundings.files,
      spillFolder: surroundings.spillFolder,
      shuffleFolder: surroundings.shuffleFolder,
      localWorkerId: surroundings.location.workerId,
      taskId: task.taskId,
      memory: surroundings.memory,
      metrics,
      checkCancelled,
      fetch: requests => surroundings.fetch(requests, checkCancelled),
      atTaskEnd: end => {
        this.#ends ??= []
        this.#ends.push(end)
      },
      onLostClass: lostClasses.note,
    }
  }

  #statuses({ shuffleId }: ShuffleDependency): readonly MapStatus[] {
    const statuses = this.#parts.mapOutputs.get(shuffleId)
    if (statuses !== undefined) return statuses
    throw mapOutputsMissing(shuffleId, this.#parts.task.taskId, this.#surroundings.location)
  }

  /** The code of the stage computes what it can; operators themselves the rest. */
  #anew<T>(lineage: Lineage<T>, partition: number) {
    const { loops } = this.#parts
    return {
      rows: () => loops?.batches(lineage, partition, this) ?? lineage.compute(partition, this),
      columns: () => loops?.columns(lineage, partition, this),
    }
  }

  *#watched<B>(batches: Iterable<B>, sizeOf: (batch: B) => number): Generator<B> {
    const { control } = this.#surroundings
    this.checkCancelled()
    for (const batch of batches) {
      this.checkCancelled()
      control.addRecords(sizeOf(batch))
      if (batchCount++ % BATCHES_BETWEEN_READINGS === 0) control.heldBytes = heldBytes()
      yield batch
    }
  }
}

function heldBytes(): number {
  const { used_heap_size, external_memory } = getHeapStatistics()
  return used_heap_size + external_memory - untouchedKernelBytes()
}
