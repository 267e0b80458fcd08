import type { Machine } from '#publib/util'
import { assertNever } from '#publib/util'
import { DAGScheduler, type DAGSchedulerEvent } from './dag-scheduler.ts'
import type { DAGSchedulerAction } from './dag-state.ts'
import type { SchedulerAction, SchedulerEvent } from './events.ts'
import {
  TaskScheduler,
  type TaskSchedulerEvent,
  type TaskSchedulerOptions,
} from './task-scheduler.ts'
import type { FailureLimits } from './task-set-manager.ts'
import type { TaskSchedulerAction } from './task-state.ts'

export interface SchedulerLimits extends FailureLimits {
  /** Fetch failures of so many attempts in a row fail a stage. */
  readonly stageAttemptsMax: number
}

export const SCHEDULER_LIMITS: SchedulerLimits = {
  failuresMax: 4,
  executorsKilledMax: 3,
  stageAttemptsMax: 4,
}

type Internal =
  | { readonly to: 'dag'; readonly event: DAGSchedulerEvent }
  | { readonly to: 'tasks'; readonly event: TaskSchedulerEvent }

/**
 * The DAG scheduler and the task scheduler joined to one machine: what one asks of the other is done within the turn,
 * and tasks meet executors once, at its end.
 */
export class SchedulerCore implements Machine<SchedulerEvent, SchedulerAction> {
  readonly dag: DAGScheduler
  readonly tasks: TaskScheduler
  #turn: SchedulerAction[] = []
  readonly #queue: Internal[] = []

  constructor(limits: SchedulerLimits = SCHEDULER_LIMITS, options: TaskSchedulerOptions = {}) {
    this.dag = new DAGScheduler(limits.stageAttemptsMax)
    this.tasks = new TaskScheduler(limits, options)
  }

  handle(event: SchedulerEvent, nowMs: number): readonly SchedulerAction[] {
    this.#post(event)
    for (let at = 0; at < this.#queue.length; at++) this.#pass(this.#queue[at] as Internal, nowMs)
    this.#queue.length = 0
    this.#sort(this.tasks.handle({ type: 'offerExecutors' }, nowMs))
    const turn = this.#turn
    this.#turn = []
    return turn
  }

  get isEmpty(): boolean {
    return this.dag.isEmpty && this.tasks.isEmpty
  }

  describe(): string {
    return `${this.dag.describe()}\n${this.tasks.describe()}`
  }

  #post(event: SchedulerEvent): void {
    switch (event.type) {
      case 'executorsAdded':
      case 'executorLost':
      case 'tasksStarted':
      case 'attemptKilled':
      case 'slowTasksSought':
      case 'tasksEnded':
        this.#queue.push({ to: 'tasks', event })
        return
      case 'workerLost':
        // Its hosts go with it, and what they cached.
        for (const hostId of this.tasks.pool.hostsOf(event.workerId)) {
          const cause = { kind: 'workerLost', message: event.reason, counts: false } as const
          this.#queue.push({ to: 'dag', event: { type: 'hostLost', hostId, cause } })
        }
        this.#queue.push({ to: 'tasks', event }, { to: 'dag', event })
        return
      case 'hostLost':
      case 'workerSuspended':
        this.#queue.push({ to: 'tasks', event }, { to: 'dag', event })
        return
      default:
        this.#queue.push({ to: 'dag', event })
    }
  }

  #pass(internal: Internal, nowMs: number): void {
    if (internal.to === 'dag') this.#sort(this.dag.handle(internal.event))
    else this.#sort(this.tasks.handle(internal.event, nowMs))
  }

  #sort(actions: readonly (DAGSchedulerAction | TaskSchedulerAction)[]): void {
    for (const action of actions) {
      switch (action.type) {
        case 'submitTaskSet':
        case 'withdrawTaskSet':
        case 'killTaskSet':
          this.#queue.push({ to: 'tasks', event: action })
          break
        case 'taskSucceeded':
        case 'taskFetchFailed':
        case 'tasksReleased':
        case 'taskSetFailed':
        case 'taskSetEnded':
          this.#queue.push({ to: 'dag', event: action })
          break
        case 'encodeStage':
        case 'announceJob':
        case 'announceStageAttempt':
        case 'announceStageEnd':
        case 'announceTaskEnd':
        case 'announceCopy':
        case 'launchTask':
        case 'killTasks':
        case 'deliverResult':
        case 'countAccumulators':
        case 'finishJob':
        case 'failJob':
        case 'dropStages':
        case 'dropShuffles':
          this.#turn.push(action)
          break
        default:
          assertNever(action)
      }
    }
  }
}
