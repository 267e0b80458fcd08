import type { MapStatus } from '#publib/blocks'
import type { TaskEnd } from '#publib/task'
import type { HostId, JobId, StageId, TaskId } from '#publib/util'
import type { JobFailure } from './events.ts'

/** What the DAG scheduler and the task scheduler say to each other. */

// ── From the DAG scheduler to the task scheduler

export type TaskSchedulerCommand =
  | { readonly type: 'submitTaskSet'; readonly taskSet: TaskSet }
  /** Starts nothing more of it: what runs may end, what waits comes back by `tasksReleased`. */
  | {
      readonly type: 'withdrawTaskSet'
      readonly stageId: StageId
      readonly stageAttempt: number
      readonly reason: string
    }
  /** Ends it at once; nothing more is told of it. */
  | {
      readonly type: 'killTaskSet'
      readonly stageId: StageId
      readonly stageAttempt: number
      readonly reason: string
      readonly isGentle?: boolean | undefined
    }

/** Missing partitions of a stage, submitted together. */
export interface TaskSet {
  readonly stageId: StageId
  readonly stageAttempt: number
  /** The job it runs for: the oldest of those that need the stage. */
  readonly jobId: JobId
  /** The scheduler pool of that job; undefined: the default one. */
  readonly pool?: string | undefined
  readonly stageName: string
  /** Task indexes, rising. */
  readonly indexes: readonly number[]
  /** The partition of the stage's RDD, for each of `indexes`. */
  readonly partitions: readonly number[]
  /** For each of `indexes`, where it is best run; undefined: nowhere in particular. */
  readonly preferences: readonly TaskPreference[] | undefined
}

export interface TaskPreference {
  /** Hosts that hold a cached partition that the task reads. */
  readonly hostIds: readonly HostId[]
  /** Names of machines and ids of workers that hold its data. */
  readonly places: readonly string[]
}

// ── From the task scheduler to the DAG scheduler

export type TaskSetEvent =
  | {
      readonly type: 'taskSucceeded'
      readonly stageId: StageId
      readonly stageAttempt: number
      readonly index: number
      readonly taskId: TaskId
      /** Of a shuffle map task. */
      readonly status: MapStatus | undefined
    }
  | {
      readonly type: 'taskFetchFailed'
      readonly stageId: StageId
      readonly stageAttempt: number
      readonly index: number
      readonly taskId: TaskId
      readonly failure: FetchFailure
    }
  /** Tasks of a withdrawn set that will not run in it any more. */
  | {
      readonly type: 'tasksReleased'
      readonly stageId: StageId
      readonly stageAttempt: number
      readonly indexes: readonly number[]
    }
  | {
      readonly type: 'taskSetFailed'
      readonly stageId: StageId
      readonly stageAttempt: number
      readonly failure: JobFailure
    }
  /** Nothing of it waits or runs any more. */
  | { readonly type: 'taskSetEnded'; readonly stageId: StageId; readonly stageAttempt: number }

export type FetchFailure = Extract<TaskEnd, { kind: 'fetchFailed' }>
