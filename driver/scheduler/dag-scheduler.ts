import type { Machine, ShuffleId, StageId } from '#publib/util'
import { assert, assertNever } from '#publib/util'
import { advanceStage } from './advance-stage.ts'
import { CacheTracker } from './cache-tracker.ts'
import {
  cancelLater,
  changeAllActive,
  type DAGSchedulerAction,
  type DAGState,
  dropDoomed,
  endAttempt,
  endPending,
  forgetWorker,
  isComplete,
  isDone,
} from './dag-state.ts'
import { endJob, failJobsOf } from './end-job.ts'
import type { ExecutorEvent, JobFailure, JobSubmitted, SchedulerEvent } from './events.ts'
import { MapOutputTracker } from './map-output-tracker.ts'
import { rollBackConsumers } from './roll-back.ts'
import type { Stage } from './stage.ts'
import { StageTable } from './stage-table.ts'
import type { FetchFailure, TaskSetEvent } from './task-set-events.ts'

export type DAGSchedulerEvent =
  | Exclude<
      SchedulerEvent,
      ExecutorEvent | { type: 'tasksStarted' | 'tasksEnded' | 'attemptKilled' | 'slowTasksSought' }
    >
  | Extract<ExecutorEvent, { type: 'hostLost' | 'workerLost' | 'workerSuspended' }>
  | TaskSetEvent

/**
 * Jobs become stages, stages task sets; lost map outputs become resubmitted stages.
 *
 * A stage is in the table while a job needs it. It is active from being asked for until it is complete. Each task of an
 * active stage is done (its map output is known, its result delivered), pending (in exactly one live task set), or
 * missing; missing ones are submitted as soon as the inputs of the stage are there. So a completion counts once, whichever
 * attempt it comes from, and nothing is submitted that waits or runs already.
 */
export class DAGScheduler implements Machine<DAGSchedulerEvent, DAGSchedulerAction> {
  readonly #state: DAGState = {
    table: new StageTable(),
    outputs: new MapOutputTracker(),
    cache: new CacheTracker(),
    suspended: new Set(),
    unreliable: new Set(),
    doomed: new Set(),
    cancelledGroups: new Map(),
    changed: new Set(),
    actions: [],
  }
  /** Fetch failures of so many attempts in a row fail a stage. */
  readonly #stageAttemptsMax: number

  constructor(stageAttemptsMax: number) {
    this.#stageAttemptsMax = stageAttemptsMax
  }

  handle(event: DAGSchedulerEvent): readonly DAGSchedulerAction[] {
    const state = this.#state
    this.#take(event)
    for (const stage of state.changed) {
      state.changed.delete(stage)
      if (stage.jobIds.size > 0) advanceStage(state, stage)
    }
    const { actions } = state
    state.actions = []
    return actions
  }

  get outputs(): MapOutputTracker {
    return this.#state.outputs
  }

  get cache(): CacheTracker {
    return this.#state.cache
  }

  /** No structure about any job is left. Map outputs and cached blocks stay: they serve later jobs. */
  get isEmpty(): boolean {
    return this.#state.table.isEmpty && this.#state.changed.size === 0
  }

  /** Whether a stage of a job under way ends in map outputs. */
  isMapStage(id: StageId): boolean {
    return this.#state.table.stage(id)?.dependency !== undefined
  }

  /** The shuffles that a stage of a job under way reads. */
  readsOf(id: StageId): readonly ShuffleId[] {
    return this.#state.table.stage(id)?.parentShuffles ?? []
  }

  /** What is in it, for tests and error reports. */
  describe(): string {
    const stages = this.#state.table.stages().map(({ id, isActive, live, pendingCount }) => {
      const attempts = [...live.keys()].join(' ')
      return `${id}${isActive ? '' : ' idle'}: ${pendingCount} pending, attempts [${attempts}]`
    })
    return `${this.#state.table.jobs.length} jobs, stages [${stages.join('; ')}]`
  }

  #take(event: DAGSchedulerEvent): void {
    const state = this.#state
    switch (event.type) {
      case 'jobSubmitted':
        this.#submit(event)
        return
      case 'jobsCancelled': {
        const { which, reason, cause } = event
        const failure: JobFailure = { kind: 'cancelled', reason, cause }
        for (const job of state.table.jobsOf(which)) endJob(state, job.id, failure)
        if (which.kind === 'group' && which.isLasting) cancelLater(state, which.groupId, reason)
        return
      }
      case 'jobAborted':
        endJob(state, event.jobId, { kind: 'error', error: event.error })
        return
      case 'stageRefused':
        failJobsOf(state, state.table.stage(event.stageId), { kind: 'error', error: event.error })
        return
      case 'shufflesDropped':
        for (const id of event.shuffleIds) state.doomed.add(id)
        dropDoomed(state)
        return
      case 'hostLost':
      case 'workerLost':
      case 'workerSuspended':
      case 'cachedBlocksUpdated':
      case 'rddUnpersisted':
        this.#takeWhereabouts(event)
        return
      default:
        this.#takeFromTaskSet(event)
    }
  }

  /** Where outputs and cached blocks are, and are no more. */
  #takeWhereabouts(
    event: Extract<
      DAGSchedulerEvent,
      {
        type:
          | 'hostLost'
          | 'workerLost'
          | 'workerSuspended'
          | 'cachedBlocksUpdated'
          | 'rddUnpersisted'
      }
    >,
  ): void {
    const state = this.#state
    switch (event.type) {
      case 'hostLost':
        state.cache.dropHost(event.hostId)
        changeAllActive(state)
        return
      case 'workerLost':
        state.suspended.delete(event.workerId)
        forgetWorker(state, event.workerId)
        return
      case 'workerSuspended':
        if (event.isSuspended) state.suspended.add(event.workerId)
        else state.suspended.delete(event.workerId)
        return
      case 'cachedBlocksUpdated':
        for (const { rddId, partition, memoryBytes, diskBytes } of event.blocks) {
          state.cache.update(event.hostId, rddId, partition, memoryBytes + diskBytes)
        }
        return
      case 'rddUnpersisted':
        state.cache.dropRdd(event.rddId)
        return
      default:
        assertNever(event)
    }
  }

  #takeFromTaskSet(event: TaskSetEvent): void {
    const state = this.#state
    const stage = state.table.stage(event.stageId)
    const attempt = stage?.live.get(event.stageAttempt)
    // Of a set that has been given up: what it says is of an input that no longer counts.
    if (stage === undefined || attempt === undefined) return
    switch (event.type) {
      case 'taskSucceeded':
        this.#succeed(stage, event)
        return
      case 'taskFetchFailed':
        attempt.failureReason ??= event.failure.message
        this.#failFetch(stage, event.stageAttempt, event.failure)
        return
      case 'tasksReleased':
        for (const index of event.indexes) endPending(stage, index)
        state.changed.add(stage)
        return
      case 'taskSetFailed':
        failJobsOf(state, stage, event.failure)
        return
      case 'taskSetEnded':
        endAttempt(state, stage, event.stageAttempt)
        return
      default:
        assertNever(event)
    }
  }

  #submit(event: JobSubmitted): void {
    const { table, outputs, actions, changed, cancelledGroups } = this.#state
    const job = table.addJob(event)
    for (const { dependency, parentShuffles, taskCount } of job.stages) {
      if (dependency !== undefined) outputs.add(dependency.shuffleId, taskCount, parentShuffles)
    }
    const { id: jobId, stages } = job
    const stageAttempts = stages.map(
      ({ live, nextAttempt }) => [...live.keys()].at(-1) ?? nextAttempt,
    )
    actions.push({ type: 'announceJob', jobId, stages, stageAttempts })
    const reason = event.groupId === undefined ? undefined : cancelledGroups.get(event.groupId)
    if (reason === undefined) changed.add(job.finalStage)
    else endJob(this.#state, jobId, { kind: 'cancelled', reason })
  }

  #succeed(stage: Stage, event: Extract<TaskSetEvent, { type: 'taskSucceeded' }>): void {
    const state = this.#state
    const { index, taskId, status } = event
    endPending(stage, index)
    if (isDone(state, stage, index)) return
    const [jobId] = stage.jobIds
    assert(jobId !== undefined, `stage ${stage.id} runs for nobody`)
    if (stage.isCounted[index] === 0) {
      stage.isCounted[index] = 1
      state.actions.push({ type: 'countAccumulators', jobId, stageId: stage.id, index, taskId })
    }
    if (stage.dependency === undefined) {
      stage.isDelivered[index] = 1
      stage.deliveredCount++
      state.actions.push({ type: 'deliverResult', jobId, index, taskId })
    } else {
      assert(status?.mapPartition === index, `task ${taskId} gave no map status of its partition`)
      const content = state.outputs.register(stage.dependency.shuffleId, status)
      state.unreliable.delete(status.location.workerId)
      if (content === 'different') rollBackConsumers(state, stage, index)
    }
    if (stage.pendingCount === 0 || isComplete(state, stage)) state.changed.add(stage)
  }

  #failFetch(stage: Stage, stageAttempt: number, failure: FetchFailure): void {
    const state = this.#state
    const { shuffleId, mapPartition, mapTaskId, location, message } = failure
    const { workerId } = location
    const isNews = state.outputs.forgetOutput(shuffleId, mapPartition, mapTaskId)
    if (isNews && (state.suspended.has(workerId) || state.unreliable.has(workerId))) {
      forgetWorker(state, workerId)
    } else if (isNews) {
      state.unreliable.add(workerId)
    }
    // Every stage that reads it stops until it is there again.
    if (isNews) changeAllActive(state)
    if (!state.outputs.isComplete(shuffleId)) stage.isCacheTrusted = false
    if (stageAttempt > stage.failedAttempt) {
      stage.failedAttempt = stage.nextAttempt - 1
      stage.failureCount++
    }
    state.changed.add(stage)
    if (stage.failureCount < this.#stageAttemptsMax) return
    const { id: stageId, name: stageName, failureCount: attemptCount } = stage
    failJobsOf(state, stage, { kind: 'stageFailed', stageId, stageName, attemptCount, message })
  }
}
