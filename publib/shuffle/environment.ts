import type { BlockRange } from '#publib/blocks'
import type { SyncFiles } from '#publib/env'
import type { MemoryBudget } from '#publib/memory'
import type { TaskMetrics } from '#publib/task'
import type { TaskId, WorkerId } from '#publib/util'

/** What a task has at hand to write and read shuffles, and to keep more than fits in memory. All of it is synchronous. */
export interface ShuffleEnvironment extends SpillEnvironment {
  /** Where this worker keeps this application's shuffle files. */
  readonly shuffleFolder: string
  readonly localWorkerId: WorkerId
  /**
   * Ranges of other workers. Parts of one range come in order, parts of different ranges as they arrive; the reader consumes
   * ranges in the order of the requests, so asking in that order holds least back. The implementer bounds the bytes in
   * flight and adds what it waits to `metrics.shuffleRead.waitTimeMs`; nothing is asked before the first `next`, and
   * `return` gives up what is still under way.
   */
  readonly fetch: (requests: readonly BlockRange[]) => Iterable<FetchedPart>
}

/** What keepers of data need: a budget, and a folder to spill to when it is reached. */
export interface SpillEnvironment {
  readonly files: SyncFiles
  /** Exists, and belongs to this application on this worker; file names of a task begin with its id. */
  readonly spillFolder: string
  readonly taskId: TaskId
  readonly memory: MemoryBudget
  readonly metrics: TaskMetrics
  /**
   * Calls back when the task has ended, however it ended. Groups that were too large for memory stand in files until then;
   * without it these files stay until the folder goes.
   */
  readonly atTaskEnd?: ((cleanUp: () => void) => void) | undefined
  /** Told the name of each class whose instances become plain objects on their way through a shuffle. */
  readonly onLostClass?: ((className: string) => void) | undefined
  /** Throws TASK_KILLED once the task is to stop. Called between batches. */
  readonly checkCancelled: () => void
}

/** A piece of the range `requests[index]`, or why it cannot be had. `bytes` stay as they are until the reader asks for the next part. */
export type FetchedPart =
  | { readonly index: number; readonly bytes: Uint8Array; readonly isLast: boolean }
  | { readonly index: number; readonly error: string }
