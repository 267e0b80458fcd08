import type { BlockLocation, MapStatus } from '#publib/blocks'
import type { MapPart } from '#publib/codegen'
import type { Batch } from '#publib/columnar'
import type { Lineage, ShuffleDependency } from '#publib/lineage'
import {
  type AsyncPart,
  asyncOperators,
  Bundle,
  mayWait,
  type StageInstance,
  standing,
} from '#publib/lineage/tasks'
import type { SourceData } from '#publib/protocol'
import { EncodedValue, encodeValue } from '#publib/serialization'
import { type MapOutput, writeMapOutput } from '#publib/shuffle'
import { isPlainValue, type TaskDescription, type TaskEnd, type TaskMetrics } from '#publib/task'
import type { ShuffleId } from '#publib/util'
import type { BroadcastTable } from './broadcast-table.ts'
import type { CachedPartitions } from './cached-partitions.ts'
import { type CurrentTask, runInTask, runInTaskAsync } from './current-task.ts'
import type { LostClasses } from './lost-classes.ts'
import type { FilesPlace } from './spark-files.ts'
import type { OpenStage, StageTable } from './stage-table.ts'
import type { Surroundings } from './surroundings.ts'
import type { TaskAccumulators } from './task-accumulators.ts'
import { TaskContext } from './task-context.ts'
import { TaskScope } from './task-scope.ts'

/** How often a task that waits for promises looks whether it is to stop. */
const POLL_MS = 10

/** What an executor keeps from task to task. */
export interface ExecutorTables {
  readonly stages: StageTable
  readonly cached: CachedPartitions
  readonly broadcasts: BroadcastTable
  readonly addedFiles: FilesPlace
  readonly mapOutputs: ReadonlyMap<ShuffleId, readonly MapStatus[]>
  readonly lostClasses: LostClasses
}

/** What makes one attempt. */
export interface TaskRun {
  readonly task: TaskDescription
  readonly slot: number
  readonly sources: readonly SourceData[]
}

/** How it went well. */
export interface Done {
  readonly end: TaskEnd
  readonly result?: Uint8Array
}

/** One attempt at work: opened, computed, closed, with the listeners that user functions put on its context. */
export class TaskAttempt {
  readonly #run: TaskRun
  readonly #tables: ExecutorTables
  readonly #surroundings: Surroundings
  readonly #metrics: TaskMetrics
  readonly #scope: TaskScope
  readonly #context: TaskContext
  readonly #current: CurrentTask
  readonly #stage: OpenStage

  constructor(
    run: TaskRun,
    stage: OpenStage,
    tables: ExecutorTables,
    surroundings: Surroundings,
    { metrics, accumulators }: { metrics: TaskMetrics; accumulators: TaskAccumulators },
  ) {
    this.#run = run
    this.#stage = stage
    this.#tables = tables
    this.#surroundings = surroundings
    this.#metrics = metrics
    this.#context = new TaskContext(run.task, stage.stage, metrics)
    const { broadcasts, addedFiles } = tables
    this.#current = { context: this.#context, accumulators, broadcasts, addedFiles }
    const { cached, mapOutputs, lostClasses } = tables
    const { task, slot, sources } = run
    const { loops } = stage
    const userContext = this.#context
    this.#scope = new TaskScope(surroundings, {
      task,
      slot,
      sources,
      metrics,
      userContext,
      cached,
      mapOutputs,
      lostClasses,
      loops,
    })
  }

  async compute(): Promise<Done> {
    const { clock, control, usage } = this.#surroundings
    const openedMs = clock.now()
    // Before anything of the user's: what captured values are revived to belongs to this task.
    const live = runInTask(this.#current, () => this.#stage.instantiate())
    const startedMs = clock.now()
    const startedCpuMs = usage?.cpuMs()
    this.#metrics.executorDeserializeTimeMs += startedMs - openedMs
    if (this.#mayWait(live)) await this.#computeAsyncParts(live)
    control.phase = 'running'
    const done = runInTask(this.#current, () => this.#work(live))
    const encodingMs = this.#metrics.resultSerializationTimeMs
    this.#metrics.executorRunTimeMs = clock.now() - startedMs - encodingMs
    const { executorRunTimeMs, shuffleRead } = this.#metrics
    const busyMs = Math.max(0, executorRunTimeMs - shuffleRead.waitTimeMs)
    const cpuMs = usage?.cpuMs()
    this.#metrics.executorCpuTimeMs = cpuMs === undefined ? busyMs : cpuMs - (startedCpuMs ?? 0)
    return done
  }

  fail(error: unknown): void {
    runInTask(this.#current, () => this.#context.fail(error))
  }

  /** Lets go of everything; a listener that throws makes the task fail. */
  close(): void {
    this.#metrics.peakExecutionMemoryBytes = this.#surroundings.memory.peakBytes
    this.#scope.close()
    const thrown = runInTask(this.#current, () => this.#context.complete())
    if (thrown.length > 0) throw thrown[0]
  }

  /** Whether the stage has asynchronous operators: the same for all its tasks. */
  #mayWait(live: StageInstance): boolean {
    const stage = this.#stage
    if (stage.mayWait === undefined) stage.mayWait = mayWait(targetOf(live))
    return stage.mayWait
  }

  async #computeAsyncParts(live: StageInstance): Promise<void> {
    const target = targetOf(live)
    const { cached } = this.#tables
    const isStored = cached.has.bind(cached)
    const parts: readonly AsyncPart[] = asyncOperators(target, this.#run.task.partition, isStored)
    if (parts.length === 0) return
    this.#surroundings.control.phase = 'asynchronous'
    const poll = this.#surroundings.clock.every(POLL_MS, () => this.#interruptIfKilled())
    try {
      await runInTaskAsync(this.#current, async () => {
        for (const part of parts) await this.#scope.computeAsync(part)
      })
    } finally {
      poll.cancel()
    }
  }

  /** Calls that wait hear of it by the signal. */
  #interruptIfKilled(): void {
    try {
      this.#scope.checkCancelled()
    } catch {
      // The signal is aborted; what waits for it ends the task.
    }
  }

  #work({ work, lineage }: StageInstance): Done {
    const { partition, taskId } = this.#run.task
    const scope = this.#scope
    const { loops } = this.#stage
    if (work.kind === 'result') {
      const { action } = work
      return this.#encoded(
        loops === undefined
          ? action.run(scope.compute(lineage, partition), partition, scope)
          : loops.run(action, lineage, partition, scope),
      )
    }
    const { dependency } = work
    const parts = this.#mapParts(dependency)
    const output =
      loops === undefined
        ? this.#writePlainly(dependency, parts)
        : loops.writeShuffle(dependency, partition, parts, scope)
    const location: BlockLocation = this.#surroundings.location
    const status: MapStatus = { ...output, taskId, location }
    return { end: { kind: 'success', result: { kind: 'mapStatus', status } } }
  }

  #writePlainly({ spec }: ShuffleDependency, parts: Iterable<MapPart>): MapOutput {
    const { environment } = this.#scope
    return writeMapOutput(this.#pairsOf(parts), spec, this.#run.task.partition, environment)
  }

  *#pairsOf(parts: Iterable<MapPart>): Generator<Iterable<Batch<readonly [unknown, unknown]>>> {
    for (const { dependency, partition } of parts) {
      yield this.#scope.compute(dependency.parent as Lineage<[unknown, unknown]>, partition)
    }
  }

  /** The partitions that the task gives to the shuffle. Those of a bundle have functions of their own, as those of tasks have. */
  *#mapParts(dependency: ShuffleDependency): Generator<MapPart> {
    const { parent } = dependency
    const { partition } = this.#run.task
    if (!(parent instanceof Bundle)) {
      yield { dependency, partition }
      return
    }
    let instance = dependency
    for (const [index, own] of parent.partitionsOf(partition).entries()) {
      if (index > 0) instance = dependencyOf(this.#stage.instantiate())
      const { parent: bundle } = instance
      if (!(bundle instanceof Bundle)) throw new TypeError('all instances of a stage are alike')
      this.#context.enterPartition(own, bundle.parent.numPartitions)
      yield { dependency: { ...instance, parent: standing(bundle.parent) }, partition: own }
    }
  }

  #encoded(value: unknown): Done {
    const { clock, control } = this.#surroundings
    control.phase = 'encoding'
    if (isPlainValue(value)) return { end: { kind: 'success', result: { kind: 'plain', value } } }
    const startMs = clock.now()
    const what = `The result of partition ${this.#run.task.partition}`
    const onLostClass = this.#tables.lostClasses.note
    const encoded =
      value instanceof EncodedValue ? value.bytes : encodeValue(value, { what, onLostClass })
    // Its own bytes, so that they can be handed over.
    const result = new Uint8Array(encoded)
    this.#metrics.resultSerializationTimeMs += clock.now() - startMs
    const bytes = result.length
    return { end: { kind: 'success', result: { kind: 'value', payload: -1, bytes } }, result }
  }
}

function dependencyOf({ work }: StageInstance): ShuffleDependency {
  if (work.kind !== 'shuffleMap') throw new TypeError('all instances of a stage are alike')
  return work.dependency
}

function targetOf({ work, lineage }: StageInstance): Lineage<unknown> {
  return work.kind === 'result' ? lineage : work.dependency.parent
}
