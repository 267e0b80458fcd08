import type { ExecutorId } from '#publib/util'
import { assert } from '#publib/util'
import type { Locality } from './events.ts'
import { EXECUTOR_DEPTH_MAX, type Executor } from './executor-pool.ts'
import { SlowTasks, type SpeculationLimits } from './slow-tasks.ts'
import type { TaskSet } from './task-set-events.ts'

const WAITING = 0
const RUNNING = 1
const DONE = 2
/** Given back: it will not run in this set any more. */
const RELEASED = 3

/** Tasks lie ready behind a running one only where they are about as short as the way to the executor. */
const SHORT_TASK_MS = 100
/** So much work lies ready with an executor, if its tasks are short: enough to wait for the driver. */
const QUEUED_WORK_MS = 10
/** Ends that are nobody's fault, for one task: beyond it something is wrong that we do not see. */
const LOSSES_MAX = 100

/** What follows from the end of a copy: nothing or a retry, the task leaves the (withdrawn) set, or the job fails. */
export type FailureVerdict = 'goOn' | 'released' | 'tooManyFailures' | 'killsExecutors'

export interface FailureLimits {
  readonly failuresMax: number
  /** A task that takes so many executors with it fails its job. */
  readonly executorsKilledMax: number
}

/**
 * One task set: which of its tasks wait, run and are done, who failed where, and which to run next.
 * State lies in arrays by place in the set; there is no object for a task that neither runs nor failed.
 */
export class TaskSetManager {
  readonly set: TaskSet
  /** Withdrawn: nothing more of it is started. */
  isWithdrawn = false
  /** Executors that work for it. */
  executorCount = 0
  /** Undefined: its tasks are never copied for being slow. */
  readonly slowTasks: SlowTasks | undefined
  readonly #limits: FailureLimits
  readonly #states: Uint8Array
  readonly #copies: Uint8Array
  readonly #attempts: Uint16Array
  readonly #failures: Uint8Array
  readonly #losses: Uint8Array
  /** Executors on which a task failed, or which it took with it; few. */
  readonly #failedOn = new Map<number, ExecutorId[]>()
  readonly #killed = new Map<number, ExecutorId[]>()
  /** Tasks that wait again, looked at first. */
  #again: number[] = []
  /** Everything before it has been started once. */
  #next = 0
  /** Places in the set by host id and by place name, the first at the end; may hold tasks that have been started. */
  readonly #byHost = new Map<string, number[]>()
  readonly #byPlace = new Map<string, number[]>()
  #waitingCount: number
  #runningCount = 0
  #endedCount = 0
  #runTimeMs = 0
  #timedCount = 0
  #deepest = 1

  constructor(set: TaskSet, limits: FailureLimits, speculation?: SpeculationLimits) {
    const size = set.indexes.length
    const isCopied = speculation !== undefined && size > 1
    this.slowTasks = isCopied ? new SlowTasks(size, speculation) : undefined
    this.set = set
    this.#limits = limits
    this.#states = new Uint8Array(size)
    this.#copies = new Uint8Array(size)
    this.#attempts = new Uint16Array(size)
    this.#failures = new Uint8Array(size)
    this.#losses = new Uint8Array(size)
    this.#waitingCount = size
    for (let at = size - 1; at >= 0; at--) {
      const preference = set.preferences?.[at]
      for (const hostId of preference?.hostIds ?? []) push(this.#byHost, hostId, at)
      for (const place of preference?.places ?? []) push(this.#byPlace, place, at)
    }
  }

  get waitingCount(): number {
    return this.isWithdrawn ? 0 : this.#waitingCount
  }

  /** Whether a free executor would be of use to it. */
  get isHungry(): boolean {
    if (this.isWithdrawn) return false
    return this.#waitingCount > 0 || (this.slowTasks !== undefined && this.slowTasks.slow.size > 0)
  }

  get runningCount(): number {
    return this.#runningCount
  }

  get isEnded(): boolean {
    return this.#endedCount === this.set.indexes.length && this.#runningCount === 0
  }

  /** How many tasks an executor should have at hand, the running one included. */
  get depth(): number {
    const count = this.#timedCount
    if (count === 0 || this.#runTimeMs >= count * SHORT_TASK_MS) return 1
    const work = Math.floor((QUEUED_WORK_MS * count) / Math.max(this.#runTimeMs, count * 0.01))
    return Math.max(2, Math.min(work, EXECUTOR_DEPTH_MAX))
  }

  /** Whether executors should have far more at hand than when this was last asked: at most six times in its life. */
  hasDeepened(): boolean {
    if (this.depth < this.#deepest * 2) return false
    this.#deepest = this.depth
    return true
  }

  /** The localities worth asking for, the best first. */
  get localities(): readonly Locality[] {
    if (this.set.preferences === undefined) return ['NO_PREF']
    return ['PROCESS_LOCAL', 'NODE_LOCAL', 'ANY']
  }

  /** The place in the set of a waiting task for this executor; -1: none. `isBarred` keeps tasks from executors they failed on. */
  find(
    executor: Executor,
    locality: Locality,
    isBarred: (failedOn: readonly ExecutorId[]) => boolean,
  ): number {
    if (this.waitingCount === 0) return -1
    const isFree = (at: number): boolean => {
      if (this.#states[at] !== WAITING) return false
      const failedOn = this.#failedOn.get(at)
      return failedOn === undefined || !isBarred(failedOn)
    }
    if (locality === 'PROCESS_LOCAL')
      return this.#findListed(this.#byHost.get(executor.hostId), isFree)
    if (locality === 'NODE_LOCAL') {
      const onWorker = this.#findListed(this.#byPlace.get(executor.workerId), isFree)
      return onWorker >= 0 ? onWorker : this.#findListed(this.#byPlace.get(executor.host), isFree)
    }
    const again = this.#again.find(isFree)
    if (again !== undefined) return again
    while (this.#next < this.#states.length && this.#states[this.#next] !== WAITING) this.#next++
    for (let at = this.#next; at < this.#states.length; at++) if (isFree(at)) return at
    return -1
  }

  /** Starts a waiting task, or a further copy of a running one; gives its attempt number. */
  start(at: number): number {
    assert(
      this.#states[at] === WAITING || this.#states[at] === RUNNING,
      'a task is started that is over',
    )
    if (this.#states[at] === WAITING) {
      this.#states[at] = RUNNING
      this.#waitingCount--
      const again = this.#again.indexOf(at)
      if (again >= 0) this.#again.splice(again, 1)
    }
    this.#copies[at]!++
    this.#runningCount++
    return this.#attempts[at]!++
  }

  copiesOf(at: number): number {
    return this.#copies[at] as number
  }

  /** One copy of it runs: there may be a second. */
  isRunningOnce(at: number): boolean {
    return this.#states[at] === RUNNING && this.#copies[at] === 1
  }

  isDone(at: number): boolean {
    return this.#states[at] === DONE
  }

  /** A copy has ended well; says whether it is the first. */
  succeed(at: number, runTimeMs: number): boolean {
    this.#endCopy(at)
    if (this.#states[at] !== RUNNING) return false
    this.#states[at] = DONE
    this.#endedCount++
    this.#failedOn.delete(at)
    this.#runTimeMs += runTimeMs
    this.#timedCount++
    this.slowTasks?.noteDone(at, runTimeMs)
    return true
  }

  /** A copy has failed by its own fault. `isKiller`: it took the executor with it. */
  fail(at: number, executorId: ExecutorId, isKiller: boolean): FailureVerdict {
    this.#endCopy(at)
    if (this.#states[at] !== RUNNING) return 'goOn'
    push(this.#failedOn, at, executorId)
    this.#failures[at]!++
    if (isKiller) push(this.#killed, at, executorId)
    if (this.executorsKilledBy(at).length >= this.#limits.executorsKilledMax)
      return 'killsExecutors'
    if (this.failuresOf(at) >= this.#limits.failuresMax) return 'tooManyFailures'
    return this.#wait(at)
  }

  /** A copy is gone by no fault of its own. */
  lose(at: number): FailureVerdict {
    this.#endCopy(at)
    if (this.#states[at] !== RUNNING || this.#copies[at] !== 0) return 'goOn'
    return ++this.#losses[at]! >= LOSSES_MAX ? 'tooManyFailures' : this.#wait(at)
  }

  /** A copy could not read its input. Says whether the task leaves the set: no other copy of it runs. */
  release(at: number): boolean {
    this.#endCopy(at)
    if (this.#states[at] !== RUNNING || this.#copies[at] !== 0) return false
    this.#states[at] = RELEASED
    this.#endedCount++
    return true
  }

  /** Starts nothing more; gives the places in the set of those that waited. */
  withdraw(): readonly number[] {
    this.isWithdrawn = true
    const released: number[] = []
    this.#states.forEach((state, at) => {
      if (state !== WAITING) return
      this.#states[at] = RELEASED
      this.#endedCount++
      released.push(at)
    })
    this.#waitingCount = 0
    this.#again = []
    return released
  }

  failuresOf(at: number): number {
    return this.#failures[at] as number
  }

  failedOn(at: number): readonly ExecutorId[] {
    return this.#failedOn.get(at) ?? []
  }

  executorsKilledBy(at: number): readonly ExecutorId[] {
    return this.#killed.get(at) ?? []
  }

  #endCopy(at: number): void {
    assert(this.#copies[at]! > 0, 'a task has ended that does not run')
    this.#copies[at]!--
    this.#runningCount--
  }

  #wait(at: number): 'goOn' | 'released' {
    if (this.#states[at] !== RUNNING || this.#copies[at] !== 0) return 'goOn'
    if (this.isWithdrawn) {
      this.#states[at] = RELEASED
      this.#endedCount++
      return 'released'
    }
    this.#states[at] = WAITING
    this.slowTasks?.forget(at)
    this.#waitingCount++
    this.#again.push(at)
    return 'goOn'
  }

  #findListed(list: number[] | undefined, isFree: (at: number) => boolean): number {
    while (list !== undefined && list.length > 0) {
      const at = list.at(-1) as number
      if (isFree(at)) return at
      if (this.#states[at] === WAITING) return -1
      list.pop()
    }
    return -1
  }
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key)
  if (list === undefined) map.set(key, [value])
  else list.push(value)
}
