import type { SparkListenerEvent, StatusStore } from '#publib/status'
import type { JobId, TaskId } from '#publib/util'
import { assertNever, SimSparkError } from '#publib/util'
import { errorOfJob, errorOfTaskEnd, resultTooLarge } from './errors.ts'
import type {
  AnnounceTaskEnd,
  JobFailure,
  LaunchTask,
  SchedulerAction,
  SchedulerEvent,
} from './events.ts'
import type { JobProgressCounts } from './job.ts'
import { Reports, startedTask } from './reports.ts'
import type { SchedulerDependencies } from './shell-dependencies.ts'
import type { Hosts } from './shell-hosts.ts'
import type { RunningJob } from './shell-job.ts'
import type { BroughtResults } from './shell-results.ts'
import { EncodedStages } from './shell-stages.ts'
import type { Stage } from './stage.ts'

/** What the performer shares with the scheduler that owns it. */
export interface Surroundings {
  readonly jobs: Map<JobId, RunningJob>
  readonly hosts: Hosts
  readonly brought: BroughtResults
  /** Within a turn the event waits for its end. */
  post(event: SchedulerEvent): void
  report(event: SparkListenerEvent): void
}

/** Does what the machines decide. */
export class Performer {
  readonly #deps: SchedulerDependencies
  readonly #around: Surroundings
  readonly #stages: EncodedStages
  readonly #reports = new Reports()

  constructor(deps: SchedulerDependencies, around: Surroundings) {
    this.#deps = deps
    this.#around = around
    this.#stages = new EncodedStages(deps)
  }

  get isEmpty(): boolean {
    return this.#stages.size === 0 && this.#reports.isEmpty
  }

  perform(action: SchedulerAction): void {
    switch (action.type) {
      case 'encodeStage':
        this.#encode(action.stage)
        break
      case 'launchTask':
        this.#launch(action)
        break
      case 'killTasks':
        this.#around.hosts.get(action.hostId)?.kill(action)
        break
      case 'deliverResult':
        this.#deliver(action.jobId, action.index, action.taskId)
        break
      case 'countAccumulators':
        this.#count(action.jobId, action.taskId)
        break
      case 'finishJob':
        this.#settle(action.jobId, undefined)
        break
      case 'failJob':
        this.#settle(action.jobId, action.failure)
        break
      case 'dropStages':
        this.#stages.drop(action.stageIds)
        this.#around.hosts.dropStages(action.stageIds)
        break
      case 'dropShuffles':
        this.#around.hosts.dropShuffles(action.shuffleIds)
        break
      default:
        this.#announce(action)
    }
  }

  #announce(
    action: Extract<
      SchedulerAction,
      {
        type:
          | 'announceJob'
          | 'announceStageAttempt'
          | 'announceStageEnd'
          | 'announceTaskEnd'
          | 'announceCopy'
      }
    >,
  ): void {
    const reports = this.#reports
    const time = this.#deps.clock.wallTime()
    switch (action.type) {
      case 'announceJob': {
        const request = this.#around.jobs.get(action.jobId)?.request
        if (request !== undefined) this.#report(reports.jobStarted(action, request, time))
        break
      }
      case 'announceStageAttempt': {
        const { stage, stageAttempt, taskCount } = action
        this.#report(reports.stageSubmitted(stage, stageAttempt, taskCount, time))
        break
      }
      case 'announceStageEnd': {
        const { stageId, stageAttempt, failureReason } = action
        this.#report(reports.stageCompleted(stageId, stageAttempt, failureReason, time))
        break
      }
      case 'announceTaskEnd':
        this.#endTask(action, time)
        break
      case 'announceCopy': {
        const { stageId, stageAttempt, partition } = action
        const told = { stageId, stageAttempt, partition }
        this.#report({ event: 'speculativeTaskSubmitted', time, ...told })
        break
      }
      default:
        assertNever(action)
    }
  }

  #encode(stage: Stage): void {
    const [jobId] = stage.jobIds
    const request = jobId === undefined ? undefined : this.#around.jobs.get(jobId)?.request
    try {
      this.#stages.encode(stage, request?.properties ?? {})
    } catch (error) {
      this.#around.post({ type: 'stageRefused', stageId: stage.id, error })
    }
  }

  #launch(launch: LaunchTask): void {
    const { hosts } = this.#around
    const { task, executorId, hostId } = launch
    const { stageId, partition, taskId } = task
    const link = hosts.get(hostId)
    this.#startTask(launch, link?.handle.host ?? '')
    const stage = this.#stages.get(stageId)
    try {
      // A stage that could not be encoded has been refused already, a host that is gone reported as lost.
      if (stage === undefined) this.#giveUp(taskId)
      else {
        const sources = this.#stages.sourcesOf(stageId, partition)
        link?.launch({ task, executorId, stage, sources })
      }
    } catch (error) {
      this.#around.post({ type: 'stageRefused', stageId, error })
      this.#giveUp(taskId)
    }
  }

  #startTask(launch: LaunchTask, host: string): void {
    const { status, bus, clock } = this.#deps
    const time = clock.wallTime()
    const { stageId, stageAttempt } = launch.task
    status.startTask(stageId, stageAttempt, startedTask(launch, host, time))
    if (bus.isHeard !== false) bus.post(this.#reports.taskStarted(launch, host, time))
  }

  /** The task was never sent, so its end is told here. */
  #giveUp(taskId: TaskId): void {
    const end = { kind: 'killed', reason: 'the task could not be sent' } as const
    this.#around.post({ type: 'tasksEnded', ended: [{ taskId, end, runTimeMs: undefined }] })
  }

  #endTask(action: AnnounceTaskEnd, time: number): void {
    const { hosts, brought } = this.#around
    const { status, bus } = this.#deps
    const { taskId, jobId, stageId, stageAttempt } = action.task
    const { executorId, end } = action
    hosts.get(action.hostId)?.ended(taskId)
    const metrics = brought.get(taskId)?.metrics
    const error = end.kind === 'success' ? undefined : errorOfTaskEnd(end)
    const ended = { taskAttemptId: taskId, executorId, finishTime: time, metrics, error }
    status.endTask(stageId, stageAttempt, ended)
    if (bus.isHeard === false) this.#reports.forgetTask(taskId)
    else {
      const known = status.task(taskId)
      const told = this.#reports.taskEnded(action, metrics, error, time, known)
      if (told !== undefined) bus.post(told)
    }
    // Accumulators that count failed values too; of others a failed attempt tells nothing.
    if (action.end.kind === 'failed') this.#count(jobId, taskId)
  }

  #deliver(jobId: JobId, index: number, taskId: TaskId): void {
    const { brought, jobs } = this.#around
    const job = jobs.get(jobId)
    if (job === undefined || job.broken !== undefined) return
    try {
      const plain = brought.plainOf(taskId)
      if (plain !== undefined) {
        job.request.onResult(index, plain.value)
        return
      }
      const isCounted = brought.large.has(taskId)
      const bytes = brought.bytesOf(taskId)
      if (!isCounted) this.#checkSize(job, bytes.length)
      job.request.onResult(index, this.#deps.decodeValue(bytes))
    } catch (error) {
      this.#break(jobId, error)
    }
  }

  /** Fails a job, also where the machines have just finished it in this turn. */
  #break(jobId: JobId, error: unknown): void {
    const job = this.#around.jobs.get(jobId)
    if (job !== undefined) job.broken ??= { error }
    this.#around.post({ type: 'jobAborted', jobId, error })
  }

  /** Counts what has come or is coming for a job. @throws RESULT_TOO_LARGE */
  #checkSize(job: RunningJob, bytes: number): void {
    const { maxResultBytes } = this.#deps.options
    job.resultBytes += bytes
    if (maxResultBytes > 0 && job.resultBytes > maxResultBytes) {
      throw resultTooLarge(job.resultBytes, job.place(maxResultBytes))
    }
  }

  /** A large result of a task begins to come; says whether there is room for it. */
  expectLarge(jobId: JobId | undefined, bytes: number): boolean {
    const job = jobId === undefined ? undefined : this.#around.jobs.get(jobId)
    if (jobId === undefined || job === undefined) return false
    try {
      this.#checkSize(job, bytes)
      return true
    } catch (error) {
      this.#break(jobId, error)
      return false
    }
  }

  #count(jobId: JobId, taskId: TaskId): void {
    try {
      const updates = this.#around.brought.accumulatorsOf(taskId)
      if (updates.length > 0) this.#deps.onAccumulators(updates)
    } catch (error) {
      this.#break(jobId, error)
    }
  }

  #settle(jobId: JobId, failure: JobFailure | undefined): void {
    const { jobs } = this.#around
    const { status, options, clock } = this.#deps
    const job = jobs.get(jobId)
    if (job === undefined) return
    jobs.delete(jobId)
    const error =
      failure === undefined
        ? job.broken?.error
        : errorOfJob(failure, job.place(options.maxResultBytes))
    this.#report(this.#reports.jobEnded(jobId, reported(error), clock.wallTime()))
    const last = () => progressOf(status, jobId)
    if (failure === undefined && job.broken === undefined) job.succeed(last)
    else job.fail(error, last)
  }

  #report(event: SparkListenerEvent | undefined): void {
    if (event !== undefined) this.#around.report(event)
  }
}

/** How far a job is. */
export function progressOf(status: StatusStore, jobId: JobId): JobProgressCounts {
  return { ...status.progress(jobId).tasks, jobId }
}

/** Listeners are told a SimSparkError; what the user's own callback threw is its cause. */
function reported(error: unknown): SimSparkError | undefined {
  if (error === undefined || error instanceof SimSparkError) return error
  const message = 'The job was ended by an error of the driver.'
  return new SimSparkError('TASK_FAILED', message, { cause: error })
}
