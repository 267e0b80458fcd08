import { availableParallelism, tmpdir } from 'node:os'
import type { Cancellable, Env } from '#publib/env'
import {
  connectionPair,
  ExecutorHost,
  type ExecutorLinks,
  type LiveStages,
  outputOfTask,
  ThreadLinks,
  threadUsage,
  type UserOutputPiece,
} from '#publib/execution'
import { MemoryBudget, memoryShares } from '#publib/memory'
import type { DriverToExecutor, ExecutorToDriver } from '#publib/protocol'
import { CacheBudget, noOtherWorkers } from '#publib/storage'
import type { TaskDescription } from '#publib/task'
import { type ApplicationId, type ExecutorId, executorId, hostId, workerId } from '#publib/util'
import { newApplicationId } from './application-id.ts'
import type { Application, Backend, BackendEvents } from './backend.ts'
import { type MemoryReading, watchMemory } from './memory-watch.ts'
import { claimFolder, sweepFolders } from './temp-folder.ts'

export interface LocalBackendOptions {
  readonly env: Pick<Env, 'clock' | 'random' | 'files' | 'threads'>
  /** `local`: tasks in the driver's own thread, with the user's own function objects. `local[n]`: n threads; undefined: one for each core. */
  readonly executors: 'inline' | { readonly threads: number | undefined }
  /** `simspark.local.dir`: the first is used. Default: the system's folder for temporary files. */
  readonly localFolders?: readonly string[] | undefined
  /** `simspark.executor.memory`, in bytes. */
  readonly executorMemoryBytes: number
  /** `simspark.memory.fraction`, and `storageFraction` of it for cached partitions. */
  readonly memoryFraction: number
  readonly storageFraction: number
  /** What the process holds; default: as the system says. */
  readonly readMemory?: () => MemoryReading
  /** What user functions print in threads; default: the terminal, with the task's name in front. */
  readonly onOutput?: (output: UserOutputPiece, task: TaskDescription | undefined) => void
}

const MIB = 2 ** 20

/**
 * Executors in the driver's own process: the same host, the same messages, no daemon and no network. An idle one does not
 * keep the program alive. Its temporary folder goes with it, also where the program ends without a word.
 */
export class LocalBackend implements Backend {
  readonly applicationId: ApplicationId
  /** Where the stages of `local` are put instead of being encoded; undefined for threads. */
  readonly liveStages: LiveStages | undefined
  readonly #options: LocalBackendOptions
  readonly #parent: string
  readonly #folder: string
  readonly executorIds: readonly ExecutorId[]
  readonly #removeFolder = () => this.#options.env.files.sync.remove(this.#folder)
  #host: ExecutorHost | undefined
  #memoryWatch: Cancellable | undefined
  #sweeping: Promise<void> | undefined
  #stopping: Promise<void> | undefined

  constructor(options: LocalBackendOptions) {
    const { env, executors, localFolders } = options
    this.#options = options
    this.liveStages = executors === 'inline' ? new Map() : undefined
    this.applicationId = newApplicationId(env)
    this.#parent = localFolders?.[0] ?? tmpdir()
    this.#folder = `${this.#parent}/simspark-${this.applicationId}`
    const count = executors === 'inline' ? 1 : (executors.threads ?? availableParallelism())
    this.executorIds = Array.from({ length: count }, (_, i) => executorId(`driver/${i}`))
  }

  async start(events: BackendEvents): Promise<Application> {
    const { files } = this.#options.env
    const host = this.#startHost(await this.#links())
    this.#host = host
    // First of all: while threads start, everything else goes on.
    host.addExecutors(this.executorIds)
    for (const name of ['shuffle', 'spill']) files.sync.makeFolder(`${this.#folder}/${name}`)
    process.on('exit', this.#removeFolder)
    claimFolder(files, this.#folder)
    this.#sweeping = sweepFolders(files, this.#parent)
    if (this.liveStages === undefined) this.#memoryWatch = this.#watchMemory(host)
    const [driverEnd, hostEnd] = connectionPair<ExecutorToDriver, DriverToExecutor>()
    host.attach(hostEnd)
    // Tasks may come at once: those for a thread that is still starting wait for it.
    const handle = { hostId: HOST, workerId: WORKER, host: 'localhost', connection: driverEnd }
    events.hostAdded(handle, this.executorIds)
    const executorsMax = this.executorIds.length
    const { applicationId: id } = this
    return { applicationId: id, defaultParallelism: executorsMax, executorsMax, isFixed: true }
  }

  /** There are as many as there will ever be. */
  requestExecutors(): void {}

  /** Idle threads cost little; they stay. */
  releaseExecutors(): void {}

  stop(): Promise<void> {
    this.#stopping ??= this.#stop()
    return this.#stopping
  }

  async #stop(): Promise<void> {
    this.#memoryWatch?.cancel()
    await this.#host?.close()
    process.off('exit', this.#removeFolder)
    await this.#options.env.files.remove(this.#folder)
    await this.#sweeping
  }

  #startHost(links: ExecutorLinks): ExecutorHost {
    const { env, executorMemoryBytes } = this.#options
    const cacheBytes = this.executorIds.length * executorMemoryBytes * this.#shares.cache
    return new ExecutorHost({
      hostId: HOST,
      clock: env.clock,
      links,
      blocks: noOtherWorkers,
      ...{ files: env.files, shuffleFolder: `${this.#folder}/shuffle` },
      cacheBudget: new CacheBudget(cacheBytes),
      onOutput: this.#options.onOutput ?? writeOutput,
      onExecutorsReady: () => undefined,
      onExecutorLost: () => undefined,
    })
  }

  #watchMemory(host: ExecutorHost): Cancellable {
    const { env, executorMemoryBytes, readMemory } = this.#options
    const executorsBytes = this.executorIds.length * executorMemoryBytes
    return watchMemory(env.clock, host, executorsBytes, readMemory)
  }

  get #shares(): ReturnType<typeof memoryShares> {
    return memoryShares(this.#options.memoryFraction, this.#options.storageFraction)
  }

  async #links(): Promise<ExecutorLinks> {
    const { env, executorMemoryBytes } = this.#options
    const memoryFraction = this.#shares.operators
    const folders = {
      shuffleFolder: `${this.#folder}/shuffle`,
      spillFolder: `${this.#folder}/spill`,
    }
    const location = { workerId: WORKER, host: 'localhost', port: 0 }
    if (this.liveStages === undefined) {
      const heapMiB = Math.floor(executorMemoryBytes / MIB)
      const memoryBytes = executorMemoryBytes
      const { threads, files } = env
      return new ThreadLinks({
        threads,
        files,
        ...folders,
        location,
        heapMiB,
        memoryBytes,
        memoryFraction,
      })
    }
    const { InlineLinks } = await import('#publib/execution/inline')
    return new InlineLinks({
      ...{ clock: env.clock, random: env.random, files: env.files.sync },
      ...folders,
      location,
      memory: new MemoryBudget({ limitBytes: executorMemoryBytes, fraction: memoryFraction }),
      liveStages: this.liveStages,
      usage: threadUsage,
      turn: () => new Promise(resolve => setImmediate(resolve)),
    })
  }
}

const WORKER = workerId('driver')
const HOST = hostId('driver')

function writeOutput(output: UserOutputPiece, task: TaskDescription | undefined): void {
  process[output.stream].write(outputOfTask(output, task))
}
