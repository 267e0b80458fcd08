import type { TaskMetrics } from '#publib/task'
import type { CallSite, SimSparkError } from '#publib/util'
import type { JobInfo, StageInfo, TaskCounts, TaskInfo } from './info.ts'

type Changing<T> = { -readonly [K in keyof T]: T[K] }

/** A job as the store keeps it. */
export interface JobRecord extends Changing<JobInfo> {
  readonly callSite: CallSite
  readonly submissionTime: number
  completionTime: number | undefined
  error: SimSparkError | undefined
  /** Stages that need not run. */
  readonly skippedStageIds: Set<number>
}

/** One attempt of a stage; one that only is planned has no submission time. */
export interface StageRecord extends Changing<Omit<StageInfo, 'tasks'>> {
  readonly tasks: Changing<TaskCounts>
  status: 'PENDING' | 'ACTIVE' | 'COMPLETE' | 'FAILED' | 'SKIPPED'
}

/** One attempt of one task. */
export interface TaskRecord extends Changing<TaskInfo> {
  status: 'RUNNING' | 'SUCCESS' | 'FAILED' | 'KILLED'
  metrics: TaskMetrics | undefined
  error: SimSparkError | undefined
}

/** An executor as the store keeps it. */
export interface ExecutorRecord {
  readonly executorId: string
  readonly hostId: string
  readonly workerId: string
  readonly host: string
  readonly addTime: number
  numRunningTasks: number
  numCompletedTasks: number
  numFailedTasks: number
}

/** A stage as it is told: a value that no longer changes. */
export function stageInfoOf(record: StageRecord): StageInfo {
  const { stageId, attemptNumber, name, rddIds, parentIds } = record
  const { submissionTime, completionTime, failureReason } = record
  const what = { stageId, attemptNumber, name, tasks: { ...record.tasks }, rddIds, parentIds }
  return { ...what, submissionTime, completionTime, failureReason }
}

export function jobInfoOf(record: JobRecord): JobInfo {
  const { jobId, stageIds, status, description, groupId, tags } = record
  return { jobId, stageIds, status, description, groupId, tags }
}

export function newStageRecord(stage: StageInfo, status: StageRecord['status']): StageRecord {
  return { ...stage, tasks: { ...stage.tasks }, status }
}

export function isJobOver({ status }: JobRecord): boolean {
  return status !== 'RUNNING'
}

export function isStageOver({ status }: StageRecord): boolean {
  return status !== 'ACTIVE' && status !== 'PENDING'
}

/** Takes out what is over, the oldest first, until no more than `max` are left; gives what went. */
export function forgetOldest<K, V>(
  from: Map<K, V>,
  max: number,
  isOver: (value: V) => boolean,
): V[] {
  const gone: V[] = []
  if (from.size <= max) return gone
  for (const [key, value] of from) {
    if (from.size <= max) break
    if (!isOver(value)) continue
    from.delete(key)
    gone.push(value)
  }
  return gone
}
