import type { Executor } from './executor-pool.ts'
import {
  fillOne,
  isBarredFrom,
  type Matching,
  moveFromBehind,
  moveStuck,
  serveSuspended,
} from './match-tasks.ts'
import { copySlow } from './speculate.ts'
import type { TaskSetManager } from './task-set-manager.ts'

/** The set that the next free executor is due to, of those that are not out. */
export type NextSet = (isOut: (manager: TaskSetManager) => boolean) => TaskSetManager | undefined

/**
 * For sets of several pools that wait: each free executor goes to the set that is due one. It gets as many short tasks of
 * it as it should have at hand, and no more of them until it is free again: so shares hold to within 10 ms of work.
 */
export function matchFairly(matching: Matching, next: NextSet): void {
  const { pool, sets } = matching
  if (pool.idle.size > 0 && pool.queued.size > 0) moveStuck(matching, sets)
  const out = new Set<TaskSetManager>()
  while (pool.idle.size > 0) {
    const manager = next(each => out.has(each))
    if (manager === undefined) break
    const executor = launchOne(matching, manager)
    if (executor === undefined) {
      out.add(manager)
      continue
    }
    fillOne(matching, manager, executor)
    // A task that was kept for another executor may take what is left.
    out.clear()
  }
  if (pool.idle.size === 0) return
  moveFromBehind(matching)
  serveSuspended(matching)
}

function launchOne(matching: Matching, manager: TaskSetManager): Executor | undefined {
  const { pool, launch } = matching
  for (const locality of manager.localities) {
    for (const executor of pool.idle) {
      const at = manager.find(executor, locality, isBarredFrom(executor, pool))
      if (at < 0) continue
      launch(manager, at, executor, locality)
      return executor
    }
  }
  return copySlow(matching, manager)
}
