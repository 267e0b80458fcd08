import type { LossCause, TaskEnd } from '#publib/task'
import type { ExecutorId, TaskId } from '#publib/util'

/** What happens to an executor host. A `generation` counts the threads that have stood for one executor. */
export type HostEvent =
  | { readonly type: 'ExecutorsWanted'; readonly executorIds: readonly ExecutorId[] }
  | {
      readonly type: 'ExecutorsReleased'
      readonly executorIds: readonly ExecutorId[]
      readonly reason: string
    }
  | ThreadReady
  | ThreadExited
  | { readonly type: 'TasksLaunched'; readonly tasks: readonly LaunchedAttempt[] }
  | ({ readonly type: 'TasksKilled'; readonly taskIds: readonly TaskId[] } & Stop)
  | TaskEnded
  | {
      readonly type: 'MemoryMeasured'
      readonly residentBytes: number
      readonly limitBytes: number
      /** What each executor holds by its own account. */
      readonly heldBytes: ReadonlyMap<ExecutorId, number>
    }
  /** The driver is gone for good: whatever runs is of use to nobody. */
  | { readonly type: 'DriverGone'; readonly reason: string }
  | { readonly type: 'TimePassed' }

/** Why tasks are to stop. `isGentle`: they are only told; one that does not heed it runs on. */
export interface Stop {
  readonly reason: string
  readonly isGentle?: boolean | undefined
}
export interface ThreadReady {
  readonly type: 'ThreadReady'
  readonly executorId: ExecutorId
  readonly generation: number
}
export interface ThreadExited {
  readonly type: 'ThreadExited'
  readonly executorId: ExecutorId
  readonly generation: number
  readonly cause: LossCause
}
export interface TaskEnded {
  readonly type: 'TaskEnded'
  readonly executorId: ExecutorId
  readonly generation: number
  readonly taskId: TaskId
  readonly end: TaskEnd
}
export interface LaunchedAttempt {
  readonly taskId: TaskId
  readonly executorId: ExecutorId
}

/** What an executor host is to do. */
export type HostAction =
  | {
      readonly type: 'StartThread'
      readonly executorId: ExecutorId
      readonly generation: number
    }
  | {
      readonly type: 'PostTask'
      readonly executorId: ExecutorId
      readonly taskId: TaskId
      readonly slot: number
    }
  | { readonly type: 'RaiseKillFlag'; readonly executorId: ExecutorId; readonly slot: number }
  | { readonly type: 'TerminateThread'; readonly executorId: ExecutorId }
  | { readonly type: 'ForgetTask'; readonly taskId: TaskId }
  | { readonly type: 'ReportStarted'; readonly taskId: TaskId }
  | {
      readonly type: 'ReportEnded'
      readonly taskId: TaskId
      readonly executorId: ExecutorId
      readonly end: TaskEnd
    }
  | { readonly type: 'ReportExecutorsAdded'; readonly executorIds: readonly ExecutorId[] }
  | {
      readonly type: 'ReportExecutorLost'
      readonly executorId: ExecutorId
      readonly cause: LossCause
    }
  /** A thread cannot be stopped: the process must go, and its worker sees to it that it does. */
  | { readonly type: 'ReplaceHost'; readonly reason: string }
