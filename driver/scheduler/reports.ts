import type { SparkListenerEvent, StageInfo, TaskInfo } from '#publib/status'
import type { TaskMetrics } from '#publib/task'
import { emptyMetrics } from '#publib/task'
import type { CallSite, JobId, SimSparkError, StageId, TaskId } from '#publib/util'
import type { AnnounceTaskEnd, LaunchTask, SchedulerAction } from './events.ts'
import type { JobRequest } from './job.ts'
import type { Stage } from './stage.ts'

/** Of jobs that no line of a program asked for. */
const UNKNOWN: CallSite = { file: '<unknown>', line: 1, column: 1 }

/** Puts what the scheduler does into the words of listeners. Holds what is under way and nothing that is over. */
export class Reports {
  readonly #tasks = new Map<TaskId, TaskInfo>()
  readonly #attempts = new Map<string, StageInfo>()

  get isEmpty(): boolean {
    return this.#tasks.size === 0 && this.#attempts.size === 0
  }

  jobStarted(
    { jobId, stages, stageAttempts }: Extract<SchedulerAction, { type: 'announceJob' }>,
    request: JobRequest<unknown, unknown>,
    time: number,
  ): SparkListenerEvent {
    const { groupId, tags = [], callSite = UNKNOWN, operation } = request
    const description = request.description ?? operation
    const status = 'RUNNING' as const
    const job = { jobId, stageIds: idsOf(stages), status, description, groupId, tags }
    const infos = stages.map((stage, at) =>
      infoOf(stage, stageAttempts[at] ?? 0, stage.taskCount, undefined),
    )
    // What the turn of its submission did not touch has its outputs already.
    const skippedStageIds = idsOf(stages.filter(stage => !stage.isActive))
    const told = { job, stages: infos, skippedStageIds }
    return { event: 'jobStart', time, ...told, callSite }
  }

  jobEnded(jobId: JobId, error: SimSparkError | undefined, time: number): SparkListenerEvent {
    return { event: 'jobEnd', time, jobId, error }
  }

  stageSubmitted(
    stage: Stage,
    stageAttempt: number,
    taskCount: number,
    time: number,
  ): SparkListenerEvent {
    const info = infoOf(stage, stageAttempt, taskCount, time)
    this.#attempts.set(`${stage.id}.${stageAttempt}`, info)
    return { event: 'stageSubmitted', time, stage: info }
  }

  stageCompleted(
    stageId: StageId,
    stageAttempt: number,
    failureReason: string | undefined,
    time: number,
  ): SparkListenerEvent | undefined {
    const info = this.#attempts.get(`${stageId}.${stageAttempt}`)
    if (info === undefined) return undefined
    this.#attempts.delete(`${stageId}.${stageAttempt}`)
    const stage = { ...info, completionTime: time, failureReason }
    return { event: 'stageCompleted', time, stage }
  }

  taskStarted(launch: LaunchTask, host: string, launchTime: number): SparkListenerEvent {
    const { stageId, stageAttempt, taskId } = launch.task
    const task = { ...startedTask(launch, host, launchTime), finishTime: undefined }
    this.#tasks.set(taskId, task)
    return { event: 'taskStart', time: launchTime, stageId, stageAttempt, task }
  }

  /** `known`: where it was not told of, because nobody listened then. */
  taskEnded(
    action: AnnounceTaskEnd,
    metrics: TaskMetrics | undefined,
    error: SimSparkError | undefined,
    time: number,
    known: TaskInfo | undefined,
  ): SparkListenerEvent | undefined {
    const { stageId, stageAttempt, taskId } = action.task
    const info = this.#tasks.get(taskId) ?? known
    if (info === undefined) return undefined
    this.#tasks.delete(taskId)
    const task = taskInfoOf(info, time)
    const told = { stageId, stageAttempt, task, metrics: metrics ?? emptyMetrics(), error }
    return { event: 'taskEnd', time, ...told }
  }

  /** It was told of, and nobody listens any more. */
  forgetTask(taskId: TaskId): void {
    this.#tasks.delete(taskId)
  }
}

/** An attempt as it begins. */
export function startedTask(
  { task, executorId, locality, isCopy }: LaunchTask,
  host: string,
  launchTime: number,
): Omit<TaskInfo, 'finishTime'> {
  const { taskId: taskAttemptId, partition, attempt: attemptNumber } = task
  const speculative = isCopy
  return {
    taskAttemptId,
    partition,
    attemptNumber,
    speculative,
    executorId,
    host,
    locality,
    launchTime,
  }
}

function taskInfoOf(info: TaskInfo, finishTime: number): TaskInfo {
  const { taskAttemptId, partition, attemptNumber, speculative } = info
  const { executorId, host, locality, launchTime } = info
  const what = { taskAttemptId, partition, attemptNumber, speculative }
  return { ...what, executorId, host, locality, launchTime, finishTime }
}

function infoOf(
  stage: Stage,
  attemptNumber: number,
  total: number,
  submissionTime: number | undefined,
): StageInfo {
  const { id: stageId, name, outline, parents } = stage
  const rddIds = [...new Set(outline.chain.map(lineage => lineage.id))]
  const tasks = { total, active: 0, completed: 0, failed: 0 }
  const what = { stageId, attemptNumber, name, tasks, rddIds, parentIds: idsOf(parents) }
  return { ...what, submissionTime, completionTime: undefined, failureReason: undefined }
}

function idsOf(stages: readonly Stage[]): readonly number[] {
  return stages.map(stage => stage.id)
}
