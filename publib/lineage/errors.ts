import { rddBlockName } from '#publib/blocks'
import { type CallSite, describeCallSite, SimSparkError, showValue, textOf } from '#publib/util'
import type { About } from './lineage.ts'
import type { Root } from './root.ts'

/** `map() at main.ts:12`. */
function place(root: Root): string {
  return root.callSite === undefined
    ? root.operation
    : `${root.operation} at ${describeCallSite(root.callSite)}`
}

/** A source of sc.fromStream that rejected. */
export function streamFailed(cause: unknown): unknown {
  if (cause instanceof SimSparkError) return cause
  return new SimSparkError(
    'FILE_UNREADABLE',
    `The source of sc.fromStream failed: ${textOf(cause)}.`,
    {
      cause,
      hint: 'It is read once, and cannot be read again: make a new RDD of a new stream.',
    },
  )
}

/** A source that was given up, or failed before, and that nobody can read again. */
export function streamEnded(cause: unknown, callSite: CallSite | undefined): SimSparkError {
  const message = 'The source of sc.fromStream was not read to its end, and cannot be read again.'
  const hint = 'Make a new RDD of a new stream.'
  return new SimSparkError('FILE_UNREADABLE', message, { cause, callSite, hint })
}

export function unexpectedPromise(root: Root): SimSparkError {
  return new SimSparkError(
    'UNEXPECTED_PROMISE',
    `The function of ${place(root)} returned a promise, but its value is needed at once.`,
    {
      callSite: root.callSite,
      hint: 'Use mapAsync for functions that wait, or return a value that is not a promise.',
    },
  )
}

export function notIterable(root: Root, value: unknown): SimSparkError {
  return new SimSparkError(
    'NOT_ITERABLE',
    `The function of ${place(root)} returned ${showValue(value)}, which is not iterable.`,
    {
      callSite: root.callSite,
      hint: 'Return an array, a generator or another iterable; use map for one element each.',
    },
  )
}

export function asyncIterable(root: Root): SimSparkError {
  return new SimSparkError(
    'UNEXPECTED_PROMISE',
    `The function of ${place(root)} returned an async iterable, but its elements are needed at once.`,
    { callSite: root.callSite, hint: 'Use mapAsync for functions that wait.' },
  )
}

export function notAPair(operation: string, value: unknown): SimSparkError {
  return new SimSparkError(
    'INVALID_ARGUMENT',
    `${operation} needs pairs [key, value], but there is ${showValue(value)}.`,
    { hint: 'Make pairs first: keyBy(f), or map(x => [key, value]).' },
  )
}

export function notANumber(operation: string, value: unknown): SimSparkError {
  return new SimSparkError(
    'INVALID_ARGUMENT',
    `${operation} needs numbers, but there is ${showValue(value)}.`,
    { hint: 'Make numbers first, as in map(Number), and filter out what is none.' },
  )
}

export function callTimedOut(root: Root, timeoutMs: number): SimSparkError {
  return new SimSparkError(
    'TASK_TIMEOUT',
    `A call of the function of ${place(root)} gave no result within ${timeoutMs} ms.`,
    {
      callSite: root.callSite,
      retryable: true,
      hint: 'Raise timeoutMs, or let the function heed its signal.',
    },
  )
}

export function tooManyTasks(limit: number, tasks: number, root: Root): SimSparkError {
  return new SimSparkError(
    'INVALID_ARGUMENT',
    `${place(root)} allows ${limit} calls under way in the whole job, but ${tasks} tasks may run at once, each with one call at least.`,
    { callSite: root.callSite, hint: `Raise concurrencyPerJob, or coalesce(${limit}) before.` },
  )
}

export function unknownTag(kind: 'operator' | 'action', tag: string): SimSparkError {
  return new SimSparkError(
    'VERSION_MISMATCH',
    `This executor knows no ${kind} '${tag}': the driver runs another version of simSpark.`,
    { hint: 'Install the same version of simspark on the driver and on all workers.' },
  )
}

export function notPrepared(operator: string): SimSparkError {
  return new SimSparkError(
    'INTERNAL',
    `The partitions of ${operator} are not known yet: it is not prepared.`,
  )
}

/** The same error, pointing to the user's line, unless it points to one already. */
export function atCallSite(error: unknown, callSite: CallSite | undefined): unknown {
  if (!(error instanceof SimSparkError) || error.callSite !== undefined) return error
  const { code, message, hint, retryable, cause } = error
  return new SimSparkError(code, message, { hint, retryable, cause, callSite })
}

export function partitionCountsDiffer(
  { operation, callSite }: About,
  parents: readonly { readonly numPartitions: number }[],
): SimSparkError {
  const counts = parents.map(({ numPartitions }) => numPartitions).join(' and ')
  return new SimSparkError(
    'PARTITIONS_MISMATCH',
    `${operation}() needs RDDs of as many partitions, and they have ${counts}.`,
    { callSite, hint: 'Bring them to the same number: repartition(n), or coalesce(n).' },
  )
}

export function partitionSizesDiffer(
  { operation, callSite }: About,
  partition: number,
): SimSparkError {
  return new SimSparkError(
    'PARTITIONS_MISMATCH',
    `${operation}() needs partitions of as many elements, and partition ${partition} of one side has more than that of the other.`,
    { callSite, hint: 'Number both sides (zipWithIndex) and join them by the number.' },
  )
}

/** A part of a reliable checkpoint is gone or damaged. */
export function checkpointFileLost(
  { id }: About,
  partition: number,
  path: string,
  cause: SimSparkError,
): SimSparkError {
  return new SimSparkError(
    'CHECKPOINT_LOST',
    `Partition ${partition} of the checkpoint of RDD ${id} cannot be read: ${cause.message}`,
    {
      cause,
      hint: `The RDD has forgotten what it was computed from: put ${path} back, or compute it anew.`,
    },
  )
}

/** A part of a local checkpoint is gone, with the worker that held it. */
export function localCheckpointLost({ id }: About, partition: number): SimSparkError {
  return new SimSparkError(
    'CHECKPOINT_LOST',
    `Block ${rddBlockName(id, partition)} of a local checkpoint is lost, and the RDD has forgotten what it was computed from.`,
    {
      hint: 'A local checkpoint does not survive the loss of a worker: use checkpoint(), which writes to a folder, or compute the RDD anew.',
    },
  )
}
