import type { Executor } from './executor-pool.ts'
import type { Matching } from './match-tasks.ts'
import type { TaskSetManager } from './task-set-manager.ts'
import type { TaskState } from './task-state.ts'

/** Looks for tasks that run far longer than others of their set took; a free executor of another worker gets a copy. */
export function findSlowTasks({ sets, pool, attempts, actions, nowMs }: TaskState): void {
  const thresholds = new Map<TaskSetManager, number>()
  for (const manager of sets.all) {
    const thresholdMs = manager.isWithdrawn ? undefined : manager.slowTasks?.thresholdMs
    if (thresholdMs !== undefined) thresholds.set(manager, thresholdMs)
  }
  if (thresholds.size === 0) return
  for (const { inFlight, frontSinceMs, workerId } of pool.all()) {
    // What lies behind it does not run yet.
    const front = inFlight[0] === undefined ? undefined : attempts.get(inFlight[0])
    if (front === undefined || front.isRecalled) continue
    const { manager, at, task } = front
    const thresholdMs = thresholds.get(manager)
    if (thresholdMs === undefined || nowMs - frontSinceMs <= thresholdMs) continue
    if (!manager.isRunningOnce(at) || manager.slowTasks?.markSlow(at, workerId) !== true) continue
    const { stageId, stageAttempt, partition } = task
    actions.push({ type: 'announceCopy', stageId, stageAttempt, partition })
  }
}

/** Copies slow tasks of a set to free executors of other workers. Gives the last of those; undefined: none took any. */
export function copySlow(
  { pool, launch }: Matching,
  manager: TaskSetManager,
): Executor | undefined {
  const { slowTasks } = manager
  if (slowTasks === undefined || slowTasks.slow.size === 0) return undefined
  let last: Executor | undefined
  for (const [at, slowWorker] of [...slowTasks.slow]) {
    if (!manager.isRunningOnce(at)) {
      slowTasks.forget(at)
      continue
    }
    const elsewhere = findElsewhere(pool.idle, slowWorker, manager.failedOn(at))
    if (elsewhere === undefined) continue
    slowTasks.forget(at)
    launch(manager, at, elsewhere, 'ANY')
    last = elsewhere
  }
  return last
}

function findElsewhere(
  idle: Iterable<Executor>,
  slowWorker: Executor['workerId'],
  failedOn: readonly Executor['id'][],
): Executor | undefined {
  for (const executor of idle) {
    if (executor.workerId !== slowWorker && !failedOn.includes(executor.id)) return executor
  }
  return undefined
}
