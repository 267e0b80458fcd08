import type { LossCause } from '#publib/task'
import type { ExecutorId, TaskId } from '#publib/util'

/** What the host's machine holds of one executor. */
export interface ExecutorRecord {
  readonly executorId: ExecutorId
  /** Counts the threads that have stood for it. */
  generation: number
  /**
   * starting: its thread has not said that it is ready; nothing is posted to it.
   * ready: it runs what is posted.
   * ending: `terminate` was asked for; it answers no more.
   */
  phase: 'starting' | 'ready' | 'ending'
  /** Attempts in the order in which they run; those posted stand first, the first of them runs. */
  readonly attempts: Attempt[]
  /** So many of them are posted. */
  postedCount: number
  nextSlot: number
  /** When `terminate` was asked for. */
  endingSinceMs: number
  /** Why, where we know better than the thread's exit tells. */
  endingCause: LossCause | undefined
  /** Threads in a row that ended before they were ready. */
  failedStarts: number
  isReleased: boolean
}

/** One attempt at a task that was launched here and has not been reported as ended. */
export interface Attempt {
  readonly taskId: TaskId
  /** Set once it is posted to the thread. */
  slot: number | undefined
  /** `isGentle`: it was only told; its thread is not ended for it. */
  kill: { readonly reason: string; sinceMs: number; isGentle: boolean } | undefined
}

export function newExecutorRecord(executorId: ExecutorId): ExecutorRecord {
  return {
    executorId,
    generation: 1,
    phase: 'starting',
    attempts: [],
    postedCount: 0,
    nextSlot: 0,
    endingSinceMs: 0,
    endingCause: undefined,
    failedStarts: 0,
    isReleased: false,
  }
}

/** The attempt that the thread works on, if any. */
export function runningAttempt(executor: ExecutorRecord): Attempt | undefined {
  return executor.postedCount > 0 ? executor.attempts[0] : undefined
}
