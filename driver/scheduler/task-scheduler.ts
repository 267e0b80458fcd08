import type { LossCause, TaskDescription, TaskEnd } from '#publib/task'
import type { JobId, Machine, StageId, TaskId } from '#publib/util'
import { assertNever, taskId } from '#publib/util'
import { endAttempt } from './end-attempt.ts'
import type { ExecutorEvent, Locality, SchedulerEvent, TaskEnded } from './events.ts'
import { type Executor, ExecutorPool } from './executor-pool.ts'
import { matchFairly } from './match-fairly.ts'
import { type Matching, matchTasks } from './match-tasks.ts'
import type { Pools, Scheduling } from './pools.ts'
import type { SpeculationLimits } from './slow-tasks.ts'
import { findSlowTasks } from './speculate.ts'
import type { TaskSchedulerCommand } from './task-set-events.ts'
import { type FailureLimits, TaskSetManager } from './task-set-manager.ts'
import { TaskSetQueue } from './task-set-queue.ts'
import {
  killAttempts,
  killSet,
  releaseTasks,
  settleSet,
  type TaskSchedulerAction,
  type TaskState,
} from './task-state.ts'

export type TaskSchedulerEvent =
  | TaskSchedulerCommand
  | ExecutorEvent
  | Extract<
      SchedulerEvent,
      { type: 'tasksStarted' | 'tasksEnded' | 'attemptKilled' | 'slowTasksSought' }
    >
  /** The turn is over: tasks that wait meet executors that are free. */
  | { readonly type: 'offerExecutors' }

export interface TaskSchedulerOptions {
  /** How jobs share executors; default: the oldest first. */
  readonly scheduling?: Scheduling | undefined
  /** When a second copy of a task is started; default: never. */
  readonly speculation?: SpeculationLimits | undefined
}

/**
 * Task sets meet free executors: FIFO by job and stage or by fair pools, near their data where that needs no waiting, retried elsewhere.
 *
 * A task set is in `sets` from its submission until nothing of it waits or runs, or it is killed.
 * An attempt is in `attempts` and in its executor's `inFlight` from its launch until its end is told or the executor is
 * lost; attempts of killed sets stay there too, because they hold the executor until they end.
 */
export class TaskScheduler implements Machine<TaskSchedulerEvent, TaskSchedulerAction> {
  readonly #state: TaskState
  #lastTaskId = -1

  constructor(limits: FailureLimits, { scheduling, speculation }: TaskSchedulerOptions = {}) {
    this.#state = {
      ...{ pool: new ExecutorPool(), limits, sets: new TaskSetQueue(scheduling) },
      ...{ speculation, attempts: new Map(), actions: [], nowMs: 0 },
    }
  }

  handle(event: TaskSchedulerEvent, nowMs: number): readonly TaskSchedulerAction[] {
    const state = this.#state
    state.nowMs = nowMs
    this.#take(event)
    const { actions } = state
    state.actions = []
    return actions
  }

  get pool(): ExecutorPool {
    return this.#state.pool
  }

  /** Undefined: FIFO. */
  get pools(): Pools | undefined {
    return this.#state.sets.pools
  }

  get isEmpty(): boolean {
    return this.#state.sets.all.length === 0 && this.#state.attempts.size === 0
  }

  /** The job that an attempt runs for; undefined: it has ended. */
  jobOf(id: TaskId): JobId | undefined {
    return this.#state.attempts.get(id)?.task.jobId
  }

  /** Tasks that wait for an executor, and attempts that run. */
  get load(): { readonly waiting: number; readonly running: number } {
    return { waiting: this.#state.sets.waitingCount, running: this.#state.attempts.size }
  }

  /** What is in it, for tests and error reports. */
  describe(): string {
    const { sets: queue, attempts } = this.#state
    const sets = queue.all.map(
      ({ set, waitingCount, runningCount }) =>
        `${set.stageId}.${set.stageAttempt}: ${waitingCount} waiting, ${runningCount} running`,
    )
    return `${this.pool.size} executors, ${attempts.size} attempts, task sets [${sets.join('; ')}]`
  }

  #take(event: TaskSchedulerEvent): void {
    const state = this.#state
    switch (event.type) {
      case 'submitTaskSet':
        state.sets.add(new TaskSetManager(event.taskSet, state.limits, state.speculation))
        return
      case 'withdrawTaskSet':
        this.#withdraw(event.stageId, event.stageAttempt)
        return
      case 'killTaskSet':
        killSet(state, event.stageId, event.stageAttempt, event.reason, event.isGentle)
        return
      case 'attemptKilled':
        this.#killOne(event)
        return
      case 'tasksStarted':
        for (const id of event.taskIds) {
          const attempt = state.attempts.get(id)
          if (attempt !== undefined) attempt.isStarted = true
        }
        return
      case 'tasksEnded':
        for (const ended of event.ended) this.#end(ended)
        return
      case 'slowTasksSought':
        findSlowTasks(state)
        return
      case 'offerExecutors':
        this.#offer()
        return
      default:
        this.#takeExecutors(event)
    }
  }

  #takeExecutors(event: ExecutorEvent): void {
    switch (event.type) {
      case 'executorsAdded':
        for (const id of event.executorIds) {
          const { hostId, workerId, host } = event
          this.pool.add({ id, hostId, workerId, host })
        }
        return
      case 'executorLost':
        this.#lose(executor => executor.id === event.executorId, event.cause)
        return
      case 'hostLost':
        this.#lose(executor => executor.hostId === event.hostId, event.cause)
        return
      case 'workerLost': {
        const cause = { kind: 'workerLost', message: event.reason, counts: false } as const
        this.#lose(executor => executor.workerId === event.workerId, cause)
        this.pool.setSuspended(event.workerId, false)
        return
      }
      case 'workerSuspended':
        this.pool.setSuspended(event.workerId, event.isSuspended)
        return
      default:
        assertNever(event)
    }
  }

  #withdraw(stageId: StageId, stageAttempt: number): void {
    const state = this.#state
    const manager = state.sets.find(stageId, stageAttempt)
    if (manager === undefined || manager.isWithdrawn) return
    releaseTasks(state, manager, manager.withdraw())
    settleSet(state, manager)
  }

  #killOne({ taskId: id, reason, isGentle }: SchedulerEvent & { type: 'attemptKilled' }): void {
    const attempt = this.#state.attempts.get(id)
    if (attempt === undefined) return
    // One that was only told before may now be ended.
    if (!isGentle) attempt.isRecalled = false
    killAttempts(this.#state, [attempt], reason, isGentle)
  }

  #lose(isLost: (executor: Executor) => boolean, cause: LossCause): void {
    for (const executor of [...this.pool.all()].filter(isLost)) {
      this.pool.remove(executor)
      // Only what ran can have brought it down; what lay behind it had not begun.
      executor.inFlight.forEach((id, position) => {
        const end: TaskEnd = {
          kind: 'executorLost',
          executorId: executor.id,
          cause: position === 0 ? cause : { ...cause, counts: false },
        }
        endAttempt(this.#state, id, end, undefined)
      })
    }
  }

  #end(ended: TaskEnded): void {
    const { attempts, nowMs } = this.#state
    const attempt = attempts.get(ended.taskId)
    // Told twice, or of an executor that has been given up: an attempt ends once.
    if (attempt === undefined) return
    this.pool.end(attempt.executor, ended.taskId, nowMs)
    endAttempt(this.#state, ended.taskId, ended.end, ended.runTimeMs)
  }

  #offer(): void {
    const state = this.#state
    if (state.sets.all.length === 0) return
    const matching: Matching = {
      nowMs: state.nowMs,
      sets: state.sets.all,
      pool: state.pool,
      attempts: state.attempts,
      launch: (manager, at, executor, locality) => this.#launch(manager, at, executor, locality),
      recall: (attempt, reason) => killAttempts(state, [attempt], reason),
    }
    const { fairOrder } = state.sets
    if (fairOrder === undefined) matchTasks(matching)
    else matchFairly(matching, fairOrder)
  }

  #launch(manager: TaskSetManager, at: number, executor: Executor, locality: Locality): void {
    const { pool, attempts, actions, nowMs: launchedMs } = this.#state
    const { stageId, stageAttempt, jobId, indexes, partitions } = manager.set
    const isCopy = manager.copiesOf(at) > 0
    const id = taskId(++this.#lastTaskId)
    const index = indexes[at] as number
    const partition = partitions[at] as number
    const attempt = manager.start(at)
    const task: TaskDescription = { taskId: id, stageId, stageAttempt, jobId, partition, attempt }
    pool.start(executor, id, launchedMs, manager)
    const isStarted = false
    const isRecalled = false
    const record = { task, manager, at, index, executor, launchedMs, isCopy, isStarted, isRecalled }
    attempts.set(id, record)
    const { id: executorId, hostId } = executor
    const type = 'launchTask'
    actions.push({ type, task, index, executorId, hostId, locality, isCopy })
  }
}
