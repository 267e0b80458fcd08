import type { TaskMetrics } from '#publib/task'
import type { SimSparkError } from '#publib/util'
import type { SparkListenerEvent } from './events.ts'
import type {
  CachedBytes,
  ExecutorInfo,
  JobInfo,
  JobProgress,
  StageInfo,
  TaskInfo,
} from './info.ts'
import {
  type ExecutorRecord,
  forgetOldest,
  isJobOver,
  isStageOver,
  type JobRecord,
  jobInfoOf,
  newStageRecord,
  type StageRecord,
  stageInfoOf,
  type TaskRecord,
} from './records.ts'
import { StorageRecords } from './storage-records.ts'
import { TaskTable } from './task-table.ts'

export interface StatusLimits {
  readonly jobsMax: number
  /** Attempts of stages. */
  readonly stagesMax: number
  readonly tasksMax: number
}

/** How an attempt at a task ended. */
export interface EndedTask {
  readonly taskAttemptId: number
  readonly executorId: string
  readonly finishTime: number
  readonly metrics: TaskMetrics | undefined
  readonly error: SimSparkError | undefined
}

const LIMITS: StatusLimits = { jobsMax: 1000, stagesMax: 1000, tasksMax: 100_000 }

/** What has happened in an application, kept within bounds: what is over longest is forgotten first. */
export class StatusStore {
  readonly #limits: StatusLimits
  readonly #jobs = new Map<number, JobRecord>()
  /** By `stage.attempt`, the oldest first. */
  readonly #stages = new Map<string, StageRecord>()
  /** By stage: its attempts that are kept, the oldest first. */
  readonly #attempts = new Map<number, StageRecord[]>()
  readonly #tasks: TaskTable
  /** The attempt that was asked for last: tasks come by the thousand from the same one. */
  #lastStage: StageRecord | undefined
  readonly #executors = new Map<string, ExecutorRecord>()
  readonly #storage = new StorageRecords()

  constructor(limits: Partial<StatusLimits> = {}) {
    this.#limits = { ...LIMITS, ...limits }
    this.#tasks = new TaskTable(this.#limits.tasksMax)
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
        this.#submitStage(event.stage)
        break
      case 'stageCompleted':
        this.#endStage(event.stage)
        break
      case 'taskStart':
        this.startTask(event.stageId, event.stageAttempt, event.task)
        break
      case 'taskEnd':
        this.endTask(event.stageId, event.stageAttempt, {
          ...{ taskAttemptId: event.task.taskAttemptId, executorId: event.task.executorId },
          ...{ finishTime: event.task.finishTime ?? event.time },
          ...{ metrics: event.metrics, error: event.error },
        })
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
        this.#storage.update(event.rddId, event.partition, event.executorId, event)
        break
      case 'unpersistRDD':
        this.#storage.dropRdd(event.rddId)
        break
      default:
        // Nothing is kept of the others.
        break
    }
  }

  /** An attempt at a task begins: `taskStart`, without an object for each. */
  startTask(stageId: number, stageAttempt: number, task: Omit<TaskInfo, 'finishTime'>): void {
    const stage = this.#stageOf(stageId, stageAttempt)
    const executor = this.#executors.get(task.executorId)
    if (executor !== undefined) executor.numRunningTasks++
    if (stage === undefined) return
    stage.tasks.active++
    this.#tasks.start(stage, task)
  }

  /** It has ended: `taskEnd`. */
  endTask(
    stageId: number,
    stageAttempt: number,
    { taskAttemptId, executorId, finishTime, metrics, error }: EndedTask,
  ): void {
    const status =
      error === undefined ? 'SUCCESS' : error.code === 'TASK_KILLED' ? 'KILLED' : 'FAILED'
    const executor = this.#executors.get(executorId)
    if (executor !== undefined) {
      executor.numRunningTasks--
      if (status === 'SUCCESS') executor.numCompletedTasks++
      if (status === 'FAILED') executor.numFailedTasks++
    }
    const stage = this.#stageOf(stageId, stageAttempt)
    if (stage === undefined) return
    stage.tasks.active--
    if (status === 'SUCCESS') stage.tasks.completed++
    if (status === 'FAILED') stage.tasks.failed++
    this.#tasks.end(taskAttemptId, finishTime, status, metrics, error)
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
    return this.#attempts.get(stageId)?.at(-1)
  }

  /** Every attempt that is kept. */
  stages(): readonly Readonly<StageRecord>[] {
    return [...this.#stages.values()]
  }

  tasks(stageId: number, attempt: number): readonly Readonly<TaskRecord>[] {
    const stage = this.#stages.get(keyOf(stageId, attempt))
    return stage === undefined ? [] : this.#tasks.of(stage)
  }

  /** One attempt of a task, as long as it is kept. */
  task(taskAttemptId: number): Readonly<TaskRecord> | undefined {
    return this.#tasks.get(taskAttemptId)
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

  storage(): readonly CachedBytes[] {
    return this.#storage.infos()
  }

  /** How far a job is: what stages that need not run would have had to do does not count. */
  progress(jobId: number): JobProgress {
    const job = this.#jobs.get(jobId)
    const tasks = { total: 0, active: 0, completed: 0, failed: 0 }
    const stages: StageInfo[] = []
    for (const stage of (job?.stageIds ?? []).flatMap(id => this.#attempts.get(id) ?? [])) {
      if (stage.status === 'SKIPPED') continue
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
    forgetOldest(this.#jobs, this.#limits.jobsMax, isJobOver)
  }

  #endJob({ jobId, error, time }: SparkListenerEvent<'jobEnd'>): void {
    const job = this.#jobs.get(jobId)
    if (job === undefined) return
    job.status = error === undefined ? 'SUCCEEDED' : 'FAILED'
    job.completionTime = time
    job.error = error
    for (const stageId of job.stageIds) {
      for (const stage of this.#attempts.get(stageId) ?? NOTHING) {
        if (stage.status === 'PENDING' && !this.#isNeeded(stageId)) stage.status = 'SKIPPED'
      }
    }
  }

  #isNeeded(stageId: number): boolean {
    for (const { status, stageIds } of this.#jobs.values()) {
      if (status === 'RUNNING' && stageIds.includes(stageId)) return true
    }
    return false
  }

  #submitStage(stage: StageInfo): void {
    const planned = this.#stageOf(stage.stageId, stage.attemptNumber)
    if (planned?.status !== 'PENDING') {
      this.#dropStage(planned)
      this.#addStage(newStageRecord(stage, 'ACTIVE'))
      return
    }
    planned.status = 'ACTIVE'
    planned.submissionTime = stage.submissionTime
    planned.tasks.total = stage.tasks.total
  }

  #addStage(stage: StageRecord): void {
    this.#stages.set(keyOf(stage.stageId, stage.attemptNumber), stage)
    const attempts = this.#attempts.get(stage.stageId)
    if (attempts === undefined) this.#attempts.set(stage.stageId, [stage])
    else attempts.push(stage)
    if (this.#stages.size <= this.#limits.stagesMax) return
    for (const gone of forgetOldest(this.#stages, this.#limits.stagesMax, isStageOver)) {
      this.#dropStage(gone)
    }
  }

  #dropStage(stage: StageRecord | undefined): void {
    if (stage === undefined) return
    this.#stages.delete(keyOf(stage.stageId, stage.attemptNumber))
    const left = (this.#attempts.get(stage.stageId) ?? []).filter(other => other !== stage)
    if (left.length > 0) this.#attempts.set(stage.stageId, left)
    else this.#attempts.delete(stage.stageId)
    if (this.#lastStage === stage) this.#lastStage = undefined
  }

  #stageOf(stageId: number, attempt: number): StageRecord | undefined {
    const last = this.#lastStage
    if (last?.stageId === stageId && last.attemptNumber === attempt) return last
    this.#lastStage = this.#stages.get(keyOf(stageId, attempt))
    return this.#lastStage
  }

  #endStage(stage: StageInfo): void {
    const record = this.#stages.get(keyOf(stage.stageId, stage.attemptNumber))
    if (record === undefined) return
    record.status = stage.failureReason === undefined ? 'COMPLETE' : 'FAILED'
    record.submissionTime = stage.submissionTime ?? record.submissionTime
    record.completionTime = stage.completionTime
    record.failureReason = stage.failureReason
  }
}

const NOTHING: readonly never[] = []

function keyOf(stageId: number, attempt: number): string {
  return `${stageId}.${attempt}`
}
