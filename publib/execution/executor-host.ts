import type { Cancellable } from '#publib/env'
import type { DriverToExecutor, ExecutorToDriver } from '#publib/protocol'
import type { TaskDescription } from '#publib/task'
import type { Connection } from '#publib/transport'
import { assert, assertNever, type ExecutorId, type TaskId } from '#publib/util'
import type { ExecutorHostOptions } from './executor-host-options.ts'
import { HostCache } from './host-cache.ts'
import type { HostAction, HostEvent } from './host-events.ts'
import { type HeardByHost, HostExecutors } from './host-executors.ts'
import { HostState } from './host-state.ts'
import { HostTables } from './host-tables.ts'
import { HostTurns } from './host-turns.ts'
import { LaunchedTasks } from './launched-tasks.ts'
import type { TaskEndedMessage } from './run-task.ts'
import { STALL_LOOK_MS, StallWatch, stalledTasks } from './stall-watch.ts'
import { StatusBatch } from './status-batch.ts'

/** Events by which tasks may be ended. */
const ENDERS = ['TasksKilled', 'TimePassed', 'MemoryMeasured', 'DriverGone'] as const
const ENDS_TASKS: ReadonlySet<HostEvent['type']> = new Set(ENDERS)

type DriverConnection = Connection<DriverToExecutor, ExecutorToDriver>

/**
 * Holds the executors of one application on one worker, or in the driver's own process: takes tasks from the driver's
 * connection, has them run, tells how they ended. Decides nothing: HostState does.
 */
export class ExecutorHost {
  readonly #options: ExecutorHostOptions
  readonly #state: HostState
  readonly #tables: HostTables
  readonly #tasks = new LaunchedTasks()
  readonly #cache: HostCache
  readonly #statuses: StatusBatch
  readonly #executors: HostExecutors
  readonly #turns: HostTurns
  #connection: DriverConnection | undefined
  /** What the executor said of the task that the machine is told of. */
  #said: TaskEndedMessage | undefined
  readonly #stalls = new StallWatch()
  readonly #stallTimer: Cancellable
  #timer: Cancellable | undefined
  #isClosed = false
  /** Called when the last executor is gone. */
  readonly #onEmpty: (() => void)[] = []

  constructor(options: ExecutorHostOptions) {
    this.#options = options
    this.#state = new HostState(options.onReplace === undefined ? 'abandon' : 'replaceHost')
    this.#turns = new HostTurns(options.links, () => this.#settle())
    this.#cache = new HostCache(options, () => this.#executors.links, this.#send.bind(this))
    this.#executors = new HostExecutors(options, {
      makeRoom: this.#cache.makeRoom.bind(this.#cache),
      turn: hear => this.#turns.run(hear),
      heard: (executorId, generation, message) => this.#heard(executorId, generation, message),
      exited: (executorId, generation, cause) =>
        this.#handle({ type: 'ThreadExited', executorId, generation, cause }),
    })
    this.#tables = new HostTables(options.files, options.shuffleFolder)
    this.#stallTimer = options.clock.every(STALL_LOOK_MS, () => this.#lookForStalls())
    this.#statuses = new StatusBatch(options.clock, () => this.#state.isHungry)
  }

  get executorIds(): readonly ExecutorId[] {
    return this.#state.executorIds
  }

  /** Those that stand ready. */
  get readyExecutorIds(): readonly ExecutorId[] {
    return this.#state.readyExecutorIds
  }

  /** That have not ended. */
  get attemptCount(): number {
    return this.#state.attemptCount
  }

  addExecutors(executorIds: readonly ExecutorId[]): void {
    this.#handle({ type: 'ExecutorsWanted', executorIds })
  }

  releaseExecutors(executorIds: readonly ExecutorId[], reason: string): void {
    this.#handle({ type: 'ExecutorsReleased', executorIds, reason })
  }

  /** Takes messages of this driver from now on; one that was attached before is told that another took over. */
  attach(connection: DriverConnection): void {
    const before = this.#connection
    this.#connection = connection
    if (before !== undefined) {
      before.onMessage = undefined
      before.close(4409, 'another connection of the driver took over')
    }
    connection.onMessage = (message, payloads) => {
      if (connection === this.#connection) this.#turns.run(() => this.#receive(message, payloads))
    }
    this.#statuses.attach(connection)
  }

  detach(connection: DriverConnection): void {
    if (connection !== this.#connection) return
    this.#connection = undefined
    this.#statuses.attach(undefined)
  }

  /** Nobody waits for what runs. */
  driverGone(reason: string): void {
    this.#handle({ type: 'DriverGone', reason })
  }

  /** Tells the driver how the process does. */
  reportMetrics(metrics: Omit<ExecutorToDriver & { readonly type: 'hostMetrics' }, 'type'>): void {
    this.#send({ type: 'hostMetrics', ...metrics })
  }

  /** Ends the largest task if the process is about to reach its limit. */
  memoryMeasured(residentBytes: number, limitBytes: number): void {
    const heldBytes = new Map(
      [...this.#executors.links].map(([executorId, link]) => [executorId, link.progress.heldBytes]),
    )
    this.#handle({ type: 'MemoryMeasured', residentBytes, limitBytes, heldBytes })
  }

  /** Ends all executors; what they do is lost. Resolves when their threads are gone. */
  async close(): Promise<void> {
    if (!this.#isClosed) {
      this.#isClosed = true
      this.releaseExecutors(this.#state.executorIds, 'the host was stopped')
      this.#stallTimer.cancel()
      this.#executors.close()
      this.#options.blocks.close()
      this.#options.links.setBusy(false)
    }
    await this.#settled()
    if (this.#state.executorIds.length > 0) await new Promise<void>(r => this.#onEmpty.push(r))
  }

  #receive(message: DriverToExecutor, payloads: readonly Uint8Array[]): void {
    this.#options.onDriverMessage?.(message.type)
    switch (message.type) {
      case 'attach': {
        const { hostId } = this.#options
        this.#send({ type: 'attached', hostId, executorIds: this.readyExecutorIds })
        break
      }
      case 'launchTasks':
        this.#tasks.put(message.tasks, payloads)
        this.#handle({
          type: 'TasksLaunched',
          tasks: message.tasks.map(({ task, executorId }) => ({ taskId: task.taskId, executorId })),
        })
        break
      case 'killTasks':
        this.#handle({ ...message, type: 'TasksKilled' })
        break
      case 'unpersist':
        this.#cache.unpersist(message.rddId)
        break
      case 'confirm':
        void this.#settled().then(() => this.#send({ ...message, type: 'confirmed' }))
        break
      case 'renewLease':
      case 'detach':
        // Of interest to who holds the process.
        break
      default:
        this.#tables.take(message, payloads[0], [...this.#executors.links.values()])
    }
  }

  #handle(event: HostEvent): void {
    const { clock, links } = this.#options
    // Whoever is to stop, or did not, must be the one that runs now.
    if (ENDS_TASKS.has(event.type)) this.#executors.hear()
    for (const action of this.#state.handle(event, clock.now())) this.#perform(action)
    // A thread that starts or tasks that run keep the process alive from this moment on.
    if (!this.#isClosed && this.#state.attemptCount > 0) links.setBusy(true)
    this.#turns.changed()
  }

  /** Once for all that happened in a turn: many tasks end in one. */
  #settle(): void {
    const { clock, links } = this.#options
    this.#statuses.settle()
    this.#timer?.cancel()
    this.#timer = undefined
    const { deadlineMs } = this.#state
    if (deadlineMs !== undefined) {
      const call = () => this.#handle({ type: 'TimePassed' })
      this.#timer = clock.after(Math.ceil(deadlineMs - clock.now()), call)
    }
    if (!this.#isClosed) links.setBusy(this.#state.attemptCount > 0)
    if (this.#state.executorIds.length === 0) {
      for (const call of this.#onEmpty.splice(0)) call()
    }
  }

  #perform(action: HostAction): void {
    switch (action.type) {
      case 'StartThread':
        this.#cache.tellAll(this.#executors.start(action.executorId, action.generation))
        break
      case 'PostTask':
        this.#postTask(action)
        break
      case 'RaiseKillFlag':
        this.#executors.link(action.executorId)?.control.raiseKill(action.slot)
        break
      case 'TerminateThread':
        this.#executors.link(action.executorId)?.terminate()
        break
      case 'ForgetTask':
        this.#tasks.delete(action.taskId)
        break
      case 'ReportStarted':
        this.#statuses.started(action.taskId)
        break
      case 'ReportEnded': {
        const { taskId, executorId, end } = action
        const said = this.#said?.taskId === taskId ? this.#said : undefined
        this.#statuses.ended({ taskId, executorId, end }, said)
        break
      }
      case 'ReportExecutorsAdded':
        this.#send({ type: 'executorsAdded', executorIds: action.executorIds })
        this.#options.onExecutorsReady(action.executorIds)
        break
      case 'ReportExecutorLost': {
        const { executorId, cause } = action
        this.#send({ type: 'executorLost', executorId, cause })
        this.#options.onExecutorLost(executorId, cause)
        break
      }
      case 'ReplaceHost':
        this.#options.onReplace?.(action.reason)
        break
      default:
        assertNever(action)
    }
  }

  #postTask({ executorId, taskId, slot }: HostAction & { type: 'PostTask' }): void {
    const link = this.#executors.link(executorId)
    const launched = this.#tasks.get(taskId)
    assert(link !== undefined && launched !== undefined, `task ${taskId} cannot be posted`)
    this.#tables.tell(launched.task.stageId, link)
    link.post({ type: 'runTask', ...launched, slot })
  }

  #heard(executorId: ExecutorId, generation: number, message: HeardByHost): void {
    switch (message.type) {
      case 'ready':
        this.#handle({ type: 'ThreadReady', executorId, generation })
        break
      case 'taskEnded': {
        const { taskId, end } = message
        this.#cache.touch(message.cacheReads)
        this.#said = message
        this.#handle({ type: 'TaskEnded', executorId, generation, taskId, end })
        this.#said = undefined
        break
      }
      case 'store':
      case 'storeOnDisk':
      case 'lostOnDisk':
        this.#cache.take(executorId, message)
        break
      case 'output':
        this.#options.onOutput(message, this.#taskOf(message.taskId))
        break
      case 'uncaught': // Its thread ends, and names it as the cause.
        break
      default:
        assertNever(message)
    }
  }

  /** Resolves when no file is being deleted. */
  async #settled(): Promise<void> {
    await Promise.all([this.#tables.settled(), this.#cache.settled()])
  }

  #lookForStalls(): void {
    const stalled = this.#stalls.look(this.#executors.links, this.#options.clock.now())
    const tasks = stalledTasks(stalled, this.#tasks)
    if (tasks.length > 0) this.#send({ type: 'tasksStalled', tasks })
  }

  #taskOf(taskId: TaskId | undefined): TaskDescription | undefined {
    return taskId === undefined ? undefined : this.#tasks.get(taskId)?.task
  }

  /** What has ended before is told before. */
  #send(message: ExecutorToDriver): void {
    this.#statuses.flush()
    this.#connection?.send(message)
  }
}
