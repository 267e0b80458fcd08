import type { Clock } from '#publib/env'
import type { ExecutorId } from '#publib/util'
import type { Application, Backend } from '../backend/backend.ts'
import { type AllocationEvent, ExecutorAllocation } from './allocation.ts'
import type { SchedulerCore } from './core.ts'
import type { SchedulerOptions } from './shell-dependencies.ts'

/** How often idle executors are looked for. */
const PERIOD_MS = 1000

export interface AllocatorParts {
  readonly backend: Backend
  readonly clock: Clock
  readonly core: SchedulerCore
  readonly options: SchedulerOptions
  readonly application: Application
}

/** Asks the backend for executors and gives them back, as the machine and the user say. */
export class Allocator {
  readonly #parts: AllocatorParts
  readonly #machine: ExecutorAllocation
  readonly #timer: { cancel(): void } | undefined

  constructor(parts: AllocatorParts) {
    this.#parts = parts
    const { backend, clock, options, application } = parts
    const { executorsMin, executorIdleTimeoutMs: idleTimeoutMs } = options
    const { executorsMax } = application
    this.#machine = new ExecutorAllocation({ executorsMin, executorsMax, idleTimeoutMs })
    if (executorsMax !== undefined) backend.requestExecutors(executorsMax)
    if (idleTimeoutMs !== undefined) this.#timer = clock.every(PERIOD_MS, () => this.measure())
  }

  /** Work has come, or time has passed. */
  measure(): void {
    const { pool, load } = this.#parts.core.tasks
    const executors = [...pool.all()].map(({ id, hostId, inFlight }) => ({
      executorId: id,
      isBusy: inFlight.length > 0,
      isKept: this.#parts.core.dag.cache.isUsed(hostId),
    }))
    this.#handle({ type: 'loadMeasured', waitingCount: load.waiting, executors })
  }

  /** The user wants so many in all. */
  requestTotal(total: number): void {
    this.#handle({ type: 'totalWished', total })
  }

  /** The user wants so many more. */
  requestMore(additional: number): void {
    const heldCount = this.#parts.core.tasks.pool.size
    this.#handle({ type: 'moreWished', additional, heldCount })
  }

  /** The user gives some back, whatever they do: their tasks run again elsewhere. Gives those that were there. */
  release(executorIds: readonly ExecutorId[]): readonly ExecutorId[] {
    const { pool } = this.#parts.core.tasks
    const held = [...new Set(executorIds)].filter(id => pool.get(id) !== undefined)
    const heldCount = pool.size
    this.#handle({ type: 'executorsUnwanted', executorIds: held, heldCount })
    return held
  }

  stop(): void {
    this.#timer?.cancel()
  }

  #handle(event: AllocationEvent): void {
    const { backend, clock } = this.#parts
    for (const action of this.#machine.handle(event, clock.now())) {
      if (action.type === 'requestExecutors') backend.requestExecutors(action.total)
      else backend.releaseExecutors(action.executorIds)
    }
  }
}
