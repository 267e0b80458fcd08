import type { TaskDescription } from '#publib/task'
import type { ExecutorId, HostId, TaskId } from '#publib/util'
import type { Locality } from './events.ts'
import type { Executor, ExecutorPool } from './executor-pool.ts'
import { copySlow } from './speculate.ts'
import type { TaskSetManager } from './task-set-manager.ts'

/** A task that runs for so long keeps what lies behind it: that was put there because it was short. */
const STUCK_MS = 100

/** One copy of one task on one executor. */
export interface Attempt {
  readonly task: TaskDescription
  readonly manager: TaskSetManager
  /** Its place in the task set, and its task index in the stage. */
  readonly at: number
  readonly index: number
  readonly executor: Executor
  readonly launchedMs: number
  readonly isCopy: boolean
  /** The executor has begun it. */
  isStarted: boolean
  /** It has been told to stop. */
  isRecalled: boolean
}

/** Marks attempts as told to stop; gives those that were not yet, by host. */
export function recall(attempts: readonly Attempt[]): ReadonlyMap<HostId, readonly TaskId[]> {
  const byHost = new Map<HostId, TaskId[]>()
  for (const attempt of attempts) {
    if (attempt.isRecalled) continue
    attempt.isRecalled = true
    const { hostId } = attempt.executor
    byHost.set(hostId, [...(byHost.get(hostId) ?? []), attempt.task.taskId])
  }
  return byHost
}

/** What matching reads, and the two things it does. */
export interface Matching {
  readonly nowMs: number
  /** In the order in which they get executors. */
  readonly sets: readonly TaskSetManager[]
  readonly pool: ExecutorPool
  readonly attempts: ReadonlyMap<TaskId, Attempt>
  launch(manager: TaskSetManager, at: number, executor: Executor, locality: Locality): void
  recall(attempt: Attempt, reason: string): void
}

/**
 * Free executors first, near the data where that needs no waiting. Only when none is free does a second task go behind a
 * running one; only when nothing waits, or only later sets do, do tasks move away from behind others; only when nothing
 * waits are there copies of what hangs on a worker that does not answer.
 */
export function matchTasks(matching: Matching): void {
  const { pool, sets } = matching
  if (pool.idle.size > 0 && pool.queued.size > 0) {
    const firstWaiting = sets.findIndex(manager => manager.waitingCount > 0)
    if (firstWaiting > 0) moveStuck(matching, sets.slice(0, firstWaiting))
  }
  while (pool.idle.size > 0 && fillIdle(matching)) {
    // Again: a task that was kept for another executor may take what is left.
  }
  if (pool.idle.size === 0) {
    fillBehind(matching)
    return
  }
  moveFromBehind(matching)
  serveSuspended(matching)
}

function fillIdle(matching: Matching): boolean {
  const { sets, pool, launch } = matching
  let isAnyLaunched = false
  for (const manager of sets) {
    if (!manager.isHungry) continue
    for (const locality of manager.localities) {
      for (const executor of pool.idle) {
        const at = manager.find(executor, locality, isBarredFrom(executor, pool))
        if (at < 0) continue
        launch(manager, at, executor, locality)
        isAnyLaunched = true
      }
    }
    if (copySlow(matching, manager) !== undefined) isAnyLaunched = true
  }
  return isAnyLaunched
}

/** A task does not return to an executor it failed on while another is free. */
export function isBarredFrom(
  executor: Executor,
  pool: ExecutorPool,
): (failedOn: readonly ExecutorId[]) => boolean {
  return failedOn => {
    if (!failedOn.includes(executor.id)) return false
    for (const other of pool.idle) if (!failedOn.includes(other.id)) return true
    return false
  }
}

/**
 * Short tasks only, behind one of the same set, and never more than a fair part of what waits: the last ones are for who is
 * free first.
 */
function fillBehind(matching: Matching): void {
  const { sets, pool, attempts } = matching
  for (const manager of sets) if (manager.hasDeepened()) pool.changeAll()
  for (const executor of pool.takeChanged()) {
    const [front] = executor.inFlight
    const manager = front === undefined ? undefined : attempts.get(front)?.manager
    if (manager === undefined || pool.isSuspended(executor) || !sets.includes(manager)) continue
    fillOne(matching, manager, executor)
  }
}

/** Gives an executor that works for a set as many of its tasks as it should have at hand. */
export function fillOne(
  { pool, launch }: Matching,
  manager: TaskSetManager,
  executor: Executor,
): void {
  const fair = 1 + Math.floor(manager.waitingCount / pool.size)
  const depth = Math.min(manager.depth, fair)
  // Many at a time: a message costs more than a short task.
  if (executor.inFlight.length > depth / 2 && executor.inFlight.length > 1) return
  while (executor.inFlight.length < depth) {
    if (!launchBehind(manager, executor, launch)) return
  }
}

function launchBehind(
  manager: TaskSetManager,
  executor: Executor,
  launch: Matching['launch'],
): boolean {
  for (const locality of manager.localities) {
    // Deep in a queue only what is best run there: the rest may yet find its own place.
    if (locality === 'ANY' && executor.inFlight.length > 1) return false
    const at = manager.find(executor, locality, failedOn => failedOn.includes(executor.id))
    if (at < 0) continue
    launch(manager, at, executor, locality)
    return true
  }
  return false
}

/** Tasks that lie behind a long one come before those that wait in sets which they were to come before. */
export function moveStuck(matching: Matching, earlier: readonly TaskSetManager[]): void {
  const { pool, nowMs } = matching
  const stuck: Executor[] = []
  for (const executor of pool.queued) {
    if (nowMs - executor.frontSinceMs >= STUCK_MS) stuck.push(executor)
  }
  moveFromBehind(matching, stuck, earlier)
}

/** The last of a queue goes first: it would have waited longest. */
export function moveFromBehind(
  { sets, pool, attempts, launch, recall }: Matching,
  executors: Iterable<Executor> = pool.queued,
  from: readonly TaskSetManager[] = sets,
): void {
  for (const executor of executors) {
    for (let place = executor.inFlight.length - 1; place > 0; place--) {
      const attempt = attempts.get(executor.inFlight[place] as TaskId)
      if (attempt === undefined || attempt.isStarted || !canCopy(attempt, from)) continue
      const idle = firstIdle(pool)
      if (idle === undefined) return
      recall(attempt, 'it waited behind another task while an executor was idle')
      launch(attempt.manager, attempt.at, idle, 'ANY')
    }
  }
}

/** Copies what hangs on workers that do not answer. */
export function serveSuspended(matching: Matching): void {
  if (matching.pool.hasSuspended) copySuspended(matching)
}

function copySuspended({ sets, pool, attempts, launch }: Matching): void {
  for (const attempt of [...attempts.values()]) {
    if (!pool.isSuspended(attempt.executor) || !canCopy(attempt, sets)) continue
    const idle = firstIdle(pool)
    if (idle === undefined) return
    launch(attempt.manager, attempt.at, idle, 'ANY')
  }
}

function canCopy({ manager, at, isRecalled }: Attempt, sets: readonly TaskSetManager[]): boolean {
  const isWanted = !manager.isWithdrawn && sets.includes(manager)
  return isWanted && !isRecalled && !manager.isDone(at) && manager.copiesOf(at) === 1
}

function firstIdle(pool: ExecutorPool): Executor | undefined {
  for (const executor of pool.idle) return executor
  return undefined
}
