import type { ExecutorId, Machine } from '#publib/util'
import { assertNever } from '#publib/util'

export interface AllocationOptions {
  readonly executorsMin: number
  /** Undefined: unknown, so asking for more may be in vain and does no harm. */
  readonly executorsMax: number | undefined
  /** Undefined: none are given back. */
  readonly idleTimeoutMs: number | undefined
}

export type AllocationEvent =
  | LoadMeasured
  /** The user wants so many executors in all, or so many more. */
  | { readonly type: 'totalWished'; readonly total: number }
  | { readonly type: 'moreWished'; readonly additional: number; readonly heldCount: number }
  /** The user gives these back. */
  | {
      readonly type: 'executorsUnwanted'
      readonly executorIds: readonly ExecutorId[]
      readonly heldCount: number
    }

/** How things stand: sent when work comes, and once a second. */
export interface LoadMeasured {
  readonly type: 'loadMeasured'
  readonly waitingCount: number
  readonly executors: readonly {
    readonly executorId: ExecutorId
    readonly isBusy: boolean
    /** Giving it back would lose cached partitions. */
    readonly isKept: boolean
  }[]
}

export type AllocationAction =
  | { readonly type: 'requestExecutors'; readonly total: number }
  | { readonly type: 'releaseExecutors'; readonly executorIds: readonly ExecutorId[] }

/** How many executors an application wants: all it may have while tasks wait, fewer once some have been idle for long. */
export class ExecutorAllocation implements Machine<AllocationEvent, AllocationAction> {
  readonly #options: AllocationOptions
  readonly #idleSinceMs = new Map<ExecutorId, number>()
  /** Given back, and not gone yet. */
  readonly #released = new Set<ExecutorId>()
  /** Asked for last; undefined: what the application started with. */
  #requested: number | undefined

  constructor(options: AllocationOptions) {
    this.#options = options
    this.#requested = options.executorsMax
  }

  handle(event: AllocationEvent, nowMs: number): readonly AllocationAction[] {
    switch (event.type) {
      case 'loadMeasured':
        this.#watch(event, nowMs)
        return event.waitingCount > 0 ? this.#grow(event) : this.#shrink(event, nowMs)
      case 'totalWished':
        return [this.#want(event.total)]
      case 'moreWished':
        return [this.#want(Math.max(event.heldCount, this.#requested ?? 0) + event.additional)]
      case 'executorsUnwanted':
        return this.#giveBack(event.executorIds, event.heldCount)
      default:
        return assertNever(event)
    }
  }

  #want(total: number): AllocationAction {
    this.#requested = Math.min(total, this.#options.executorsMax ?? Number.MAX_SAFE_INTEGER)
    return { type: 'requestExecutors', total: this.#requested }
  }

  /** First what is wanted, so that nobody replaces what is given back. */
  #giveBack(executorIds: readonly ExecutorId[], heldCount: number): readonly AllocationAction[] {
    if (executorIds.length === 0) return []
    for (const id of executorIds) this.#released.add(id)
    return [this.#want(heldCount - executorIds.length), { type: 'releaseExecutors', executorIds }]
  }

  #watch({ executors }: LoadMeasured, nowMs: number): void {
    const idle = new Set(executors.filter(({ isBusy }) => !isBusy).map(each => each.executorId))
    for (const id of [...this.#idleSinceMs.keys()]) if (!idle.has(id)) this.#idleSinceMs.delete(id)
    const present = new Set(executors.map(({ executorId }) => executorId))
    for (const id of this.#released) if (!present.has(id)) this.#released.delete(id)
    for (const id of idle) if (!this.#idleSinceMs.has(id)) this.#idleSinceMs.set(id, nowMs)
  }

  #grow({ waitingCount, executors }: LoadMeasured): readonly AllocationAction[] {
    const busyCount = executors.filter(({ isBusy }) => isBusy).length
    const max = this.#options.executorsMax ?? Number.MAX_SAFE_INTEGER
    const total = Math.min(max, busyCount + waitingCount)
    if (this.#requested === undefined || total <= this.#requested) return []
    this.#requested = total
    return [{ type: 'requestExecutors', total }]
  }

  #shrink({ executors }: LoadMeasured, nowMs: number): readonly AllocationAction[] {
    const { idleTimeoutMs, executorsMin } = this.#options
    if (idleTimeoutMs === undefined) return []
    const isOver = (id: ExecutorId): boolean =>
      nowMs - (this.#idleSinceMs.get(id) ?? nowMs) >= idleTimeoutMs
    const held = executors.filter(({ executorId }) => !this.#released.has(executorId))
    const executorIds = held
      .filter(({ executorId, isKept }) => !isKept && isOver(executorId))
      .map(({ executorId }) => executorId)
      .slice(0, Math.max(0, held.length - executorsMin))
    if (executorIds.length === 0) return []
    return this.#giveBack(executorIds, held.length)
  }
}
