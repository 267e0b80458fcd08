import type { StorageLevel } from '#publib/blocks'
import type { TaskMetrics } from '#publib/task'
import type { CallSite, SimSparkError } from '#publib/util'
import type { JobInfo, StageInfo, TaskInfo } from './info.ts'

interface StageAttempt {
  readonly stageId: number
  readonly stageAttempt: number
}

/** What happens, and what is told of it: the names and fields of Spark's listener. */
export interface SparkListenerEvents {
  applicationStart: {
    readonly applicationId: string
    readonly appName: string
    readonly sparkUser: string
  }
  applicationEnd: { readonly exitCode: number | undefined }
  environmentUpdate: { readonly settings: ReadonlyMap<`simspark.${string}`, string> }
  jobStart: {
    readonly job: JobInfo
    /** All of them, parents first; those that need not run too. */
    readonly stages: readonly StageInfo[]
    /** Those whose outputs are there already. */
    readonly skippedStageIds: readonly number[]
    /** Of the action. */
    readonly callSite: CallSite
  }
  jobEnd: { readonly jobId: number; readonly error: SimSparkError | undefined }
  stageSubmitted: { readonly stage: StageInfo }
  stageCompleted: { readonly stage: StageInfo }
  taskStart: StageAttempt & { readonly task: TaskInfo }
  taskEnd: StageAttempt & {
    readonly task: TaskInfo
    readonly metrics: TaskMetrics
    readonly error: SimSparkError | undefined
  }
  /** It runs far longer than the others: a copy of it starts as soon as there is room. */
  speculativeTaskSubmitted: StageAttempt & { readonly partition: number }
  /** One executor thread; those of one `hostId` share a process. */
  executorAdded: {
    readonly executorId: string
    readonly host: string
    readonly cores: number
    readonly profileId: number
    readonly hostId: string
    readonly workerId: string
  }
  executorRemoved: { readonly executorId: string; readonly reason: string }
  /** No new tasks for executors of a worker that does not answer. */
  executorExcluded: { readonly executorId: string; readonly taskFailures: number }
  executorUnexcluded: { readonly executorId: string }
  executorMetricsUpdate: {
    readonly executorId: string
    readonly heapBytes: number
    readonly residentBytes: number
  }
  unpersistRDD: { readonly rddId: number }
  /** `executorId` is the process that holds the block; where both numbers of bytes are 0, it is gone. */
  blockUpdated: {
    readonly executorId: string
    readonly blockId: string
    readonly rddId: number
    readonly partition: number
    readonly storageLevel: StorageLevel
    readonly memoryBytes: number
    readonly diskBytes: number
  }
}

/** One of them, with its name and when it was. */
export type SparkListenerEvent<E extends keyof SparkListenerEvents = keyof SparkListenerEvents> = {
  [N in E]: Readonly<SparkListenerEvents[N]> & { readonly event: N; readonly time: number }
}[E]

/** `onJobStart`, `onTaskEnd` … hear one kind of event each, `onEvent` hears all. */
export type SparkListener = { onEvent?(event: SparkListenerEvent): void } & {
  [E in keyof SparkListenerEvents as `on${Capitalize<E>}`]?: (event: SparkListenerEvent<E>) => void
}
