import type { TaskSetManager } from './task-set-manager.ts'

export type SchedulingMode = 'FIFO' | 'FAIR'

/** One scheduler pool, as the user describes it. */
export interface PoolOptions {
  readonly name: string
  /** Among the jobs of the pool: the oldest first, or all alike. */
  readonly schedulingMode: SchedulingMode
  /** Executors beside other pools, in proportion. */
  readonly weight: number
  /** So many executors before any pool has more than its own. */
  readonly minShare: number
}

/** How jobs share executors. */
export interface Scheduling {
  /** The oldest job first, or by pools. */
  readonly mode: SchedulingMode
  /** Those with options of their own; others come into being when a job names them. */
  readonly pools: readonly PoolOptions[]
}

export const FIFO: Scheduling = { mode: 'FIFO', pools: [] }
export const DEFAULT_POOL = 'default'
/** Pools that jobs may bring into being; further names share the default pool. */
const POOLS_MAX = 1000

/** A pool as it is told: a value. */
export interface PoolInfo extends PoolOptions {
  readonly runningTasks: number
}

interface Pool {
  readonly options: PoolOptions
  /** Of its jobs, the oldest job first, then the earliest stage. */
  readonly sets: TaskSetManager[]
}

/**
 * Fair pools, in Spark's order: pools below their least share first, by how far they are below it, then by running tasks
 * and weight, then by name. What runs is counted in executors that work for a set, however many short tasks lie ready there.
 */
export class Pools {
  readonly #pools = new Map<string, Pool>()
  readonly #poolOf = new Map<TaskSetManager, Pool>()

  constructor(options: readonly PoolOptions[]) {
    for (const each of options) this.#pools.set(each.name, { options: each, sets: [] })
    this.#named(DEFAULT_POOL)
  }

  /** `isLater` says whether a set comes after the one that is added. */
  add(manager: TaskSetManager, isLater: (other: TaskSetManager) => boolean): void {
    const pool = this.#named(manager.set.pool ?? DEFAULT_POOL)
    const at = pool.sets.findIndex(isLater)
    pool.sets.splice(at < 0 ? pool.sets.length : at, 0, manager)
    this.#poolOf.set(manager, pool)
  }

  remove(manager: TaskSetManager): void {
    const sets = this.#poolOf.get(manager)?.sets
    this.#poolOf.delete(manager)
    sets?.splice(sets.indexOf(manager), 1)
  }

  /** The set that the next free executor is due to; `isOut` takes no more. Undefined: nothing waits. */
  next(isOut: (manager: TaskSetManager) => boolean): TaskSetManager | undefined {
    let best: { readonly due: Due; readonly set: TaskSetManager } | undefined
    for (const pool of this.#pools.values()) {
      const set = nextOf(pool, isOut)
      if (set === undefined) continue
      const due = dueOf(pool)
      if (best === undefined || comesBefore(due, best.due)) best = { due, set }
    }
    return best?.set
  }

  get infos(): readonly PoolInfo[] {
    return [...this.#pools.values()].map(infoOf)
  }

  info(name: string): PoolInfo | undefined {
    const pool = this.#pools.get(name)
    return pool === undefined ? undefined : infoOf(pool)
  }

  #named(name: string): Pool {
    const known = this.#pools.get(name)
    if (known !== undefined) return known
    if (this.#pools.size >= POOLS_MAX && name !== DEFAULT_POOL) return this.#named(DEFAULT_POOL)
    const options = { name, schedulingMode: 'FIFO', weight: 1, minShare: 0 } as const
    const pool: Pool = { options, sets: [] }
    this.#pools.set(name, pool)
    return pool
  }
}

/** How much a pool is due an executor. */
interface Due {
  readonly name: string
  readonly isNeedy: boolean
  /** Running tasks by the least share where it is needy, else by weight. */
  readonly ratio: number
}

function dueOf({ options, sets }: Pool): Due {
  const { name, weight, minShare } = options
  const running = runningOf(sets)
  const isNeedy = running < minShare
  return { name, isNeedy, ratio: isNeedy ? running / minShare : running / weight }
}

function comesBefore(a: Due, b: Due): boolean {
  if (a.isNeedy !== b.isNeedy) return a.isNeedy
  return a.ratio === b.ratio ? a.name < b.name : a.ratio < b.ratio
}

function nextOf(
  { options, sets }: Pool,
  isOut: (manager: TaskSetManager) => boolean,
): TaskSetManager | undefined {
  let best: TaskSetManager | undefined
  for (const set of sets) {
    if (!set.isHungry || isOut(set)) continue
    if (options.schedulingMode === 'FIFO') return set
    if (best === undefined || set.executorCount < best.executorCount) best = set
  }
  return best
}

function runningOf(sets: readonly TaskSetManager[]): number {
  let count = 0
  for (const { executorCount } of sets) count += executorCount
  return count
}

function infoOf({ options, sets }: Pool): PoolInfo {
  return { ...options, runningTasks: runningOf(sets) }
}
