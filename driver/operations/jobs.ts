import type { Clock, Files } from '#publib/env'
import type { Action, Lineage } from '#publib/lineage'
import type { ShuffleId } from '#publib/util'
import type { Checkpoints } from '../checkpoints.ts'
import type { ActionOptions } from '../options.ts'
import type { Operation } from './operation.ts'

/** What actions know of the context: how to run a job over a lineage, which is prepared first. */
export interface Jobs {
  readonly files: Files
  readonly clock: Clock
  readonly checkpoints: Checkpoints
  /** Names an output among all that were ever written. */
  nextOutputId(): string
  /** Deletes what shuffles have written. */
  cleanShuffles(shuffleIds: readonly ShuffleId[]): Promise<void>
  /** Settles partitions, which may list files and run jobs of its own. */
  prepare(lineage: Lineage<unknown>, op: Operation, options: ActionOptions): Promise<void>
  /** Calls `onResult` for each of `partitions`, as they end; `index` is the place among them. */
  run<T, R>(job: Job<T, R>): Promise<void>
}

export interface Job<T, R> {
  readonly op: Operation
  readonly lineage: Lineage<T>
  readonly action: Action<T, R>
  readonly options: ActionOptions
  /** All of them by default. */
  readonly partitions?: readonly number[] | undefined
  readonly onResult: (index: number, result: R) => void
  /** In the place of the method's name. */
  readonly name?: string
}

/** Results in the order of the partitions. */
export function resultsOf<T, R>(
  jobs: Jobs,
  job: Omit<Job<T, R>, 'onResult'>,
): Promise<readonly R[]> {
  const results: R[] = []
  const onResult = (index: number, result: R): void => {
    results[index] = result
  }
  return jobs.run<T, R>({ ...job, onResult }).then(() => results)
}
