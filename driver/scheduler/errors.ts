import type { LossCause, TaskEnd } from '#publib/task'
import type { CallSite, ErrorData, ErrorFields, JobId } from '#publib/util'
import { assertNever, errorFromData, SimSparkError } from '#publib/util'
import type { JobFailure } from './events.ts'

/** What an error about a job names beside what happened. */
export interface JobPlace {
  readonly jobId: JobId
  /** As in `collect at main.ts:12`. */
  readonly name: string
  readonly callSite: CallSite | undefined
  readonly maxResultBytes: number
}

/** The error that a job ends with. What a user's function threw is its cause; what the driver threw is given as it is. */
export function errorOfJob(failure: JobFailure, place: JobPlace): unknown {
  switch (failure.kind) {
    case 'taskFailed':
      return taskFailed(failure, place)
    case 'taskKillsExecutors':
      return taskKillsExecutors(failure, place)
    case 'stageFailed':
      return stageFailed(failure, place)
    case 'notDeterministic':
      return notDeterministic(failure, place)
    case 'cancelled':
      return jobCancelled(failure.reason, failure.cause, place)
    case 'error':
      return failure.error
    default:
      return assertNever(failure)
  }
}

export function taskFailed(
  failure: Extract<JobFailure, { kind: 'taskFailed' }>,
  place: JobPlace,
): SimSparkError {
  const { task, executorId, failureCount, error, isRetryable } = failure
  const times = failureCount === 1 ? 'once' : `${failureCount} times, last`
  const what = `${taskName(failure)} failed ${times} on executor ${executorId}: ${describe(error)}.`
  const tried = isRetryable
    ? 'See the cause; simspark.task.maxFailures says how often a task is tried.'
    : 'It was not tried again, because it would fail in the same way.'
  const advice = error.hint === undefined ? tried : `${tried} ${error.hint}`
  // What is lost for good is no fault of the task.
  const code = error.code === 'CHECKPOINT_LOST' ? error.code : 'TASK_FAILED'
  return new SimSparkError(code, `${what} ${advice}`, {
    ...fieldsOf(place),
    ...taskFields(task),
    executorId,
    cause: errorFromData(error),
  })
}

export function taskKillsExecutors(
  failure: Extract<JobFailure, { kind: 'taskKillsExecutors' }>,
  place: JobPlace,
): SimSparkError {
  const { task, executorIds, cause } = failure
  return new SimSparkError(
    'TASK_KILLS_EXECUTORS',
    `${taskName(failure)} has taken ${executorIds.length} executors with it (${executorIds.join(', ')}), the last by ${describeLoss(cause)}. It was not tried again, so that it does not take the others.`,
    {
      ...fieldsOf(place),
      ...taskFields(task),
      executorId: executorIds.at(-1),
      hint: 'Use more and smaller partitions, raise simspark.executor.memory, or see what the function does to its process.',
      cause: new SimSparkError(
        cause.kind === 'outOfMemory' ? 'OUT_OF_MEMORY' : 'EXECUTOR_EXITED',
        cause.message,
      ),
    },
  )
}

export function stageFailed(
  failure: Extract<JobFailure, { kind: 'stageFailed' }>,
  place: JobPlace,
): SimSparkError {
  const { stageId, stageName, attemptCount, message } = failure
  return new SimSparkError(
    'STAGE_FAILED',
    `Stage ${stageId} (${stageName}) could not read its input in ${attemptCount} attempts in a row, last: ${message}. Workers or the network between them fail more often than lost data can be computed again.`,
    { ...fieldsOf(place), stageId, cause: new SimSparkError('FETCH_FAILED', message) },
  )
}

export function notDeterministic(
  failure: Extract<JobFailure, { kind: 'notDeterministic' }>,
  place: JobPlace,
): SimSparkError {
  const { stageId, stageName, partition, resultCount } = failure
  return new SimSparkError(
    'NOT_DETERMINISTIC',
    `Partition ${partition} of map stage ${stageId} (${stageName}) was lost and computed again with another content, after ${resultCount} results of ${place.name} had been made of the older one: going on would mix the two.`,
    {
      ...fieldsOf(place),
      stageId,
      partition,
      hint: 'Make the functions before the shuffle give the same for the same input (seeded random numbers, no clock, no order of arrival), or save their output and read it again.',
    },
  )
}

export function jobCancelled(reason: string, cause: unknown, place: JobPlace): SimSparkError {
  const message = `Job ${place.jobId} (${place.name}) was cancelled: ${reason}`
  return new SimSparkError('JOB_CANCELLED', message, { ...fieldsOf(place), cause })
}

export function resultTooLarge(bytes: number, place: JobPlace): SimSparkError {
  return new SimSparkError(
    'RESULT_TOO_LARGE',
    `The results of job ${place.jobId} (${place.name}) are ${mebibytes(bytes)} so far, more than simspark.driver.maxResultSize (${mebibytes(place.maxResultBytes)}) lets into the driver.`,
    {
      ...fieldsOf(place),
      hint: 'Save the data (saveAsTextFile), take a part of it, go through it with toLocalIterator, or raise simspark.driver.maxResultSize.',
    },
  )
}

export function contextStopped(callSite: CallSite | undefined): SimSparkError {
  return new SimSparkError(
    'CONTEXT_STOPPED',
    'The context was stopped: it runs no jobs any more. Make a new one with SparkContext.getOrCreate().',
    { callSite },
  )
}

/** What listeners are told of an attempt that did not end well. */
export function errorOfTaskEnd(end: TaskEnd): SimSparkError | undefined {
  switch (end.kind) {
    case 'success':
      return undefined
    case 'failed':
      return new SimSparkError('TASK_FAILED', describe(end.error), {
        cause: errorFromData(end.error),
      })
    case 'fetchFailed':
      return new SimSparkError('FETCH_FAILED', end.message)
    case 'killed':
      return new SimSparkError('TASK_KILLED', end.reason)
    case 'executorLost':
      return new SimSparkError('EXECUTOR_LOST', describeLoss(end.cause), {
        executorId: end.executorId,
      })
    default:
      return assertNever(end)
  }
}

function fieldsOf({ jobId, callSite }: JobPlace): ErrorFields {
  return { jobId, callSite }
}

function taskFields(task: Extract<JobFailure, { kind: 'taskFailed' }>['task']): ErrorFields {
  const { stageId, stageAttempt, partition, attempt } = task
  return { stageId, stageAttempt, partition, attempt }
}

function taskName({
  task,
  stageName,
}: Extract<JobFailure, { kind: 'taskFailed' | 'taskKillsExecutors' }>): string {
  return `Task ${task.partition} of stage ${task.stageId} (${stageName})`
}

/** The error in one line, with the place in the user's source. */
function describe(error: ErrorData): string {
  const frame = userFrame(error.stack)
  const text = `${error.code ?? error.name}: ${error.message.replace(/\.$/, '')}`
  return frame === undefined ? text : `${text} at ${frame}`
}

function describeLoss({ kind, message }: LossCause): string {
  return message === '' ? kind : message
}

const FRAME_LENGTH_MAX = 4096

/** `user.ts:3:5`: the first frame that lies neither in Node nor in simSpark. */
function userFrame(stack: string | undefined): string | undefined {
  for (const line of stack?.split('\n') ?? []) {
    // The text of a message, however much it looks like a frame.
    if (line.length > FRAME_LENGTH_MAX) continue
    const place = /^\s+at .*?([^\s()]+:\d+:\d+)\)?$/.exec(line)?.[1]
    if (place === undefined || /node:|\/publib\/|\/simspark\/dist\//.test(place)) continue
    return place.slice(place.lastIndexOf('/') + 1)
  }
  return undefined
}

function mebibytes(bytes: number): string {
  return `${(bytes / 1_048_576).toFixed(1)} MiB`
}
