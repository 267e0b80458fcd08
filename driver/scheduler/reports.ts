import type { SparkListenerEvent, StageInfo, TaskInfo } from '#publib/status'
import type { TaskMetrics } from '#publib/task'
import { emptyMetrics } from '#publib/task'
import type { CallSite, JobId, SimSparkError, StageId, TaskId } from '#publib/util'
import { errorOfTaskEnd } from './errors.ts'
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

  taskStarted(launch: LaunchTask, host: string, time: number): SparkListenerEvent {
    const { taskId: taskAttemptId, partition, attempt: attemptNumber } = launch.task
    const { stageId, stageAttempt, taskId } = launch.task
    const { executorId, locality, isCopy: speculative } = launch
    const what = { taskAttemptId, partition, attemptNumber, speculative }
    const where = { executorId, host, locality }
    const task = { ...what, ...where, launchTime: time, finishTime: undefined }
    this.#tasks.set(taskId, task)
    return { event: 'taskStart', time, stageId, stageAttempt, task }
  }

  taskEnded(
    action: AnnounceTaskEnd,
    metrics: TaskMetrics | undefined,
    time: number,
  ): SparkListenerEvent | undefined {
    const { stageId, stageAttempt, taskId } = action.task
    const info = this.#tasks.get(taskId)
    if (info === undefined) return undefined
    this.#tasks.delete(taskId)
    const task = { ...info, finishTime: time }
    const error = errorOfTaskEnd(action.end)
    const told = { stageId, stageAttempt, task, metrics: metrics ?? emptyMetrics(), error }
    return { event: 'taskEnd', time, ...told }
  }
}

function infoOf(
  stage: Stage,
  attemptNumber: number,
  total: number,
  submissionTime: number | undefined,
): StageInfo {
  const { id: stageId, name, outline, parents } = stage
  const rddIds = outline.chain.map(lineage => lineage.id)
  const tasks = { total, active: 0, completed: 0, failed: 0 }
  const what = { stageId, attemptNumber, name, tasks, rddIds, parentIds: idsOf(parents) }
  return { ...what, submissionTime, completionTime: undefined, failureReason: undefined }
}

function idsOf(stages: readonly Stage[]): readonly number[] {
  return stages.map(stage => stage.id)
}
