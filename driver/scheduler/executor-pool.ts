import type { ExecutorId, HostId, TaskId, WorkerId } from '#publib/util'
import { assert } from '#publib/util'

/** One task runs, others may lie ready behind it: the shorter they are, the more. */
export const EXECUTOR_DEPTH_MAX = 64

/** One executor as the task scheduler sees it. */
export interface Executor {
  readonly id: ExecutorId
  readonly hostId: HostId
  readonly workerId: WorkerId
  /** The machine's name, for preferred locations. */
  readonly host: string
  /** Attempts that were sent and have not ended, in the order in which they run; at most EXECUTOR_DEPTH_MAX. */
  readonly inFlight: TaskId[]
  /** When the first of them was sent or became the first. */
  frontSinceMs: number
  /** For whom it works. */
  holder: ExecutorHolder | undefined
}

/** What counts the executors that work for it. */
export interface ExecutorHolder {
  executorCount: number
}

/** The executors of the application, and which of them are free. */
export class ExecutorPool {
  readonly #executors = new Map<ExecutorId, Executor>()
  /** Free ones that may get work; who has waited longest comes first. */
  readonly #idle = new Set<Executor>()
  /** Those whose queue has changed since this was last asked: only they may take more. */
  #changed = new Set<Executor>()
  /** Those with tasks that lie behind another. */
  readonly #queued = new Set<Executor>()
  readonly #suspended = new Set<WorkerId>()

  get size(): number {
    return this.#executors.size
  }

  get idle(): ReadonlySet<Executor> {
    return this.#idle
  }

  get queued(): ReadonlySet<Executor> {
    return this.#queued
  }

  /** Executors that work and whose queue has changed, each told of once. */
  takeChanged(): Iterable<Executor> {
    const changed = this.#changed
    if (changed.size > 0) this.#changed = new Set()
    return changed
  }

  /** More may lie behind tasks than before: all that work are to be looked at. */
  changeAll(): void {
    for (const executor of this.#executors.values()) {
      if (executor.inFlight.length > 0) this.#changed.add(executor)
    }
  }

  get hasSuspended(): boolean {
    return this.#suspended.size > 0
  }

  get(id: ExecutorId): Executor | undefined {
    return this.#executors.get(id)
  }

  all(): IterableIterator<Executor> {
    return this.#executors.values()
  }

  hostsOf(workerId: WorkerId): ReadonlySet<HostId> {
    const onWorker = [...this.#executors.values()].filter(each => each.workerId === workerId)
    return new Set(onWorker.map(({ hostId }) => hostId))
  }

  add(executor: Omit<Executor, 'inFlight' | 'frontSinceMs' | 'holder'>): void {
    if (this.#executors.has(executor.id)) return
    const added: Executor = { ...executor, inFlight: [], frontSinceMs: 0, holder: undefined }
    this.#executors.set(added.id, added)
    this.#settle(added)
  }

  remove(executor: Executor): void {
    release(executor)
    this.#executors.delete(executor.id)
    this.#idle.delete(executor)
    this.#changed.delete(executor)
    this.#queued.delete(executor)
  }

  setSuspended(workerId: WorkerId, isSuspended: boolean): void {
    if (isSuspended) this.#suspended.add(workerId)
    else this.#suspended.delete(workerId)
    for (const executor of this.#executors.values()) {
      if (executor.workerId === workerId) this.#settle(executor)
    }
  }

  isSuspended(executor: Executor): boolean {
    return this.#suspended.has(executor.workerId)
  }

  start(executor: Executor, taskId: TaskId, nowMs: number, holder: ExecutorHolder): void {
    assert(!this.isSuspended(executor), `executor ${executor.id} is suspended and got a task`)
    assert(
      executor.inFlight.length < EXECUTOR_DEPTH_MAX,
      `executor ${executor.id} has ${executor.inFlight.length} tasks and got another`,
    )
    if (executor.inFlight.push(taskId) === 1) {
      executor.frontSinceMs = nowMs
      executor.holder = holder
      holder.executorCount++
    }
    this.#settle(executor)
  }

  end(executor: Executor, taskId: TaskId, nowMs: number): void {
    const at = executor.inFlight.indexOf(taskId)
    assert(at >= 0, `task ${taskId} does not run on executor ${executor.id}`)
    if (at === 0) {
      executor.inFlight.shift()
      executor.frontSinceMs = nowMs
    } else executor.inFlight.splice(at, 1)
    if (executor.inFlight.length === 0) release(executor)
    this.#settle(executor)
  }

  #settle(executor: Executor): void {
    if (!this.#executors.has(executor.id)) return
    const { length } = executor.inFlight
    if (length === 0 && !this.isSuspended(executor)) this.#idle.add(executor)
    else this.#idle.delete(executor)
    if (length > 0) this.#changed.add(executor)
    else this.#changed.delete(executor)
    if (length > 1) this.#queued.add(executor)
    else this.#queued.delete(executor)
  }
}

function release(executor: Executor): void {
  if (executor.holder !== undefined) executor.holder.executorCount--
  executor.holder = undefined
}
