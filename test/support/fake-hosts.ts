import type { ChildProcess, Clock, ForkOptions, Listener, Network, Processes } from '#publib/env'
import {
  type DriverToExecutor,
  type ExecutorToDriver,
  fromDriverToExecutor,
  HOST_PATHS,
  type HostToWorker,
  type StartHost,
  type WorkerToHost,
} from '#publib/protocol'
import { type Connection, connectionOver } from '#publib/transport'
import type { ExecutorId } from '#publib/util'

/** What a fake host does: an honest one speaks every protocol of a host and runs no task. */
export class FakeHost implements ChildProcess {
  readonly pid: number
  readonly options: ForkOptions
  onMessage: ((message: unknown) => void) | undefined
  onExit: ((code: number | null, signal: string | null) => void) | undefined
  readonly heard: WorkerToHost[] = []
  readonly executors = new Set<ExecutorId>()
  readonly signals: string[] = []
  /** An ignorant host stays whatever it is told, until SIGKILL. */
  isDeaf = false
  leasesSeen = 0
  hasDetached = false
  start: StartHost | undefined
  #listener: Listener | undefined
  #driver: Connection<DriverToExecutor, ExecutorToDriver> | undefined
  #hasExited = false
  readonly #network: Network
  readonly #clock: Clock

  constructor(pid: number, options: ForkOptions, network: Network, clock: Clock) {
    this.pid = pid
    this.options = options
    this.#network = network
    this.#clock = clock
  }

  get isAlive(): boolean {
    return !this.#hasExited
  }

  send(message: unknown): void {
    const told = message as WorkerToHost
    this.heard.push(told)
    if (this.isDeaf) return
    if (told.type === 'startHost') void this.#begin(told)
    else if (told.type === 'addExecutors') this.#add(told.executorIds)
    else if (told.type === 'stopHost') this.exit(0, null)
    else for (const id of told.executorIds) this.#remove(id)
  }

  kill(signal: 'SIGTERM' | 'SIGKILL'): void {
    this.signals.push(signal)
    if (signal === 'SIGKILL' || !this.isDeaf) this.exit(null, signal)
  }

  /** Its worker hears it, as from code of users too. */
  say(message: HostToWorker | unknown): void {
    this.onMessage?.(message)
  }

  /** Dies, of itself or by a signal. */
  exit(code: number | null, signal: string | null): void {
    if (this.#hasExited) return
    this.#hasExited = true
    this.#driver?.terminate()
    void this.#listener?.close()
    this.onExit?.(code, signal)
  }

  /** Its driver's connection breaks; it lives on. */
  breakConnection(): void {
    this.#driver?.terminate()
    this.#driver = undefined
  }

  async #begin(start: StartHost): Promise<void> {
    this.start = start
    this.#listener = await this.#network.listen({
      ...{ host: start.listenHost, port: 0, messageBytesMax: 1 << 20 },
      authorize: ({ headers }) =>
        headers.get('authorization')?.[0] === `Bearer ${start.ticket}`
          ? { kind: 'allow', role: 'driver' }
          : { kind: 'refuse', status: 401, code: 'not_authenticated', message: 'no' },
      onSocket: (socket, _role, { path }) => {
        const link = connectionOver<DriverToExecutor, ExecutorToDriver>(
          socket,
          fromDriverToExecutor,
          this.#clock,
        )
        if (path === HOST_PATHS.lease) this.#serveLease(link)
        else this.#serveDriver(link)
      },
    })
    for (const id of start.executorIds) this.executors.add(id)
    const { port } = this.#listener.address
    this.say({ type: 'hostListening', port, executorIds: start.executorIds })
  }

  #serveDriver(link: Connection<DriverToExecutor, ExecutorToDriver>): void {
    link.onMessage = message => {
      if (message.type === 'attach') {
        this.#driver = link
        link.send({ type: 'attached', hostId: message.hostId, executorIds: [...this.executors] })
      } else if (message.type === 'detach') this.hasDetached = true
    }
  }

  #serveLease(link: Connection<DriverToExecutor, ExecutorToDriver>): void {
    link.onMessage = message => {
      if (message.type !== 'renewLease') return
      this.leasesSeen += 1
      link.send({ type: 'leaseSeen', sequence: message.sequence })
    }
  }

  #add(executorIds: readonly ExecutorId[]): void {
    for (const id of executorIds) this.executors.add(id)
    this.say({ type: 'executorsReady', executorIds })
  }

  #remove(executorId: ExecutorId): void {
    this.executors.delete(executorId)
    this.say({ type: 'executorEnded', executorId, cause: 'released', message: 'was told to end' })
  }
}

/** Processes of one machine that are all fake hosts. */
export class FakeProcesses implements Processes {
  readonly hosts: FakeHost[] = []
  readonly #network: Network
  readonly #clock: Clock
  /** Hosts to come are deaf. */
  areDeaf = false

  constructor(network: Network, clock: Clock) {
    this.#network = network
    this.#clock = clock
  }

  get alive(): readonly FakeHost[] {
    return this.hosts.filter(({ isAlive }) => isAlive)
  }

  fork(options: ForkOptions): FakeHost {
    const host = new FakeHost(1000 + this.hosts.length, options, this.#network, this.#clock)
    host.isDeaf = this.areDeaf
    this.hosts.push(host)
    return host
  }
}
