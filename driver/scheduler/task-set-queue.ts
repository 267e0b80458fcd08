import type { StageId } from '#publib/util'
import { assert } from '#publib/util'
import type { TaskSetManager } from './task-set-manager.ts'

/** Task sets in the order in which they get executors: FIFO, the older job first, then the earlier stage. */
export class TaskSetQueue {
  readonly #sets: TaskSetManager[] = []

  get all(): readonly TaskSetManager[] {
    return this.#sets
  }

  get waitingCount(): number {
    return this.#sets.reduce((sum, manager) => sum + manager.waitingCount, 0)
  }

  add(manager: TaskSetManager): void {
    const { jobId, stageId, stageAttempt } = manager.set
    assert(this.find(stageId, stageAttempt) === undefined, `stage ${stageId} is submitted twice`)
    const isLater = ({ set }: TaskSetManager): boolean =>
      set.jobId - jobId > 0 || (set.jobId === jobId && set.stageId - stageId > 0)
    const at = this.#sets.findIndex(isLater)
    this.#sets.splice(at < 0 ? this.#sets.length : at, 0, manager)
  }

  /** Says whether it was there. */
  remove(manager: TaskSetManager): boolean {
    const at = this.#sets.indexOf(manager)
    if (at >= 0) this.#sets.splice(at, 1)
    return at >= 0
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
