import type { AsyncLocalStorage } from 'node:async_hooks'
import type { BroadcastTable } from './broadcast-table.ts'
import type { FilesPlace } from './spark-files.ts'
import type { TaskAccumulators } from './task-accumulators.ts'
import type { TaskContext } from './task-context.ts'

/** What user functions reach of the task in which they run, without being handed it. */
export interface CurrentTask {
  readonly context: TaskContext
  readonly accumulators: TaskAccumulators
  readonly broadcasts: BroadcastTable
  /** Files that the program gave its executors. */
  readonly addedFiles: FilesPlace
}

// One for each thread: a thread runs one task at a time, and its synchronous part has the thread to itself.
let current: CurrentTask | undefined
// The asynchronous part shares the thread with whatever else waits there; loaded by the first task that has one.
let acrossWaits: AsyncLocalStorage<CurrentTask> | undefined

/** The task in which this is called; undefined on the driver. */
export function currentTask(): CurrentTask | undefined {
  return current ?? acrossWaits?.getStore()
}

/** Calls `run` as part of the task. */
export function runInTask<R>(task: CurrentTask, run: () => R): R {
  const before = current
  current = task
  try {
    return run()
  } finally {
    current = before
  }
}

/** The same for a part of the task that waits. */
export async function runInTaskAsync<R>(task: CurrentTask, run: () => Promise<R>): Promise<R> {
  acrossWaits ??= new (await import('node:async_hooks')).AsyncLocalStorage<CurrentTask>()
  return await acrossWaits.run(task, run)
}
