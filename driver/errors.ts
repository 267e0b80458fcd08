import { type CallSite, describeCallSite, SimSparkError } from '#publib/util'

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
