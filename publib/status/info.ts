/*
 * What is told of jobs, stages, tasks and executors: plain values, as listeners, the status tracker, the UI and the REST
 * pages show them. Times are milliseconds since 1970.
 */

export interface TaskCounts {
  readonly total: number
  readonly active: number
  readonly completed: number
  readonly failed: number
}

export interface JobInfo {
  readonly jobId: number
  readonly stageIds: readonly number[]
  readonly status: 'RUNNING' | 'SUCCEEDED' | 'FAILED'
  readonly description: string | undefined
  readonly groupId: string | undefined
  readonly tags: readonly string[]
}

export interface StageInfo {
  readonly stageId: number
  readonly attemptNumber: number
  /** As in `reduceByKey at main.ts:12`. */
  readonly name: string
  readonly tasks: TaskCounts
  readonly rddIds: readonly number[]
  readonly parentIds: readonly number[]
  readonly submissionTime: number | undefined
  readonly completionTime: number | undefined
  readonly failureReason: string | undefined
}

export interface TaskInfo {
  readonly taskAttemptId: number
  readonly partition: number
  readonly attemptNumber: number
  readonly speculative: boolean
  readonly executorId: string
  readonly host: string
  readonly locality: 'PROCESS_LOCAL' | 'NODE_LOCAL' | 'NO_PREF' | 'RACK_LOCAL' | 'ANY'
  readonly launchTime: number
  readonly finishTime: number | undefined
}

export interface ExecutorInfo {
  readonly executorId: string
  readonly host: string
  readonly port: number
  readonly numRunningTasks: number
  readonly cachedBytes: number
}

/** How far a job is. */
export interface JobProgress {
  readonly jobId: number
  readonly tasks: TaskCounts
  readonly stages: readonly StageInfo[]
}

/** What of a cached RDD is kept. */
export interface CachedBytes {
  readonly id: number
  readonly numCachedPartitions: number
  readonly memoryBytes: number
  readonly diskBytes: number
}
