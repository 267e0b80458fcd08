import type { LossCause, TaskEnd } from '#publib/task'
import type { ExecutorId, Machine, TaskId } from '#publib/util'
import { assertNever } from '#publib/util'
import {
  type Attempt,
  type ExecutorRecord,
  newExecutorRecord,
  runningAttempt,
} from './executor-record.ts'
import type { HostAction, HostEvent, Stop, TaskEnded, ThreadExited } from './host-events.ts'
import { lossOf, outOfMemory, RELEASED, tooLarge } from './host-losses.ts'

/** Attempts that a thread has at hand, the running one included: it never waits for a message between two, however short. */
export const POSTED_MAX = 64
/** A task that hears of its end between batches ends within this; else its thread is terminated. */
const FLAG_MS = 50
/** A thread that native code holds does not end; then the process must. */
const TERMINATE_MS = 2_000
/** Threads in a row that end before they are ready: then the executor is given up. */
const FAILED_STARTS_MAX = 3

/** What becomes of a thread that does not end: its process goes, or, in the driver's own, it is left to itself. */
export type StuckThread = 'replaceHost' | 'abandon'

/**
 * Which thread stands for which executor, and which attempts it works on. Flag at once, `terminate` after 50 ms, a new
 * process 2 s later: what is to end does end. Knows nothing of the work itself, of files, bytes or connections.
 */
export class HostState implements Machine<HostEvent, HostAction> {
  readonly #executors = new Map<ExecutorId, ExecutorRecord>()
  /** Where each attempt is that has not ended. */
  readonly #byTask = new Map<TaskId, ExecutorRecord>()
  readonly #stuckThread: StuckThread
  readonly #postedMax: number
  #isReplaced = false
  #actions: HostAction[] = []

  constructor(stuckThread: StuckThread, postedMax = POSTED_MAX) {
    this.#stuckThread = stuckThread
    this.#postedMax = postedMax
  }

  handle(event: HostEvent, nowMs: number): readonly HostAction[] {
    this.#actions = []
    this.#take(event, nowMs)
    return this.#actions
  }

  /** When TimePassed is next needed; undefined: not before another event. */
  get deadlineMs(): number | undefined {
    let least: number | undefined
    for (const executor of this.#executors.values()) {
      const own = this.#deadlineOf(executor)
      if (own !== undefined && (least === undefined || own < least)) least = own
    }
    return least
  }

  get executorIds(): readonly ExecutorId[] {
    return [...this.#executors.keys()]
  }

  /** Those that have been ready and were not released. */
  get readyExecutorIds(): readonly ExecutorId[] {
    const executors = [...this.#executors.values()]
    const ready = executors.filter(
      each => !each.isReleased && (each.generation > 1 || each.phase === 'ready'),
    )
    return ready.map(each => each.executorId)
  }

  /** Attempts that have not ended. */
  get attemptCount(): number {
    return this.#byTask.size
  }

  /** Whether some executor may soon have no task at hand: the driver should hear of ends at once. */
  get isHungry(): boolean {
    const enough = Math.max(2, this.#postedMax / 2)
    for (const { attempts } of this.#executors.values()) if (attempts.length < enough) return true
    return false
  }

  #take(event: HostEvent, nowMs: number): void {
    switch (event.type) {
      case 'ExecutorsWanted':
        this.#addExecutors(event.executorIds)
        break
      case 'ExecutorsReleased':
        this.#release(event.executorIds, event.reason, nowMs)
        break
      case 'ThreadReady':
        this.#threadReady(event.executorId, event.generation)
        break
      case 'ThreadExited':
        this.#threadExited(event)
        break
      case 'TasksLaunched':
        for (const { taskId, executorId } of event.tasks) this.#launch(taskId, executorId)
        break
      case 'TasksKilled':
        for (const taskId of event.taskIds) this.#kill(taskId, event, nowMs)
        break
      case 'TaskEnded':
        this.#taskEnded(event, nowMs)
        break
      case 'MemoryMeasured':
        this.#memoryMeasured(event, nowMs)
        break
      case 'DriverGone':
        for (const taskId of [...this.#byTask.keys()]) this.#kill(taskId, event, nowMs)
        break
      case 'TimePassed':
        for (const executor of this.#executors.values()) this.#timePassed(executor, nowMs)
        break
      default:
        assertNever(event)
    }
  }

  #addExecutors(executorIds: readonly ExecutorId[]): void {
    for (const executorId of executorIds) {
      if (this.#executors.has(executorId)) continue
      const executor = newExecutorRecord(executorId)
      this.#executors.set(executorId, executor)
      this.#do({ type: 'StartThread', executorId, generation: executor.generation })
    }
  }

  #release(executorIds: readonly ExecutorId[], reason: string, nowMs: number): void {
    const cause: LossCause = { ...RELEASED, message: reason }
    for (const executorId of executorIds) {
      const executor = this.#executors.get(executorId)
      if (executor === undefined || executor.isReleased) continue
      executor.isReleased = true
      this.#endAll(executor, cause)
      this.#do({ type: 'ReportExecutorLost', executorId, cause })
      if (executor.phase !== 'ending') this.#terminate(executor, cause, nowMs)
    }
  }

  #threadReady(executorId: ExecutorId, generation: number): void {
    const executor = this.#current(executorId, generation)
    if (executor?.phase !== 'starting') return
    executor.phase = 'ready'
    executor.failedStarts = 0
    if (generation === 1) this.#do({ type: 'ReportExecutorsAdded', executorIds: [executorId] })
    this.#postNext(executor)
  }

  #launch(taskId: TaskId, executorId: ExecutorId): void {
    if (this.#byTask.has(taskId)) return
    const executor = this.#executors.get(executorId)
    if (executor === undefined || executor.isReleased) {
      const end: TaskEnd = { kind: 'executorLost', executorId, cause: RELEASED }
      this.#do({ type: 'ReportEnded', taskId, executorId, end }, { type: 'ForgetTask', taskId })
      return
    }
    this.#byTask.set(taskId, executor)
    executor.attempts.push({ taskId, slot: undefined, kill: undefined })
    this.#postNext(executor)
  }

  #kill(taskId: TaskId, { reason, isGentle = false }: Stop, nowMs: number): void {
    const executor = this.#byTask.get(taskId)
    const attempt = executor?.attempts.find(each => each.taskId === taskId)
    if (executor === undefined || attempt === undefined) return
    if (attempt.kill !== undefined && (isGentle || !attempt.kill.isGentle)) return
    attempt.kill = { reason, sinceMs: nowMs, isGentle }
    const { slot } = attempt
    if (slot === undefined) this.#end(executor, attempt, { kind: 'killed', reason })
    else this.#do({ type: 'RaiseKillFlag', executorId: executor.executorId, slot })
  }

  #taskEnded({ executorId, generation, taskId, end }: TaskEnded, nowMs: number): void {
    const executor = this.#current(executorId, generation)
    const attempt = executor?.attempts.find(each => each.taskId === taskId)
    if (executor === undefined || attempt === undefined) return
    const { kill } = attempt
    const isKilled = kill !== undefined && end.kind !== 'success'
    this.#end(executor, attempt, isKilled ? { kind: 'killed', reason: kill.reason } : end)
    // The ladder of the next one begins only now: until now it could not hear.
    const next = runningAttempt(executor)
    if (next?.kill !== undefined) next.kill.sinceMs = nowMs
    if (next !== undefined) this.#do({ type: 'ReportStarted', taskId: next.taskId })
    this.#postNext(executor)
  }

  #threadExited({ executorId, generation, cause }: ThreadExited): void {
    const executor = this.#current(executorId, generation)
    if (executor === undefined) return
    const known = executor.endingCause ?? cause
    const running = runningAttempt(executor)
    if (running !== undefined) this.#end(executor, running, lossOf(executor, running, known))
    if (executor.phase === 'starting') executor.failedStarts += 1
    if (executor.isReleased) {
      this.#executors.delete(executorId)
    } else if (executor.failedStarts >= FAILED_STARTS_MAX) {
      this.#endAll(executor, { ...known, counts: false })
      this.#executors.delete(executorId)
      this.#do({ type: 'ReportExecutorLost', executorId, cause: known })
    } else {
      this.#restart(executor)
    }
  }

  #restart(executor: ExecutorRecord): void {
    executor.generation += 1
    executor.phase = 'starting'
    executor.endingCause = undefined
    executor.nextSlot = 0
    executor.postedCount = 0
    const { executorId, generation } = executor
    for (const attempt of [...executor.attempts]) {
      attempt.slot = undefined
      const { kill } = attempt
      if (kill) this.#end(executor, attempt, { kind: 'killed', reason: kill.reason })
    }
    this.#do({ type: 'StartThread', executorId, generation })
  }

  #memoryMeasured(event: HostEvent & { type: 'MemoryMeasured' }, nowMs: number): void {
    const largest = tooLarge([...this.#executors.values()], event)
    if (largest !== undefined) this.#terminate(largest, outOfMemory(event), nowMs)
  }

  #timePassed(executor: ExecutorRecord, nowMs: number): void {
    const deadlineMs = this.#deadlineOf(executor)
    if (deadlineMs === undefined || nowMs < deadlineMs) return
    if (executor.phase === 'ready') {
      this.#terminate(executor, undefined, nowMs)
      return
    }
    const { executorId, generation } = executor
    const message = `the thread of executor ${executorId} did not end within ${TERMINATE_MS} ms: native code holds it`
    if (this.#stuckThread === 'abandon') {
      const cause: LossCause = { kind: 'threadExit', message, counts: true }
      this.#threadExited({ type: 'ThreadExited', executorId, generation, cause })
      return
    }
    this.#isReplaced = true
    this.#do({ type: 'ReplaceHost', reason: message })
  }

  #deadlineOf(executor: ExecutorRecord): number | undefined {
    if (executor.phase === 'ending') {
      return this.#isReplaced ? undefined : executor.endingSinceMs + TERMINATE_MS
    }
    const kill = executor.phase === 'ready' ? runningAttempt(executor)?.kill : undefined
    return kill === undefined || kill.isGentle ? undefined : kill.sinceMs + FLAG_MS
  }

  #terminate(executor: ExecutorRecord, cause: LossCause | undefined, nowMs: number): void {
    executor.phase = 'ending'
    executor.endingSinceMs = nowMs
    executor.endingCause = cause
    this.#do({ type: 'TerminateThread', executorId: executor.executorId })
  }

  #postNext(executor: ExecutorRecord): void {
    if (executor.phase !== 'ready') return
    const { executorId, attempts } = executor
    while (executor.postedCount < Math.min(attempts.length, this.#postedMax)) {
      const attempt = attempts[executor.postedCount++] as Attempt
      attempt.slot = executor.nextSlot++
      const { taskId, slot } = attempt
      this.#actions.push({ type: 'PostTask', executorId, taskId, slot })
      if (executor.postedCount === 1) this.#actions.push({ type: 'ReportStarted', taskId })
    }
  }

  #endAll(executor: ExecutorRecord, cause: LossCause): void {
    for (const attempt of [...executor.attempts]) {
      this.#end(executor, attempt, lossOf(executor, attempt, cause))
    }
  }

  #end(executor: ExecutorRecord, attempt: Attempt, end: TaskEnd): void {
    const { taskId } = attempt
    const { attempts, executorId } = executor
    if (attempts[0] === attempt) attempts.shift()
    else attempts.splice(attempts.indexOf(attempt), 1)
    if (attempt.slot !== undefined) executor.postedCount--
    this.#byTask.delete(taskId)
    this.#actions.push({ type: 'ReportEnded', taskId, executorId, end })
    this.#actions.push({ type: 'ForgetTask', taskId })
  }

  #current(executorId: ExecutorId, generation: number): ExecutorRecord | undefined {
    const executor = this.#executors.get(executorId)
    return executor?.generation === generation ? executor : undefined
  }

  #do(...actions: readonly HostAction[]): void {
    this.#actions.push(...actions)
  }
}
