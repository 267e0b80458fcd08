import type { SparkListenerEvent } from './events.ts'
import type { ExecutorInfo, JobInfo, JobProgress, RDDStorageInfo, StageInfo } from './info.ts'
import {
  type ExecutorRecord,
  type JobRecord,
  jobInfoOf,
  newStageRecord,
  type StageRecord,
  stageInfoOf,
  type TaskRecord,
} from './records.ts'
import { StorageRecords } from './storage-records.ts'

export interface StatusLimits {
  readonly jobsMax: number
  /** Attempts of stages. */
  readonly stagesMax: number
  readonly tasksMax: number
}

const LIMITS: StatusLimits = { jobsMax: 1000, stagesMax: 1000, tasksMax: 100_000 }

/** What has happened in an application, kept within bounds: what is over longest is forgotten first. */
export class StatusStore {
  readonly #limits: StatusLimits
  readonly #jobs = new Map<number, JobRecord>()
  /** By `stage.attempt`, the oldest first. */
  readonly #stages = new Map<string, StageRecord>()
  /** The stage attempt of each task that is kept, the oldest first. */
  readonly #tasks = new Map<number, StageRecord>()
  readonly #executors = new Map<string, ExecutorRecord>()
  readonly #storage = new StorageRecords()

  constructor(limits: Partial<StatusLimits> = {}) {
    this.#limits = { ...LIMITS, ...limits }
  }

  record(event: SparkListenerEvent): void {
    switch (event.event) {
      case 'jobStart':
        this.#startJob(event)
        break
      case 'jobEnd':
        this.#endJob(event)
        break
      case 'stageSubmitted':
        this.#stages.delete(keyOf(event.stage.stageId, event.stage.attemptNumber))
        this.#addStage(newStageRecord(event.stage, 'ACTIVE'))
        break
      case 'stageCompleted':
        this.#endStage(event.stage)
        break
      case 'taskStart':
        this.#startTask(event)
        break
      case 'taskEnd':
        this.#endTask(event)
        break
      case 'executorAdded': {
        const { executorId, hostId, workerId, host, time: addTime } = event
        const counts = { numRunningTasks: 0, numCompletedTasks: 0, numFailedTasks: 0 }
        this.#executors.set(executorId, { executorId, hostId, workerId, host, addTime, ...counts })
        break
      }
      case 'executorRemoved': {
        const gone = this.#executors.get(event.executorId)
        this.#executors.delete(event.executorId)
        const isHostGone = !this.executors().some(({ hostId }) => hostId === gone?.hostId)
        if (gone !== undefined && isHostGone) this.#storage.dropHost(gone.hostId)
        break
      }
      case 'blockUpdated':
        this.#storage.update(event.rddId, event.partition, event.executorId, event.memoryBytes)
        break
      case 'unpersistRDD':
        this.#storage.dropRdd(event.rddId)
        break
      default:
        // Nothing is kept of the others.
        break
    }
  }

  job(jobId: number): JobInfo | undefined {
    const record = this.#jobs.get(jobId)
    return record === undefined ? undefined : jobInfoOf(record)
  }

  jobs(): readonly Readonly<JobRecord>[] {
    return [...this.#jobs.values()]
  }

  /** The given attempt of a stage, or its last one. */
  stage(stageId: number, attempt?: number): Readonly<StageRecord> | undefined {
    if (attempt !== undefined) return this.#stages.get(keyOf(stageId, attempt))
    return this.stages().findLast(stage => stage.stageId === stageId)
  }

  /** Every attempt that is kept. */
  stages(): readonly Readonly<StageRecord>[] {
    return [...this.#stages.values()]
  }

  tasks(stageId: number, attempt: number): readonly Readonly<TaskRecord>[] {
    return [...(this.#stages.get(keyOf(stageId, attempt))?.taskRecords.values() ?? [])]
  }

  executors(): readonly Readonly<ExecutorRecord>[] {
    return [...this.#executors.values()]
  }

  executorInfos(): readonly ExecutorInfo[] {
    return this.executors().map(({ executorId, hostId, host, numRunningTasks }) => {
      const cachedBytes = this.#storage.bytesOf(hostId)
      return { executorId, host, port: 0, numRunningTasks, cachedBytes }
    })
  }

  storage(): readonly RDDStorageInfo[] {
    return this.#storage.infos()
  }

  /** How far a job is: what stages that need not run would have had to do does not count. */
  progress(jobId: number): JobProgress {
    const job = this.#jobs.get(jobId)
    const tasks = { total: 0, active: 0, completed: 0, failed: 0 }
    const stages: StageInfo[] = []
    for (const stage of this.#stages.values()) {
      if (stage.status === 'SKIPPED' || !job?.stageIds.includes(stage.stageId)) continue
      const isOver = stage.status === 'COMPLETE' || stage.status === 'FAILED'
      tasks.total += isOver ? stage.tasks.completed : stage.tasks.total
      tasks.active += stage.tasks.active
      tasks.completed += stage.tasks.completed
      tasks.failed += stage.tasks.failed
      stages.push(stageInfoOf(stage))
    }
    return { jobId, tasks, stages }
  }

  #startJob(event: SparkListenerEvent<'jobStart'>): void {
    const { job, callSite, stages } = event
    const skippedStageIds = new Set(event.skippedStageIds)
    const ends = { completionTime: undefined, error: undefined }
    const submissionTime = event.time
    this.#jobs.set(job.jobId, { ...job, callSite, submissionTime, skippedStageIds, ...ends })
    for (const stage of stages) {
      if (this.#stages.has(keyOf(stage.stageId, stage.attemptNumber))) continue
      const isSkipped = skippedStageIds.has(stage.stageId)
      this.#addStage(newStageRecord(stage, isSkipped ? 'SKIPPED' : 'PENDING'))
    }
    forgetOldest(this.#jobs, this.#limits.jobsMax, ({ status }) => status !== 'RUNNING')
  }

  #endJob({ jobId, error, time }: SparkListenerEvent<'jobEnd'>): void {
    const job = this.#jobs.get(jobId)
    if (job === undefined) return
    job.status = error === undefined ? 'SUCCEEDED' : 'FAILED'
    job.completionTime = time
    job.error = error
    const isNeeded = (stageId: number): boolean =>
      this.jobs().some(other => other.status === 'RUNNING' && other.stageIds.includes(stageId))
    for (const stage of this.#stages.values()) {
      const isPlanned = stage.status === 'PENDING' && job.stageIds.includes(stage.stageId)
      if (isPlanned && !isNeeded(stage.stageId)) stage.status = 'SKIPPED'
    }
  }

  #addStage(stage: StageRecord): void {
    this.#stages.set(keyOf(stage.stageId, stage.attemptNumber), stage)
    const isOver = ({ status }: StageRecord): boolean => status !== 'ACTIVE' && status !== 'PENDING'
    for (const gone of forgetOldest(this.#stages, this.#limits.stagesMax, isOver)) {
      for (const taskId of gone.taskRecords.keys()) this.#tasks.delete(taskId)
    }
  }

  #endStage(stage: StageInfo): void {
    const record = this.#stages.get(keyOf(stage.stageId, stage.attemptNumber))
    if (record === undefined) return
    record.status = stage.failureReason === undefined ? 'COMPLETE' : 'FAILED'
    record.submissionTime = stage.submissionTime ?? record.submissionTime
    record.completionTime = stage.completionTime
    record.failureReason = stage.failureReason
  }

  #startTask({ stageId, stageAttempt, task }: SparkListenerEvent<'taskStart'>): void {
    const stage = this.#stages.get(keyOf(stageId, stageAttempt))
    const executor = this.#executors.get(task.executorId)
    if (executor !== undefined) executor.numRunningTasks++
    if (stage === undefined) return
    stage.tasks.active++
    const more = { status: 'RUNNING', metrics: undefined, error: undefined } as const
    stage.taskRecords.set(task.taskAttemptId, { ...task, ...more })
    this.#tasks.set(task.taskAttemptId, stage)
    if (this.#tasks.size <= this.#limits.tasksMax) return
    for (const [oldest, owner] of this.#tasks) {
      this.#tasks.delete(oldest)
      owner.taskRecords.delete(oldest)
      break
    }
  }

  #endTask(event: SparkListenerEvent<'taskEnd'>): void {
    const { stageId, stageAttempt, task, error, metrics } = event
    const status =
      error === undefined ? 'SUCCESS' : error.code === 'TASK_KILLED' ? 'KILLED' : 'FAILED'
    const executor = this.#executors.get(task.executorId)
    if (executor !== undefined) {
      executor.numRunningTasks--
      if (status === 'SUCCESS') executor.numCompletedTasks++
      if (status === 'FAILED') executor.numFailedTasks++
    }
    const stage = this.#stages.get(keyOf(stageId, stageAttempt))
    if (stage === undefined) return
    stage.tasks.active--
    if (status === 'SUCCESS') stage.tasks.completed++
    if (status === 'FAILED') stage.tasks.failed++
    const record = stage.taskRecords.get(task.taskAttemptId)
    if (record !== undefined) Object.assign(record, task, { status, metrics, error })
  }
}

function keyOf(stageId: number, attempt: number): string {
  return `${stageId}.${attempt}`
}

/** Takes out what is over, the oldest first, until no more than `max` are left; gives what went. */
function forgetOldest<K, V>(from: Map<K, V>, max: number, isOver: (value: V) => boolean): V[] {
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
