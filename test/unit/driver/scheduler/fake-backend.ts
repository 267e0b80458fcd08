import type { DriverToExecutor, ExecutorToDriver, LaunchedTask } from '#publib/protocol'
import type { TaskEnd } from '#publib/task'
import { emptyMetrics } from '#publib/task'
import type { Connection } from '#publib/transport'
import { applicationId, executorId, hostId, workerId } from '#publib/util'
import type {
  Application,
  Backend,
  BackendEvents,
  ExecutorHostHandle,
} from '../../../../driver/backend/backend.ts'

interface Sent {
  readonly message: DriverToExecutor
  readonly payloads: readonly Uint8Array[]
}

/** A host that notes what it is told, and says what a test wants it to say. */
export class FakeHost implements ExecutorHostHandle {
  readonly hostId
  readonly workerId
  readonly host: string
  readonly sent: Sent[] = []
  readonly connection: Connection<ExecutorToDriver, DriverToExecutor> & { bufferedBytes: number }

  constructor(worker: string) {
    this.hostId = hostId(`host-${worker}`)
    this.workerId = workerId(worker)
    this.host = `${worker}.local`
    this.connection = {
      remote: { host: this.host, port: 1 },
      bufferedBytes: 0,
      isOpen: true,
      send: (message, payloads = []) => {
        this.sent.push({ message, payloads })
      },
      onMessage: undefined,
      onClose: undefined,
      onDrain: undefined,
      close: () => undefined,
      terminate: () => undefined,
    }
  }

  get types(): readonly string[] {
    return this.sent.map(({ message }) => message.type)
  }

  get launched(): readonly LaunchedTask[] {
    return this.sent.flatMap(({ message }) => (message.type === 'launchTasks' ? message.tasks : []))
  }

  of<T extends DriverToExecutor['type']>(
    type: T,
  ): readonly Extract<DriverToExecutor, { type: T }>[] {
    return this.sent.flatMap(({ message }) =>
      message.type === type ? [message as Extract<DriverToExecutor, { type: T }>] : [],
    )
  }

  tell(message: ExecutorToDriver, payloads: readonly Uint8Array[] = []): void {
    this.connection.onMessage?.(message, payloads)
  }

  end(
    task: LaunchedTask,
    end: TaskEnd,
    payloads: readonly Uint8Array[] = [],
    accumulators: readonly { accumulatorId: number; payload: number }[] = [],
  ): void {
    const { executorId: at } = task
    const metrics = emptyMetrics()
    const ended = [{ taskId: task.task.taskId, executorId: at, end, metrics, accumulators }]
    this.tell({ type: 'taskStatuses', started: [task.task.taskId], ended }, payloads)
  }

  /** A result task gives this one byte. */
  giveValue(task: LaunchedTask, value: number): void {
    const result = { kind: 'value', payload: 0, bytes: 1 } as const
    this.end(task, { kind: 'success', result }, [new Uint8Array([value])])
  }

  giveMapStatus(
    task: LaunchedTask,
    accumulators: readonly { accumulatorId: number; payload: number }[] = [],
  ): void {
    const { partition: mapPartition, taskId } = task.task
    const location = { workerId: this.workerId, host: this.host, port: 7079 }
    const status = { mapPartition, taskId, location, sizes: [1], records: 1, contentHash: 'a' }
    const end = { kind: 'success', result: { kind: 'mapStatus', status } } as const
    this.end(task, end, [new Uint8Array([1])], accumulators)
  }
}

export class FakeBackend implements Backend {
  readonly requested: number[] = []
  readonly released: string[] = []
  stopCount = 0
  readonly #executorsMax: number | undefined
  #events: BackendEvents | undefined

  constructor(executorsMax?: number) {
    this.#executorsMax = executorsMax
  }

  get events(): BackendEvents {
    return this.#events!
  }

  async start(events: BackendEvents): Promise<Application> {
    this.#events = events
    const executorsMax = this.#executorsMax
    return { applicationId: applicationId('app-1'), defaultParallelism: 2, executorsMax }
  }

  addHost(worker: string, executorCount: number): FakeHost {
    const host = new FakeHost(worker)
    this.events.hostAdded(
      host,
      Array.from({ length: executorCount }, (_, n) => executorId(`${worker}/${n}`)),
    )
    return host
  }

  requestExecutors(total: number): void {
    this.requested.push(total)
  }

  releaseExecutors(executorIds: readonly string[]): void {
    this.released.push(...executorIds)
  }

  async stop(): Promise<void> {
    this.stopCount++
  }
}
