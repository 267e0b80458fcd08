import type { StageId } from '#publib/util'
import { assert } from '#publib/util'
import type { NextSet } from './match-fairly.ts'
import { FIFO, Pools, type Scheduling } from './pools.ts'
import type { TaskSetManager } from './task-set-manager.ts'

/** Task sets that are not over: the older job first, then the earlier stage; in fair mode in pools as well. */
export class TaskSetQueue {
  readonly #sets: TaskSetManager[] = []
  /** Undefined: FIFO. */
  readonly pools: Pools | undefined

  constructor({ mode, pools }: Scheduling = FIFO) {
    this.pools = mode === 'FAIR' ? new Pools(pools) : undefined
  }

  get all(): readonly TaskSetManager[] {
    return this.#sets
  }

  get waitingCount(): number {
    return this.#sets.reduce((sum, manager) => sum + manager.waitingCount, 0)
  }

  /** Who is due the next executor, where several sets wait for a fair part of them; undefined: they follow one another. */
  get fairOrder(): NextSet | undefined {
    const { pools } = this
    if (pools === undefined) return undefined
    let hungry = 0
    for (const manager of this.#sets) if (manager.isHungry) hungry++
    return hungry < 2 ? undefined : isOut => pools.next(isOut)
  }

  add(manager: TaskSetManager): void {
    const { jobId, stageId, stageAttempt } = manager.set
    assert(this.find(stageId, stageAttempt) === undefined, `stage ${stageId} is submitted twice`)
    const isLater = ({ set }: TaskSetManager): boolean =>
      set.jobId - jobId > 0 || (set.jobId === jobId && set.stageId - stageId > 0)
    const at = this.#sets.findIndex(isLater)
    this.#sets.splice(at < 0 ? this.#sets.length : at, 0, manager)
    this.pools?.add(manager, isLater)
  }

  /** Says whether it was there. */
  remove(manager: TaskSetManager): boolean {
    const at = this.#sets.indexOf(manager)
    if (at < 0) return false
    this.#sets.splice(at, 1)
    this.pools?.remove(manager)
    return true
  }

  has(manager: TaskSetManager): boolean {
    return this.#sets.includes(manager)
  }

  find(stageId: StageId, stageAttempt: number): TaskSetManager | undefined {
    return this.#sets.find(
      ({ set }) => set.stageId === stageId && set.stageAttempt === stageAttempt,
    )
  }
}
