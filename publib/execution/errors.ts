import type { BlockLocation } from '#publib/blocks'
import { FetchFailedError } from '#publib/shuffle'
import {
  type CallSite,
  describeCallSite,
  type ShuffleId,
  SimSparkError,
  showValue,
  type TaskId,
} from '#publib/util'

export function taskKilled(reason: string): SimSparkError {
  return new SimSparkError('TASK_KILLED', `the task is to stop: ${reason}`)
}

export function accumulatorRead(label: string): SimSparkError {
  return new SimSparkError(
    'ACCUMULATOR_READ',
    `${label} was read in a task, which knows only what it added itself`,
    { hint: 'Read `value` on the driver, after the action.' },
  )
}

export function accumulatorNotRegistered(className: string): SimSparkError {
  return new SimSparkError(
    'ACCUMULATOR_NOT_REGISTERED',
    `an accumulator of class ${className} is used in a function that travels, but no context knows it`,
    { hint: 'Call sc.register(accumulator) before the action.' },
  )
}

export function accumulatorValue(label: string, wanted: string, shown: string): SimSparkError {
  return new SimSparkError('INVALID_ARGUMENT', `${label} adds ${wanted}, not ${shown}`, {
    hint: 'Check the value before `add`.',
  })
}

export function accumulatorPrivateState(className: string): SimSparkError {
  return new SimSparkError(
    'INVALID_ARGUMENT',
    `the accumulator class ${className} has private fields (#…), which cannot come back from a task`,
    { hint: 'Keep its state in public fields.' },
  )
}

export function broadcastDestroyed(id: number, where: CallSite | undefined): SimSparkError {
  const place = where === undefined ? '' : ` at ${describeCallSite(where)}`
  return new SimSparkError('BROADCAST_DESTROYED', `broadcast ${id} was destroyed${place}`, {
    hint: 'Destroy a broadcast only after the last job that reads it.',
    callSite: where,
  })
}

export function broadcastMissing(id: number): SimSparkError {
  return new SimSparkError(
    'INTERNAL',
    `broadcast ${id} was not sent to this executor before the task that reads it`,
    { retryable: true },
  )
}

/**
 * A shuffle that the driver did not send, because a cached partition was to stand in for it, and that is not there any more.
 * Told as a failed fetch of no output in particular: the driver computes what is missing, and runs the task again.
 */
export function mapOutputsMissing(
  shuffleId: ShuffleId,
  taskId: TaskId,
  location: BlockLocation,
): FetchFailedError {
  return new FetchFailedError(
    { shuffleId, mapPartition: 0, mapTaskId: taskId, location },
    'the map outputs were not sent to this executor before the task that reads them',
  )
}

export function stageMissing(stageId: number): SimSparkError {
  return new SimSparkError(
    'INTERNAL',
    `stage ${stageId} was not sent to this executor before its tasks`,
    { retryable: true },
  )
}

export function sourceMissing(rddId: number, partition: number): SimSparkError {
  return new SimSparkError(
    'INTERNAL',
    `the driver sent no data for partition ${partition} of source RDD ${rddId}`,
  )
}

export function broadcastOutOfBounds(
  id: number,
  offset: number,
  chunkBytes: number,
  size: number,
): SimSparkError {
  return new SimSparkError(
    'INTERNAL',
    `${chunkBytes} bytes of broadcast ${id} at ${offset} do not fit the ${size} bytes that were announced`,
  )
}

export function builtinsReplaced(names: string): SimSparkError {
  return new SimSparkError(
    'INVALID_ARGUMENT',
    `A function replaced ${names} by something that does not do the same. The executor is built on it, so what the task gave cannot be trusted; the original is back in its place.`,
    {
      hint: 'Change no built-ins in functions that run on executors; use a variable of your own.',
    },
  )
}

export function addedFileMissing(name: string): SimSparkError {
  return new SimSparkError(
    'PATH_NOT_FOUND',
    `No file ${showValue(name)} was added to the context.`,
    {
      hint: 'Add it by sc.addFile(path) before the job; its name is the last part of that path, and `folder/name` in a folder.',
    },
  )
}

export function noAddedFiles(): SimSparkError {
  return new SimSparkError('PATH_NOT_FOUND', 'No file was added to a context here.', {
    hint: 'SparkFiles knows what sc.addFile(path) added, in tasks and on the driver.',
  })
}

export function addedFileRefused(name: string): SimSparkError {
  return new SimSparkError('INTERNAL', `An added file must not be called ${showValue(name)}.`)
}
