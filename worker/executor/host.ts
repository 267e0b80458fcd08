import type { Cancellable, Env, GateRequest, Listener, Socket } from '#publib/env'
import {
  ExecutorHost,
  type ExecutorLinks,
  outputOfTask,
  ThreadLinks,
  type ThreadLinksOptions,
} from '#publib/execution/host'
import { memoryShares, processMemoryLimit } from '#publib/memory'
import {
  type DriverToExecutor,
  type ExecutorToDriver,
  fromDriverToExecutor,
  HOST_PATHS,
  type HostToWorker,
  type StartHost,
  type WorkerToHost,
} from '#publib/protocol'
import { openPort } from '#publib/security'
import { CacheBudget } from '#publib/storage'
import { connectionOver, packageVersion } from '#publib/transport'
import type { ExecutorId } from '#publib/util'
import { BlockFetcher } from './block-fetcher.ts'
import { DriverDoor } from './driver-door.ts'
import { Lease } from './lease.ts'

/** What the host asks of its process. */
export interface HostProcessWorld {
  tell(message: HostToWorker): void
  write(stream: 'stdout' | 'stderr', text: string): void
  residentBytes(): number
  heapBytes(): number
  cpuMs(): number
  /** Ends the process at once, whatever holds it. */
  die(): void
  exit(): void
  /** Executors without threads, for the simulator; threads unless given. */
  readonly linksFor?: (options: ThreadLinksOptions) => ExecutorLinks
}

/** Why a host ends. */
export interface HostEnd {
  readonly cause: string
  readonly message: string
}

const MIB = 2 ** 20
const MEMORY_LOOK_MS = 100
const METRICS_MS = 2_000
const SWEEP_MS = 250
const LATENESS_MS = 250
/** A threads' end is waited for so long. */
const CLOSE_MS = 2_000

/** The process of one application on one worker: its executors, a port for its driver, a watch on its memory and its lease. */
export class HostOfApplication {
  readonly #env: Env
  readonly #start: StartHost
  readonly #world: HostProcessWorld
  readonly #host: ExecutorHost
  readonly #cacheBudget = new CacheBudget(0)
  readonly #lease: Lease
  readonly #door: DriverDoor
  readonly #timers: Cancellable[] = []
  readonly #executorIds = new Set<ExecutorId>()
  #listener: Listener | undefined
  #sweptMs: number
  #loopLagMs = 0
  #isEnding = false

  private constructor(env: Env, start: StartHost, world: HostProcessWorld) {
    this.#env = env
    this.#start = start
    this.#world = world
    const { clock } = env
    this.#sweptMs = clock.now()
    this.#lease = new Lease(start.hostSettings.leaseMs, clock.now())
    this.#host = this.#newHost()
    this.#door = new DriverDoor({
      applicationId: start.applicationId,
      version: packageVersion(),
      clock,
      host: this.#host,
      lease: this.#lease,
    })
  }

  /** Resolves when its port answers; executors follow as they stand ready. */
  static async start(
    env: Env,
    start: StartHost,
    world: HostProcessWorld,
  ): Promise<HostOfApplication> {
    const host = new HostOfApplication(env, start, world)
    host.#add(start.executorIds)
    await host.#listen()
    host.#watch()
    return host
  }

  workerSpoke(message: Exclude<WorkerToHost, StartHost>): void {
    switch (message.type) {
      case 'addExecutors':
        this.#add(message.executorIds)
        break
      case 'removeExecutors':
        this.#host.releaseExecutors(message.executorIds, message.reason)
        break
      case 'stopHost':
        void this.end({ cause: 'stopped', message: message.reason })
        break
    }
  }

  /** Says why, ends what runs, and then the process. */
  async end({ cause, message }: HostEnd): Promise<void> {
    if (this.#isEnding) return
    this.#isEnding = true
    this.#world.tell({ type: 'hostEnding', cause, message })
    for (const timer of this.#timers) timer.cancel()
    this.#env.clock.after(CLOSE_MS, () => this.#world.die(), { keepAlive: true })
    await this.#listener?.close()
    await this.#host.close()
    this.#world.exit()
  }

  #newHost(): ExecutorHost {
    const { hostId, workerId, applicationId, ticket, tls } = this.#start
    const { folder, advertisedHost, blockPort, executorMemoryMiB, hostSettings } = this.#start
    const location = { workerId, host: advertisedHost, port: blockPort }
    const threads: ThreadLinksOptions = {
      ...{ threads: this.#env.threads, files: this.#env.files, location },
      heapMiB: executorMemoryMiB,
      ...{ shuffleFolder: `${folder}/shuffle`, spillFolder: `${folder}/spill` },
      ...{ memoryBytes: executorMemoryMiB * MIB, memoryFraction: this.#shares.operators },
    }
    return new ExecutorHost({
      ...{ hostId, clock: this.#env.clock, cacheBudget: this.#cacheBudget },
      ...{ files: this.#env.files, shuffleFolder: threads.shuffleFolder },
      links: this.#world.linksFor?.(threads) ?? new ThreadLinks(threads),
      blocks: new BlockFetcher(this.#env, {
        ...{ applicationId, ticket, ca: tls?.ca },
        bytesInFlightMax: hostSettings.fetchBytesInFlightMax,
        retriesMax: hostSettings.fetchRetriesMax,
      }),
      onOutput: (output, task) => this.#world.write(output.stream, outputOfTask(output, task)),
      onExecutorsReady: executorIds => this.#world.tell({ type: 'executorsReady', executorIds }),
      onExecutorLost: (executorId, { kind, message }) => {
        this.#executorIds.delete(executorId)
        this.#setCacheLimit()
        // A host that ends has said so for all of them.
        if (this.#isEnding) return
        this.#world.tell({ type: 'executorEnded', executorId, cause: kind, message })
      },
      onReplace: reason => {
        this.#world.tell({ type: 'hostEnding', cause: 'threadExit', message: reason })
        this.#world.die()
      },
      onDriverMessage: type => {
        this.#lease.renewed(this.#env.clock.now())
        if (type === 'detach') void this.end({ cause: 'stopped', message: 'its driver has ended' })
      },
    })
  }

  #add(executorIds: readonly ExecutorId[]): void {
    for (const executorId of executorIds) this.#executorIds.add(executorId)
    this.#setCacheLimit()
    this.#host.addExecutors(executorIds)
  }

  #setCacheLimit(): void {
    this.#cacheBudget.limitBytes = this.#executorsMiB() * MIB * this.#shares.cache
  }

  get #shares(): ReturnType<typeof memoryShares> {
    const { memoryFraction, storageFraction } = this.#start.hostSettings
    return memoryShares(memoryFraction, storageFraction)
  }

  #executorsMiB(): number {
    return this.#executorIds.size * this.#start.executorMemoryMiB
  }

  async #listen(): Promise<void> {
    const { listenHost, advertisedHost, ticket, tls, hostSettings } = this.#start
    this.#listener = await openPort(this.#env.network, {
      ...{ host: listenHost, port: 0, messageBytesMax: hostSettings.messageBytesMax },
      exposure: {
        ...{ allowedHosts: [advertisedHost], allowedOrigins: [], hasSecret: true, tls },
        // Its worker listens on the same address, and was asked this already.
        plaintextNetworkIsTrusted: true,
      },
      nowMs: () => this.#env.clock.now(),
      credentials: () => [{ role: 'application', token: ticket }],
      rolesAt: path => (isDoor(path) ? ['application'] : undefined),
      onSocket: (socket, _role, request) => this.#welcome(socket, request),
    })
    const { port } = this.#listener.address
    this.#world.tell({ type: 'hostListening', port, executorIds: this.#host.readyExecutorIds })
  }

  #welcome(socket: Socket, { path }: GateRequest): void {
    const isLease = path === HOST_PATHS.lease
    const connection = connectionOver<DriverToExecutor, ExecutorToDriver>(
      socket,
      fromDriverToExecutor,
      this.#env.clock,
      // A driver that computes says nothing: only its lease counts.
      isLease ? {} : { silenceMsMax: Number.POSITIVE_INFINITY },
    )
    if (isLease) this.#door.takeLease(connection)
    else this.#door.takeDriver(connection)
  }

  #watch(): void {
    const { clock } = this.#env
    this.#timers.push(
      clock.every(MEMORY_LOOK_MS, () => this.#lookAtMemory()),
      clock.every(METRICS_MS, () => this.#reportMetrics()),
      clock.every(SWEEP_MS, () => this.#sweep()),
    )
  }

  #lookAtMemory(): void {
    const limitBytes = processMemoryLimit(this.#executorsMiB() * MIB)
    this.#host.memoryMeasured(this.#world.residentBytes(), limitBytes)
  }

  #reportMetrics(): void {
    const { residentBytes, heapBytes, cpuMs } = this.#world
    this.#host.reportMetrics({
      ...{ residentBytes: residentBytes(), heapBytes: heapBytes(), cpuMs: cpuMs() },
      loopLagMs: this.#loopLagMs,
    })
    this.#loopLagMs = 0
  }

  #sweep(): void {
    const nowMs = this.#env.clock.now()
    const lateMs = nowMs - this.#sweptMs - SWEEP_MS
    this.#sweptMs = nowMs
    this.#loopLagMs = Math.max(this.#loopLagMs, lateMs)
    if (lateMs > LATENESS_MS) this.#lease.forgive(lateMs)
    const end = this.#lease.ended(nowMs)
    if (end !== undefined) void this.end(end)
  }
}

function isDoor(path: string): boolean {
  return path === HOST_PATHS.driver || path === HOST_PATHS.lease
}
