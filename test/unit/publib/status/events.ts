import type { SparkListenerEvent, TaskInfo } from '#publib/status'
import { emptyMetrics } from '#publib/task'
import { SimSparkError } from '#publib/util'

/* Events of short programs, for tests. */

export function jobStart(
  jobId: number,
  stageIds: readonly number[],
  time = 0,
  more: { skipped?: readonly number[]; groupId?: string; tags?: readonly string[] } = {},
): SparkListenerEvent<'jobStart'> {
  const { groupId, tags = [], skipped = [] } = more
  const status = 'RUNNING' as const
  return {
    ...{
      event: 'jobStart',
      time,
      callSite: { file: 'main.ts', line: 1, column: 1 },
      skippedStageIds: skipped,
    },
    job: { jobId, stageIds, status, description: 'collect', groupId, tags },
    stages: stageIds.map(id => stageInfo(id, 0, 2)),
  }
}

export function jobEnd(jobId: number, time = 0, error?: SimSparkError): SparkListenerEvent {
  return { event: 'jobEnd', time, jobId, error }
}

export function stageSubmitted(
  stageId: number,
  total = 2,
  time = 0,
  attempt = 0,
): SparkListenerEvent {
  const stage = { ...stageInfo(stageId, attempt, total), submissionTime: time }
  return { event: 'stageSubmitted', time, stage }
}

export function stageCompleted(
  stageId: number,
  time = 0,
  failureReason?: string,
  attempt = 0,
): SparkListenerEvent {
  const stage = { ...stageInfo(stageId, attempt, 2), completionTime: time, failureReason }
  return { event: 'stageCompleted', time, stage }
}

export function taskStart(
  stageId: number,
  taskId: number,
  time = 0,
  attempt = 0,
): SparkListenerEvent {
  return { event: 'taskStart', time, stageId, stageAttempt: attempt, task: taskInfo(taskId, time) }
}

export function taskEnd(
  stageId: number,
  taskId: number,
  time = 0,
  code?: 'TASK_FAILED' | 'TASK_KILLED',
  attempt = 0,
): SparkListenerEvent {
  const error = code === undefined ? undefined : new SimSparkError(code, 'x is bad')
  const task = { ...taskInfo(taskId, time), finishTime: time }
  const what = { stageId, stageAttempt: attempt, task, metrics: emptyMetrics(), error }
  return { event: 'taskEnd', time, ...what }
}

export function executorAdded(executorId: string, hostId: string): SparkListenerEvent {
  const what = { executorId, host: 'h', cores: 1, profileId: 0, hostId, workerId: 'w1' }
  return { event: 'executorAdded', time: 0, ...what }
}

function stageInfo(stageId: number, attemptNumber: number, total: number) {
  return {
    ...{ stageId, attemptNumber, name: `map at main.ts:${stageId}`, rddIds: [], parentIds: [] },
    tasks: { total, active: 0, completed: 0, failed: 0 },
    ...{ submissionTime: undefined, completionTime: undefined, failureReason: undefined },
  }
}

function taskInfo(taskAttemptId: number, launchTime: number): TaskInfo {
  return {
    ...{ taskAttemptId, partition: taskAttemptId, attemptNumber: 0, speculative: false },
    ...{ executorId: 'w1/0', host: 'h', locality: 'NO_PREF', launchTime, finishTime: undefined },
  }
}
