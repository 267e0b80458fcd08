import type { StorageLevel } from '#publib/blocks'
import { type CallSite, SimSparkError, showValue } from '#publib/util'

/** What an argument is called in messages, and where the call stands. */
export interface ArgumentPlace {
  /** `map()`. */
  readonly operation: string
  readonly callSite: CallSite | undefined
}

/** `reduceByKey(): numPartitions is "4"; expected a whole number of 1 or more`. */
export function invalidArgument(
  place: ArgumentPlace,
  name: string,
  value: unknown,
  expected: string,
  hint?: string,
): SimSparkError {
  const message = `${place.operation}: ${name} is ${showValue(value)}; expected ${expected}.`
  return new SimSparkError('INVALID_ARGUMENT', message, { callSite: place.callSite, hint })
}

export function checkpointDirNotSet(place: ArgumentPlace): SimSparkError {
  const message = `${place.operation}: no folder for checkpoints is set.`
  const hint = 'Call sc.setCheckpointDir(path) first, with a folder that all executors can write.'
  return new SimSparkError('CHECKPOINT_DIR_NOT_SET', message, { callSite: place.callSite, hint })
}

export function storageLevelSet(
  place: ArgumentPlace,
  before: StorageLevel,
  asked: StorageLevel,
): SimSparkError {
  const message = `${place.operation}: the RDD is kept as "${before}" already, and is now to be kept as "${asked}".`
  const hint = 'Call unpersist() first.'
  return new SimSparkError('STORAGE_LEVEL_SET', message, { callSite: place.callSite, hint })
}

export function notTogether(place: ArgumentPlace, a: string, b: string): SimSparkError {
  const message = `${place.operation}: ${a} and ${b} exclude each other.`
  const hint = `Leave one of them out.`
  return new SimSparkError('INVALID_ARGUMENT', message, { callSite: place.callSite, hint })
}

export function otherContext(place: ArgumentPlace): SimSparkError {
  const message = `${place.operation}: the other RDD belongs to another SparkContext.`
  const hint = 'Make both by the same context.'
  return new SimSparkError('INVALID_ARGUMENT', message, { callSite: place.callSite, hint })
}

export function emptyRdd(place: ArgumentPlace): SimSparkError {
  return new SimSparkError('EMPTY_RDD', `${place.operation}: the RDD has no element.`, {
    callSite: place.callSite,
    hint: 'Use fold or aggregate with a zero, or take(1).',
  })
}

export function invalidPartitionIndex(
  place: ArgumentPlace,
  index: unknown,
  count: number,
): SimSparkError {
  const range = count === 0 ? 'there is none' : `they go from 0 to ${count - 1}`
  const message = `${place.operation}: there is no partition ${showValue(index)}; ${range}.`
  return new SimSparkError('INVALID_PARTITION', message, { callSite: place.callSite })
}
