import { roleToken } from '#publib/security'
import { LeaseKeeper } from '../../driver/backend/lease-keeper.ts'
import { StandaloneBackend } from '../../driver/backend/standalone.ts'
import type { Engine } from '../../driver/engine.ts'
import { internals } from '../../driver/internals.ts'
import type { JobRequest, JobRunner } from '../../driver/scheduler/job.ts'
import type { Scheduler } from '../../driver/scheduler/shell.ts'
import type { SparkContext } from '../../driver/spark-context.ts'
import { startEngine } from '../../driver/start-engine.ts'
import { hostSettings } from '../support/host-settings.ts'
import type { Quirks } from './quirks.ts'
import { simPlan } from './reference.ts'
import { BACKOFF, CONNECT_MS, LEASE_MS, MASTER, SECRETS, type SimCluster } from './sim-cluster.ts'
import { simLogger } from './sim-logger.ts'
import type { Watch } from './watch.ts'
import type { SimMachine, SimProcess } from './world.ts'

/** A driver: the production context, scheduler and backend in a process of its own, its leases beside it. */
export class SimDriver {
  readonly machine: SimMachine
  readonly process: SimProcess
  /** Stands for the thread without user code: it is not paused when the driver computes for long. */
  readonly leases: SimProcess
  context: SparkContext | undefined
  #engine: Engine | undefined
  readonly #cluster: SimCluster
  readonly #watch: Watch
  readonly #quirks: Quirks

  constructor(cluster: SimCluster, watch: Watch, quirks: Quirks) {
    const { world } = cluster
    this.#quirks = quirks
    this.#cluster = cluster
    this.#watch = watch
    this.machine = world.machine('127.0.3.1')
    this.process = world.process(this.machine, 'driver')
    this.leases = world.process(this.machine, 'driver leases')
  }

  get scheduler(): Scheduler | undefined {
    return this.#engine?.runner as Scheduler | undefined
  }

  async connect(): Promise<SparkContext> {
    const { world } = this.#cluster
    const { clock, files, network, random } = this.#cluster.envOf(this.process)
    // A copy of what is slow covers up much that goes wrong with what is lost: mostly there is none.
    const plan = simPlan(world.seed % 3 === 0)
    const log = simLogger(this.#cluster.world, 'driver')
    const backend = new StandaloneBackend(
      { clock, network, random },
      {
        ...{ masters: [MASTER], token: roleToken(SECRETS.current, 'driver'), ca: undefined },
        ...{ name: 'simulated', user: 'simulator', version: '0.1.0' },
        ...{ executorsWanted: 16, executorsMax: undefined, executorsMin: 1 },
        ...{ executorsPerWorkerMax: undefined, executorMemoryMiB: 256 },
        ...{ connectMs: CONNECT_MS, backoff: BACKOFF },
        hostSettings: { ...hostSettings, leaseMs: LEASE_MS, messageBytesMax: 64 * 2 ** 20 },
        startLeases: options => {
          const keeper = new LeaseKeeper(this.#cluster.envOf(this.leases), options)
          return {
            handle: command => this.leases.enter(() => keeper.handle(command)),
            close: async () => keeper.close(),
          }
        },
      },
    )
    this.#quirks.backend?.(backend)
    const engine = await startEngine(plan, { backend, clock, files, log, failuresMax: 4 })
    this.#engine = engine
    const watched = engineWith(engine, new WatchedRunner(engine.runner, this.#watch))
    this.context = internals.newContext(plan, watched)
    return this.context
  }

  /** With its thread. */
  kill(): void {
    this.process.end(null, 'SIGKILL')
    this.leases.end(null, 'SIGKILL')
  }

  /** The simulation is over, however it ended: nothing of it stays in the process that simulates. */
  async discard(): Promise<void> {
    void this.context?.stop().catch(() => undefined)
  }
}

function engineWith(engine: Engine, runner: JobRunner): Engine {
  return {
    runner,
    application: engine.application,
    files: engine.files,
    addedFiles: engine.addedFiles,
    clock: engine.clock,
    startTime: engine.startTime,
    statusTracker: engine.statusTracker,
    status: engine.status,
    pools: engine.pools,
    allocator: engine.allocator,
    addAccumulator: accumulator => engine.addAccumulator(accumulator),
    addBroadcast: broadcast => engine.addBroadcast(broadcast),
    dropBroadcast: id => engine.dropBroadcast(id),
    cachedBytes: () => engine.cachedBytes(),
    unpersist: id => engine.unpersist(id),
    // When the collector finds a shuffle that nobody can ask for any more is a chance that no seed decides.
    dropShuffles: async () => undefined,
    addListener: listener => engine.addListener(listener),
    removeListener: listener => engine.removeListener(listener),
    isInListener: false,
    stop: exitCode => engine.stop(exitCode),
  }
}

/** Sees to it that every result is delivered once. */
class WatchedRunner implements JobRunner {
  readonly #runner: JobRunner
  readonly #watch: Watch

  constructor(runner: JobRunner, watch: Watch) {
    this.#runner = runner
    this.#watch = watch
  }

  runJob<T, R>(request: JobRequest<T, R>): Promise<void> {
    const delivered = new Set<number>()
    this.#watch.jobCount++
    return this.#runner.runJob<T, R>({
      ...request,
      onResult: (index, result) => {
        const text = `result ${index} of ${request.operation}`
        if (delivered.has(index)) this.#watch.breach(`${text} was delivered twice`)
        if (request.partitions[index] === undefined) this.#watch.breach(`${text} was not asked for`)
        delivered.add(index)
        request.onResult(index, result)
      },
    })
  }

  cancelJobs: JobRunner['cancelJobs'] = (which, reason) => this.#runner.cancelJobs(which, reason)
  killTaskAttempt: JobRunner['killTaskAttempt'] = (...told) => this.#runner.killTaskAttempt(...told)
}
