import type { StageId, TaskId } from '#publib/util'
import type { AnnounceTaskEnd, LaunchTask, SchedulerAction } from './events.ts'
import type { ExecutorPool } from './executor-pool.ts'
import { type Attempt, recall } from './match-tasks.ts'
import type { SpeculationLimits } from './slow-tasks.ts'
import type { TaskSetEvent } from './task-set-events.ts'
import type { FailureLimits, TaskSetManager } from './task-set-manager.ts'
import type { TaskSetQueue } from './task-set-queue.ts'

export type TaskSchedulerAction =
  | TaskSetEvent
  | LaunchTask
  | AnnounceTaskEnd
  | Extract<SchedulerAction, { type: 'killTasks' | 'announceCopy' }>

/** What the task scheduler keeps, shared by the files that change it. */
export interface TaskState {
  readonly pool: ExecutorPool
  readonly limits: FailureLimits
  /** Undefined: slow tasks are left alone. */
  readonly speculation: SpeculationLimits | undefined
  readonly sets: TaskSetQueue
  readonly attempts: Map<TaskId, Attempt>
  actions: TaskSchedulerAction[]
  nowMs: number
}

/** Tells attempts to stop, those that were not told yet. `isGentle`: one that does not heed it runs on. */
export function killAttempts(
  state: TaskState,
  attempts: readonly Attempt[],
  reason: string,
  isGentle = false,
): void {
  const gently = isGentle ? { isGentle } : {}
  for (const [hostId, taskIds] of recall(attempts)) {
    state.actions.push({ type: 'killTasks', hostId, taskIds, reason, ...gently })
  }
}

/** Takes a set out and ends what runs of it; nothing more is told of it. */
export function killSet(
  state: TaskState,
  stageId: StageId,
  stageAttempt: number,
  reason: string,
  isGentle = false,
): void {
  const manager = state.sets.find(stageId, stageAttempt)
  if (manager === undefined) return
  state.sets.remove(manager)
  const attempts = [...state.attempts.values()].filter(attempt => attempt.manager === manager)
  killAttempts(state, attempts, reason, isGentle)
}

/** Places of a withdrawn set that will not run in it any more. */
export function releaseTasks(
  state: TaskState,
  manager: TaskSetManager,
  places: readonly number[],
): void {
  if (places.length === 0) return
  const { stageId, stageAttempt, indexes } = manager.set
  const released = places.map(at => indexes[at] as number)
  state.actions.push({ type: 'tasksReleased', stageId, stageAttempt, indexes: released })
}

/** Takes out a set of which nothing is left. */
export function settleSet(state: TaskState, manager: TaskSetManager): void {
  if (!manager.isEnded || !state.sets.remove(manager)) return
  const { stageId, stageAttempt } = manager.set
  state.actions.push({ type: 'taskSetEnded', stageId, stageAttempt })
}
