import type { LossCause, TaskDescription, TaskEnd } from '#publib/task'
import type { JobId, Machine, StageId, TaskId } from '#publib/util'
import { assert, assertNever, taskId } from '#publib/util'
import type {
  AnnounceTaskEnd,
  ExecutorEvent,
  JobFailure,
  LaunchTask,
  Locality,
  SchedulerAction,
  SchedulerEvent,
  TaskEnded,
  TaskSchedulerCommand,
  TaskSetEvent,
} from './events.ts'
import { type Executor, ExecutorPool } from './executor-pool.ts'
import { type Attempt, matchTasks, recall } from './match-tasks.ts'
import { errorOf, taskFailure } from './task-failure.ts'
import { type FailureLimits, type FailureVerdict, TaskSetManager } from './task-set-manager.ts'
import { TaskSetQueue } from './task-set-queue.ts'

export type TaskSchedulerEvent =
  | TaskSchedulerCommand
  | ExecutorEvent
  | Extract<SchedulerEvent, { type: 'tasksStarted' | 'tasksEnded' }>
  /** The turn is over: tasks that wait meet executors that are free. */
  | { readonly type: 'offerExecutors' }

export type TaskSchedulerAction =
  | TaskSetEvent
  | LaunchTask
  | AnnounceTaskEnd
  | Extract<SchedulerAction, { type: 'killTasks' }>

/**
 * Task sets meet free executors: FIFO by job and stage, near their data where that needs no waiting, retried elsewhere.
 *
 * A task set is in `#sets` from its submission until nothing of it waits or runs, or it is killed.
 * An attempt is in `#attempts` and in its executor's `inFlight` from its launch until its end is told or the executor is
 * lost; attempts of killed sets stay there too, because they hold the executor until they end.
 */
export class TaskScheduler implements Machine<TaskSchedulerEvent, TaskSchedulerAction> {
  readonly pool = new ExecutorPool()
  readonly #limits: FailureLimits
  readonly #sets = new TaskSetQueue()
  readonly #attempts = new Map<TaskId, Attempt>()
  #lastTaskId = -1
  #actions: TaskSchedulerAction[] = []
  #nowMs = 0

  constructor(limits: FailureLimits) {
    this.#limits = limits
  }

  handle(event: TaskSchedulerEvent, nowMs: number): readonly TaskSchedulerAction[] {
    this.#nowMs = nowMs
    this.#take(event)
    const actions = this.#actions
    this.#actions = []
    return actions
  }

  get isEmpty(): boolean {
    return this.#sets.all.length === 0 && this.#attempts.size === 0
  }

  /** The job that an attempt runs for; undefined: it has ended. */
  jobOf(id: TaskId): JobId | undefined {
    return this.#attempts.get(id)?.task.jobId
  }

  /** Tasks that wait for an executor, and attempts that run. */
  get load(): { readonly waiting: number; readonly running: number } {
    return { waiting: this.#sets.waitingCount, running: this.#attempts.size }
  }

  /** What is in it, for tests and error reports. */
  describe(): string {
    const sets = this.#sets.all.map(
      ({ set, waitingCount, runningCount }) =>
        `${set.stageId}.${set.stageAttempt}: ${waitingCount} waiting, ${runningCount} running`,
    )
    return `${this.pool.size} executors, ${this.#attempts.size} attempts, task sets [${sets.join('; ')}]`
  }

  #take(event: TaskSchedulerEvent): void {
    switch (event.type) {
      case 'submitTaskSet':
        this.#sets.add(new TaskSetManager(event.taskSet, this.#limits))
        return
      case 'withdrawTaskSet':
        this.#withdraw(event.stageId, event.stageAttempt)
        return
      case 'killTaskSet':
        this.#kill(event.stageId, event.stageAttempt, event.reason)
        return
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
      case 'tasksStarted':
        for (const id of event.taskIds) {
          const attempt = this.#attempts.get(id)
          if (attempt !== undefined) attempt.isStarted = true
        }
        return
      case 'tasksEnded':
        for (const ended of event.ended) this.#end(ended)
        return
      case 'offerExecutors':
        this.#offer()
        return
      default:
        assertNever(event)
    }
  }

  #withdraw(stageId: StageId, stageAttempt: number): void {
    const manager = this.#sets.find(stageId, stageAttempt)
    if (manager === undefined || manager.isWithdrawn) return
    this.#release(manager, manager.withdraw())
    this.#settle(manager)
  }

  #kill(stageId: StageId, stageAttempt: number, reason: string): void {
    const manager = this.#sets.find(stageId, stageAttempt)
    if (manager === undefined) return
    this.#sets.remove(manager)
    const attempts = [...this.#attempts.values()].filter(attempt => attempt.manager === manager)
    this.#killAttempts(attempts, reason)
  }

  #killAttempts(attempts: readonly Attempt[], reason: string): void {
    for (const [hostId, taskIds] of recall(attempts)) {
      this.#actions.push({ type: 'killTasks', hostId, taskIds, reason })
    }
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
        this.#finish(id, end, undefined)
      })
    }
  }

  #end(ended: TaskEnded): void {
    const attempt = this.#attempts.get(ended.taskId)
    // Told twice, or of an executor that has been given up: an attempt ends once.
    if (attempt === undefined) return
    this.pool.end(attempt.executor, ended.taskId, this.#nowMs)
    this.#finish(ended.taskId, ended.end, ended.runTimeMs)
  }

  #finish(id: TaskId, end: TaskEnd, runTimeMs: number | undefined): void {
    const attempt = this.#attempts.get(id)
    assert(attempt !== undefined, `attempt ${id} has ended before`)
    this.#attempts.delete(id)
    const { manager, task, index, executor } = attempt
    const { id: executorId, hostId } = executor
    this.#actions.push({ type: 'announceTaskEnd', task, index, executorId, hostId, end })
    if (!this.#sets.has(manager)) return
    this.#judge(attempt, end, runTimeMs ?? this.#nowMs - attempt.launchedMs)
    this.#settle(manager)
  }

  #judge(attempt: Attempt, end: TaskEnd, runTimeMs: number): void {
    const { manager, at, executor, task, index } = attempt
    const { stageId, stageAttempt, taskId } = task
    switch (end.kind) {
      case 'success': {
        if (!manager.succeed(at, runTimeMs)) return
        const status = end.result.kind === 'mapStatus' ? end.result.status : undefined
        const type = 'taskSucceeded'
        this.#actions.push({ type, stageId, stageAttempt, index, taskId, status })
        if (manager.copiesOf(at) === 0) return
        const others = [...this.#attempts.values()].filter(
          other => other.manager === manager && other.at === at,
        )
        this.#killAttempts(others, 'another copy of the task has finished')
        return
      }
      case 'fetchFailed':
        this.#actions.push({
          type: 'taskFetchFailed',
          ...{ stageId, stageAttempt, index, taskId, failure: end },
        })
        this.#release(manager, manager.release(at) ? [at] : [])
        return
      case 'failed':
        if (!end.retryable) this.#failSet(attempt, taskFailure(attempt, end.error, false))
        else this.#follow(attempt, manager.fail(at, executor.id, false), end)
        return
      case 'executorLost':
        if (end.cause.counts) this.#follow(attempt, manager.fail(at, executor.id, true), end)
        else this.#follow(attempt, manager.lose(at), end)
        return
      case 'killed':
        this.#follow(attempt, manager.lose(at), end)
        return
      default:
        assertNever(end)
    }
  }

  #follow(
    attempt: Attempt,
    verdict: FailureVerdict,
    end: Exclude<TaskEnd, { kind: 'success' }>,
  ): void {
    const { manager, at, task } = attempt
    if (verdict === 'goOn') return
    if (verdict === 'released') {
      this.#release(manager, [at])
    } else if (verdict === 'killsExecutors' && end.kind === 'executorLost') {
      const { stageName } = manager.set
      const executorIds = manager.executorsKilledBy(at)
      const killer = { task, stageName, executorIds, cause: end.cause }
      this.#failSet(attempt, { kind: 'taskKillsExecutors', ...killer })
    } else {
      this.#failSet(attempt, taskFailure(attempt, errorOf(end), true))
    }
  }

  #failSet(attempt: Attempt, failure: JobFailure): void {
    const { stageId, stageAttempt } = attempt.task
    this.#kill(stageId, stageAttempt, 'the stage has failed')
    this.#actions.push({ type: 'taskSetFailed', stageId, stageAttempt, failure })
  }

  #release(manager: TaskSetManager, places: readonly number[]): void {
    if (places.length === 0) return
    const { stageId, stageAttempt, indexes } = manager.set
    const released = places.map(at => indexes[at] as number)
    this.#actions.push({ type: 'tasksReleased', stageId, stageAttempt, indexes: released })
  }

  /** Takes out a set of which nothing is left. */
  #settle(manager: TaskSetManager): void {
    if (!manager.isEnded || !this.#sets.remove(manager)) return
    const { stageId, stageAttempt } = manager.set
    this.#actions.push({ type: 'taskSetEnded', stageId, stageAttempt })
  }

  #offer(): void {
    if (this.#sets.all.length === 0) return
    matchTasks({
      nowMs: this.#nowMs,
      sets: this.#sets.all,
      pool: this.pool,
      attempts: this.#attempts,
      launch: (manager, at, executor, locality) => this.#launch(manager, at, executor, locality),
      recall: (attempt, reason) => this.#killAttempts([attempt], reason),
    })
  }

  #launch(manager: TaskSetManager, at: number, executor: Executor, locality: Locality): void {
    const { stageId, stageAttempt, jobId, indexes, partitions } = manager.set
    const isCopy = manager.copiesOf(at) > 0
    const id = taskId(++this.#lastTaskId)
    const index = indexes[at] as number
    const partition = partitions[at] as number
    const attempt = manager.start(at)
    const task: TaskDescription = { taskId: id, stageId, stageAttempt, jobId, partition, attempt }
    const launchedMs = this.#nowMs
    this.pool.start(executor, id, this.#nowMs)
    const isStarted = false
    const isRecalled = false
    const record = { task, manager, at, index, executor, launchedMs, isCopy, isStarted, isRecalled }
    this.#attempts.set(id, record)
    const { id: executorId, hostId } = executor
    const type = 'launchTask'
    this.#actions.push({ type, task, index, executorId, hostId, locality, isCopy })
  }
}
