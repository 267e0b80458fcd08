import type { Action, Lineage } from '#publib/lineage'
import type { CallSite, JobId, TaskId } from '#publib/util'
import type { JobSelector } from './events.ts'

/** What an action asks of the scheduler. The lineage is prepared: its partitions are known. */
export interface JobRequest<T, R> {
  readonly lineage: Lineage<T>
  readonly action: Action<T, R>
  /** Partitions to compute, in the order in which results are wanted. */
  readonly partitions: readonly number[]
  /** Called once for each of them, as they end; in any order. `index` is the place in `partitions`. */
  readonly onResult: (index: number, result: R) => void
  readonly callSite: CallSite | undefined
  /** As in `collect at main.ts:12`. */
  readonly operation: string
  readonly description?: string | undefined
  readonly groupId?: string | undefined
  readonly tags?: readonly string[] | undefined
  /** The scheduler pool; undefined: the default one. */
  readonly pool?: string | undefined
  /** Cancelling it only tells its tasks; one that does not heed its signal runs on. Default false. */
  readonly isGentle?: boolean | undefined
  /** Local properties: tasks read them from their context. */
  readonly properties?: Readonly<Record<string, string>> | undefined
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((progress: JobProgressCounts) => void) | undefined
}

export interface JobProgressCounts {
  readonly jobId: JobId
  readonly total: number
  readonly active: number
  readonly completed: number
  readonly failed: number
}

/** Runs jobs: what RDD actions know of the scheduler. */
export interface JobRunner {
  /** Resolves when every partition has given its result; rejects with TASK_FAILED, STAGE_FAILED, JOB_CANCELLED, CONTEXT_STOPPED … */
  runJob<T, R>(request: JobRequest<T, R>): Promise<void>
  cancelJobs(which: JobSelector, reason: string): void
  /** Its task is tried again. Says whether it ran. */
  killTaskAttempt(taskId: TaskId, isGentle: boolean, reason: string): boolean
}
