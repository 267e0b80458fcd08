import { type CallSite, describeCallSite, SimSparkError, showValue, textOf } from '#publib/util'

/** ` at main.ts:12`, or nothing. */
function at(callSite: CallSite | undefined): string {
  return callSite === undefined ? '' : ` at ${describeCallSite(callSite)}`
}

export function contextStopped(
  operation: string,
  callSite: CallSite | undefined,
  context: { readonly createdAt: CallSite | undefined; readonly stoppedAt: CallSite | undefined },
): SimSparkError {
  const message =
    `${operation}${at(callSite)}: the SparkContext made${at(context.createdAt)} ` +
    `was stopped${at(context.stoppedAt)}.`
  return new SimSparkError('CONTEXT_STOPPED', message, {
    callSite,
    hint: 'Call stop() after the last action, and await every action before it.',
  })
}

export function contextInTask(): SimSparkError {
  return new SimSparkError(
    'CONTEXT_IN_TASK',
    'SparkContext.getOrCreate() was called in a task: contexts exist only on the driver.',
    { hint: 'Make what the task needs before the transformation, or share it by sc.broadcast().' },
  )
}

export function cancelledBefore(
  operation: string,
  callSite: CallSite | undefined,
  cause: unknown,
): SimSparkError {
  const message = `${operation}${at(callSite)} was cancelled before it began: its signal was aborted.`
  return new SimSparkError('JOB_CANCELLED', message, { callSite, cause })
}

export function stopInListener(callSite: CallSite | undefined): SimSparkError {
  const message = `sc.stop()${at(callSite)} was called by a listener, which is told of what the context does.`
  return new SimSparkError('INVALID_ARGUMENT', message, {
    callSite,
    hint: 'Let the listener set a flag or resolve a promise, and stop the context in the program.',
  })
}

export function nothingToAdd(place: Place, path: string, cause?: unknown): SimSparkError {
  const why = cause === undefined ? 'there is no such file' : textOf(cause)
  return new SimSparkError('PATH_NOT_FOUND', `${place.operation}: ${showValue(path)}: ${why}.`, {
    callSite: place.callSite,
    cause,
    hint: 'The path is looked up on the driver.',
  })
}

export function fileNameTaken(place: Place, name: string, before: string): SimSparkError {
  const message = `${place.operation}: a file ${showValue(name)} was added before, from ${showValue(before)}.`
  return new SimSparkError('FILE_NAME_TAKEN', message, {
    callSite: place.callSite,
    hint: 'Tasks find files by the last part of their path: rename one of them.',
  })
}

export function needsRecursive(place: Place, path: string): SimSparkError {
  const message = `${place.operation}: ${showValue(path)} is a folder; expected a file, or recursive = true.`
  return new SimSparkError('INVALID_ARGUMENT', message, { callSite: place.callSite })
}

/** A call of the API. */
interface Place {
  readonly operation: string
  readonly callSite: CallSite | undefined
}
