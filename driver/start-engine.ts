import type { Resolved } from '#config'
import type { Cancellable, Clock, Files } from '#publib/env'
import { type Broadcast, type MergingAccumulator, notingBroadcasts } from '#publib/execution'
import { collectPartitionData, encodeStage, type Lineage } from '#publib/lineage'
import type { Logger } from '#publib/log'
import { decodeValue } from '#publib/serialization'
import { type SparkListener, StatusStore } from '#publib/status'
import { type BroadcastId, type RddId, rddId, type ShuffleId } from '#publib/util'
import { AddedFiles } from './added-files.ts'
import type { Application, Backend } from './backend/backend.ts'
import { JobReports } from './backend/job-reports.ts'
import type { ContextPlan } from './context-options.ts'
import type { Engine } from './engine.ts'
import { ConsoleProgress } from './listener/console-progress.ts'
import { ListenerBus } from './listener/listener-bus.ts'
import { StatusTracker } from './listener/status-tracker.ts'
import type { MasterUrl } from './master-url.ts'
import { SCHEDULER_LIMITS } from './scheduler/core.ts'
import type { JobRunner } from './scheduler/job.ts'
import type { PoolInfo } from './scheduler/pools.ts'
import { Scheduler } from './scheduler/shell.ts'
import type { SchedulerDependencies, SchedulerOptions } from './scheduler/shell-dependencies.ts'

/** What an engine is built on. */
export interface EngineParts {
  readonly backend: Backend
  readonly clock: Clock
  readonly files: Files
  readonly log: Logger
  /** In place of the stage's encoding, where tasks run in the driver's own thread. */
  readonly encodeStage?: SchedulerDependencies['encodeStage'] | undefined
  /** Attempts of a task. */
  readonly failuresMax: number
}

/** Connects, registers and gets ready to run jobs. Leaves nothing behind where that fails. */
export async function startEngine(plan: ContextPlan, parts: EngineParts): Promise<Engine> {
  const engine = new SchedulerEngine(plan, parts)
  try {
    await engine.start(plan.signal)
    return engine
  } catch (error) {
    await parts.backend.stop(undefined)
    throw error
  }
}

/** How often a master is told of jobs. */
const JOB_REPORT_MS = 1000

class SchedulerEngine implements Engine {
  readonly files: Files
  readonly addedFiles: AddedFiles
  readonly clock: Clock
  readonly startTime: number
  readonly statusTracker: StatusTracker
  readonly cachedBytes: Engine['cachedBytes']
  readonly status = new StatusStore()
  readonly #scheduler: Scheduler
  readonly #bus: ListenerBus
  readonly #broadcasts = new Map<BroadcastId, Broadcast<unknown>>()
  readonly #accumulators = new Map<number, MergingAccumulator>()
  readonly #showProgress: () => Promise<void>
  #progress: ConsoleProgress | undefined
  #application: Application | undefined
  readonly #wallTime: () => number
  readonly #reportJobs: () => Cancellable | undefined
  #reports: Cancellable | undefined

  constructor(plan: ContextPlan, parts: EngineParts) {
    const { backend, clock, log, files } = parts
    const { status } = this
    this.#wallTime = () => clock.wallTime()
    this.#reportJobs = () => {
      if (backend.reportJobs === undefined) return undefined
      const reports = new JobReports(status)
      const report = (): void => backend.reportJobs?.(reports.changed())
      const timer = clock.every(JOB_REPORT_MS, report)
      const cancel = (): void => {
        timer.cancel()
        // What the jobs of the last second came to.
        report()
      }
      return { cancel }
    }
    this.#showProgress = async () => {
      if (!plan.settings.get('simspark.ui.showConsoleProgress') || !process.stderr.isTTY) return
      // Loaded only where there is a terminal.
      const { progressBar } = await import('#publib/cli')
      const updatePeriodMs = plan.settings.get('simspark.ui.consoleProgress.update.interval')
      this.#progress = new ConsoleProgress({ status, clock, bar: progressBar(), updatePeriodMs })
    }
    this.files = files
    this.addedFiles = new AddedFiles({
      files,
      applicationId: () => this.application.applicationId,
      localFolder: plan.settings.get('simspark.local.dir')?.[0],
    })
    const { addedFiles } = this
    this.clock = clock
    this.cachedBytes = () => status.storage()
    this.startTime = clock.wallTime()
    this.statusTracker = new StatusTracker(status)
    const bus = new ListenerBus(clock, log)
    this.#bus = bus
    this.#scheduler = new Scheduler({
      backend,
      clock,
      log,
      options: optionsOf(plan, parts.failuresMax),
      status,
      bus: {
        post: event => {
          this.#progress?.hear(event)
          bus.post(event)
        },
        get isHeard() {
          return bus.isHeard
        },
      },
      encodeStage: parts.encodeStage ?? encoderOf(plan),
      collectPartitionData: sourceParts,
      decodeValue,
      added: {
        addedFiles: addedFiles.files,
        readChunk: (file, offset) => addedFiles.readChunk(file, offset),
      },
      broadcastBytes: id => this.#broadcastOf(id).bytes,
      onAccumulators: updates => {
        for (const { accumulatorId, bytes } of updates) {
          this.#accumulators.get(accumulatorId)?.mergeUpdate(bytes)
        }
      },
    })
  }

  async start(signal: AbortSignal | undefined): Promise<void> {
    await this.#showProgress()
    this.#application = await this.#scheduler.start(signal)
    this.#reports = this.#reportJobs()
  }

  get application(): Application {
    return this.#application!
  }

  get allocator(): Engine['allocator'] {
    return this.#scheduler.allocator
  }

  get pools(): readonly PoolInfo[] {
    return this.#scheduler.pools
  }

  get runner(): JobRunner {
    return this.#scheduler
  }

  addAccumulator(accumulator: MergingAccumulator): void {
    this.#accumulators.set(accumulator.id, accumulator)
  }

  addBroadcast(broadcast: Broadcast<unknown>): void {
    this.#broadcasts.set(broadcast.id, broadcast)
  }

  async dropBroadcast(id: BroadcastId): Promise<void> {
    this.#scheduler.dropBroadcast(id)
  }

  async unpersist(id: RddId): Promise<void> {
    await this.#scheduler.unpersist(id)
  }

  async dropShuffles(shuffleIds: readonly ShuffleId[]): Promise<void> {
    await this.#scheduler.dropShuffles(shuffleIds)
  }

  addListener(listener: SparkListener): void {
    this.#bus.add(listener)
  }

  removeListener(listener: SparkListener): void {
    this.#bus.remove(listener)
  }

  get isInListener(): boolean {
    return this.#bus.isTelling
  }

  async stop(exitCode: number | undefined): Promise<void> {
    this.#reports?.cancel()
    await this.#scheduler.stop(exitCode)
    await this.addedFiles.remove()
    this.#bus.post({ event: 'applicationEnd', time: this.#wallTime(), exitCode })
    this.#bus.flush()
    this.#progress?.stop()
  }

  /** A stage that names a broadcast holds it, so it is known. */
  #broadcastOf(id: BroadcastId): Broadcast<unknown> {
    return this.#broadcasts.get(id)!
  }
}

function encoderOf({ settings }: ContextPlan): SchedulerDependencies['encodeStage'] {
  const limits = {
    warnBytes: settings.get('simspark.closure.warnBytes'),
    bytesMax: settings.get('simspark.closure.maxBytes'),
  }
  return (_stageId, lineage, work) => {
    const { result, broadcasts } = notingBroadcasts(() => encodeStage(lineage, work, limits))
    const broadcastIds = broadcasts.map(({ id }) => id)
    const { bytes, warnings, firstId } = result
    return { bytes, warnings, broadcastIds, firstId }
  }
}

function sourceParts(
  lineage: Lineage<unknown>,
  partition: number,
  firstId: number,
): ReturnType<SchedulerDependencies['collectPartitionData']> {
  return collectPartitionData(lineage, partition).map(({ source, partition: own, data }) => {
    const { fields, bytes } = data
    return { rddId: rddId(source.id - firstId), partition: own, fields, bytes }
  })
}

function optionsOf(
  { settings, scheduling, masterUrl }: ContextPlan,
  failuresMax: number,
): SchedulerOptions {
  return {
    scheduling,
    speculation: speculationOf(settings, masterUrl),
    limits: {
      ...SCHEDULER_LIMITS,
      failuresMax,
      stageAttemptsMax: settings.get('simspark.stage.maxConsecutiveAttempts'),
    },
    maxResultBytes: settings.get('simspark.driver.maxResultSize'),
    executorsMin: settings.get('simspark.executor.instances.min'),
    executorIdleTimeoutMs: settings.get('simspark.dynamicAllocation.executorIdleTimeout'),
    codegen: settings.get('simspark.codegen.mode'),
  }
}

/** All executors of local mode are in one process: a copy would be as slow. */
function speculationOf(settings: Resolved, { kind }: MasterUrl): SchedulerOptions['speculation'] {
  const isCluster = kind === 'standalone' || kind === 'localCluster'
  if (!isCluster || !settings.get('simspark.speculation')) return undefined
  return {
    intervalMs: settings.get('simspark.speculation.interval'),
    quantile: settings.get('simspark.speculation.quantile'),
    multiplier: settings.get('simspark.speculation.multiplier'),
    minRunTimeMs: settings.get('simspark.speculation.minTaskRuntime'),
  }
}
