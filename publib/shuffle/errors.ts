import type { BlockLocation } from '#publib/blocks'
import { type ShuffleId, SimSparkError, showValue, type TaskId } from '#publib/util'

/** The map output that a reader could not have. The task ends with it; the scheduler runs the map partition again. */
export interface FailedFetch {
  readonly shuffleId: ShuffleId
  readonly mapPartition: number
  readonly mapTaskId: TaskId
  readonly location: BlockLocation
}

/** A map output is gone, cut or damaged: no fault of the task that reads it. */
export class FetchFailedError extends SimSparkError {
  readonly fetch: FailedFetch

  constructor(fetch: FailedFetch, why: string, cause?: unknown) {
    const from = `${fetch.location.workerId} (${fetch.location.host}:${fetch.location.port})`
    super(
      'FETCH_FAILED',
      `Output of map partition ${fetch.mapPartition} (attempt ${fetch.mapTaskId}) of shuffle ${fetch.shuffleId} cannot be read from ${from}: ${why}`,
      { cause, retryable: true },
    )
    this.fetch = fetch
  }
}

export function invalidPartition(key: unknown, place: unknown, count: number): SimSparkError {
  return new SimSparkError(
    'INVALID_PARTITION',
    `The partitioner placed key ${showValue(key)} in ${showValue(place)}, which is no partition: there are ${count}, from 0 to ${count - 1}.`,
    { hint: 'Return an integer, and the same one for equal keys.' },
  )
}

export function invalidPartitionCount(count: number): SimSparkError {
  return new SimSparkError(
    'INVALID_ARGUMENT',
    `A partitioner has 1 partition or more, not ${showValue(count)}.`,
  )
}

export function notAPair(value: unknown): SimSparkError {
  return new SimSparkError(
    'INVALID_ARGUMENT',
    `A shuffle by key needs pairs [key, value], but there is ${showValue(value)}.`,
    { hint: 'Make pairs first: keyBy(f), or map(x => [key, value]).' },
  )
}

export function spillDamaged(path: string, cause: unknown): SimSparkError {
  return new SimSparkError(
    'CORRUPT_BLOCK',
    `Spilled data in ${path} cannot be read back: the file was cut, changed or deleted while the task ran.`,
    { cause, retryable: true },
  )
}
