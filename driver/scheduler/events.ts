import type { Action } from '#publib/lineage'
import type { LossCause, TaskDescription, TaskEnd } from '#publib/task'
import type {
  ErrorData,
  ExecutorId,
  HostId,
  JobId,
  RddId,
  ShuffleId,
  StageId,
  TaskId,
  WorkerId,
} from '#publib/util'
import type { StageOutline } from './plan.ts'
import type { Stage } from './stage.ts'

/**
 * The words of the scheduler's machines. Events are in the past tense, actions imperative. A task is named by its index
 * in its stage (Spark's task index): for a shuffle map stage that is the partition, for a result stage the place among
 * the partitions that the job asked for.
 */

// ── What comes from outside

export type SchedulerEvent =
  | JobSubmitted
  | {
      readonly type: 'jobsCancelled'
      readonly which: JobSelector
      readonly reason: string
      /** What the user gave as the signal's reason. */
      readonly cause?: unknown
    }
  /** The driver itself cannot go on with the job: a result handler threw, a result is too large. */
  | { readonly type: 'jobAborted'; readonly jobId: JobId; readonly error: unknown }
  /** The stage cannot be encoded: what a function captured cannot travel. */
  | { readonly type: 'stageRefused'; readonly stageId: StageId; readonly error: unknown }
  | ExecutorEvent
  | { readonly type: 'tasksStarted'; readonly taskIds: readonly TaskId[] }
  /** Time to look for tasks that run for too long. */
  | { readonly type: 'slowTasksSought' }
  /** The user wants an attempt to end; its task is tried again. */
  | {
      readonly type: 'attemptKilled'
      readonly taskId: TaskId
      readonly isGentle: boolean
      readonly reason: string
    }
  | { readonly type: 'tasksEnded'; readonly ended: readonly TaskEnded[] }
  | {
      readonly type: 'cachedBlocksUpdated'
      readonly hostId: HostId
      readonly blocks: readonly {
        readonly rddId: RddId
        readonly partition: number
        /** Both are 0: it is gone. */
        readonly memoryBytes: number
        readonly diskBytes: number
      }[]
    }
  /** Nobody can ask for them any more; a job under way may still read them. */
  | { readonly type: 'shufflesDropped'; readonly shuffleIds: readonly ShuffleId[] }
  | { readonly type: 'rddUnpersisted'; readonly rddId: RddId }

export interface JobSubmitted {
  readonly type: 'jobSubmitted'
  readonly jobId: JobId
  /** The lineage, cut into stages by `planStages`. */
  readonly outlines: readonly StageOutline[]
  readonly action: Action<unknown, unknown>
  readonly partitions: readonly number[]
  /** As in `collect at main.ts:12`. */
  readonly name: string
  readonly groupId: string | undefined
  readonly tags: readonly string[]
  /** The scheduler pool; undefined: the default one. */
  readonly pool?: string | undefined
  /** Whether its tasks are only told when it is cancelled, and run on if they do not heed it. Default false. */
  readonly isGentle?: boolean | undefined
}

export type JobSelector =
  | { readonly kind: 'job'; readonly jobId: JobId }
  /** `isLasting`: those of the group that come later, too. */
  | { readonly kind: 'group'; readonly groupId: string; readonly isLasting?: boolean }
  | { readonly kind: 'tag'; readonly tag: string }
  /** Jobs that need the stage. */
  | { readonly kind: 'stage'; readonly stageId: StageId }
  | { readonly kind: 'all' }

export type ExecutorEvent =
  | {
      readonly type: 'executorsAdded'
      readonly hostId: HostId
      readonly workerId: WorkerId
      readonly host: string
      readonly executorIds: readonly ExecutorId[]
    }
  | { readonly type: 'executorLost'; readonly executorId: ExecutorId; readonly cause: LossCause }
  | { readonly type: 'hostLost'; readonly hostId: HostId; readonly cause: LossCause }
  | { readonly type: 'workerLost'; readonly workerId: WorkerId; readonly reason: string }
  | {
      readonly type: 'workerSuspended'
      readonly workerId: WorkerId
      readonly isSuspended: boolean
    }

export interface TaskEnded {
  readonly taskId: TaskId
  readonly end: TaskEnd
  /** What the executor measured; undefined where it did not run. */
  readonly runTimeMs: number | undefined
}

// ── What goes outside

export type SchedulerAction =
  /** To be captured and encoded now, before anything of it is launched. */
  | { readonly type: 'encodeStage'; readonly stage: Stage }
  | {
      readonly type: 'announceJob'
      readonly jobId: JobId
      readonly stages: readonly Stage[]
      /** For each of them, the attempt that runs or is to come. */
      readonly stageAttempts: readonly number[]
    }
  | {
      readonly type: 'announceStageAttempt'
      readonly stage: Stage
      readonly stageAttempt: number
      readonly taskCount: number
    }
  | {
      readonly type: 'announceStageEnd'
      readonly stageId: StageId
      readonly stageAttempt: number
      readonly failureReason: string | undefined
    }
  | LaunchTask
  | {
      readonly type: 'killTasks'
      readonly hostId: HostId
      readonly taskIds: readonly TaskId[]
      readonly reason: string
      /** They are only told; one that does not heed it runs on. */
      readonly isGentle?: boolean | undefined
    }
  | AnnounceTaskEnd
  /** A task is slow: a copy of it is started as soon as a worker has room. */
  | {
      readonly type: 'announceCopy'
      readonly stageId: StageId
      readonly stageAttempt: number
      readonly partition: number
    }
  /** The result of a partition counts: `index` is its place in the request. */
  | {
      readonly type: 'deliverResult'
      readonly jobId: JobId
      readonly index: number
      readonly taskId: TaskId
    }
  /** What this attempt added to accumulators counts: once for each stage execution and partition. */
  | {
      readonly type: 'countAccumulators'
      /** The oldest job that needs the stage. */
      readonly jobId: JobId
      readonly stageId: StageId
      readonly index: number
      readonly taskId: TaskId
    }
  | { readonly type: 'finishJob'; readonly jobId: JobId }
  | { readonly type: 'failJob'; readonly jobId: JobId; readonly failure: JobFailure }
  /** No job needs them any more. */
  | { readonly type: 'dropStages'; readonly stageIds: readonly StageId[] }
  /** Nobody can ask for them any more, and no job reads them. */
  | { readonly type: 'dropShuffles'; readonly shuffleIds: readonly ShuffleId[] }

export type Locality = 'PROCESS_LOCAL' | 'NODE_LOCAL' | 'NO_PREF' | 'ANY'

export interface LaunchTask {
  readonly type: 'launchTask'
  readonly task: TaskDescription
  readonly index: number
  readonly executorId: ExecutorId
  readonly hostId: HostId
  readonly locality: Locality
  /** A second copy of a partition that runs somewhere already. */
  readonly isCopy: boolean
}

export interface AnnounceTaskEnd {
  readonly type: 'announceTaskEnd'
  readonly task: TaskDescription
  readonly index: number
  readonly executorId: ExecutorId
  readonly hostId: HostId
  readonly end: TaskEnd
}

/** Why a job cannot be finished, as data; `errors.ts` makes the error of it. */
export type JobFailure =
  | {
      readonly kind: 'taskFailed'
      readonly task: TaskDescription
      readonly stageName: string
      readonly executorId: ExecutorId
      readonly failureCount: number
      readonly error: ErrorData
      readonly isRetryable: boolean
    }
  | {
      readonly kind: 'taskKillsExecutors'
      readonly task: TaskDescription
      readonly stageName: string
      readonly executorIds: readonly ExecutorId[]
      readonly cause: LossCause
    }
  | {
      readonly kind: 'stageFailed'
      readonly stageId: StageId
      readonly stageName: string
      readonly attemptCount: number
      readonly message: string
    }
  | {
      readonly kind: 'notDeterministic'
      readonly stageId: StageId
      readonly stageName: string
      readonly partition: number
      readonly resultCount: number
    }
  | { readonly kind: 'cancelled'; readonly reason: string; readonly cause?: unknown }
  | { readonly kind: 'error'; readonly error: unknown }
