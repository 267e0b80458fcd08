import type { SparkConf } from '#config'
import { type Unshippable, unshippable, userCallSite } from '#publib/closure'
import { packageVersion } from '#publib/env'
import { currentTask } from '#publib/execution'
import type { Lineage } from '#publib/lineage'
import { type CallSite, rddId, type SimSparkError, shuffleId } from '#publib/util'
import { Cleaner } from './cleaner.ts'
import { ContextData } from './context-data.ts'
import { ContextJobs } from './context-jobs.ts'
import { type ContextPlan, planContext, type SparkContextOptions } from './context-options.ts'
import type { Engine } from './engine.ts'
import { contextInTask, contextStopped, stopInListener } from './errors.ts'
import { internals } from './internals.ts'
import { LazyLog, type Verbosity } from './lazy-log.ts'
import type { StatusTracker } from './listener/status-tracker.ts'
import { LostClassWarnings } from './lost-classes.ts'
import { openEngine } from './open-engine.ts'
import { storageInfos } from './operations/keeping.ts'
import type { Operation, Origin } from './operations/operation.ts'
import type { RDDStorageInfo } from './options.ts'
import type { RDD } from './rdd.ts'
import type { JobRunner } from './scheduler/job.ts'
import { SharedVariables } from './shared-variables.ts'
import { watchEnd } from './shutdown.ts'

const MARK: Unshippable = {
  what: 'the SparkContext (it exists only on the driver)',
  hint: 'make RDDs outside of functions; share values by sc.broadcast()',
  code: 'NESTED_RDD',
}

/** The driver's connection to a cluster; a process has one at a time. */
export class SparkContext extends ContextData implements AsyncDisposable {
  static #current: Promise<SparkContext> | undefined
  static #active: SparkContext | undefined

  readonly version = packageVersion()
  readonly master: string
  readonly appName: string
  readonly applicationId: string
  readonly sparkUser: string
  readonly startTime: number
  readonly deployMode: 'client' | 'cluster' = 'client'
  readonly statusTracker: StatusTracker
  protected override readonly plan: ContextPlan
  protected override readonly engine: Engine
  readonly #log: LazyLog
  protected override readonly jobs: ContextJobs
  protected override readonly shared: SharedVariables
  protected override readonly runner: JobRunner
  readonly #cleaner: Cleaner
  readonly #createdAt: CallSite | undefined
  readonly #persistent = new Map<number, Lineage<unknown>>()
  protected override readonly origin: Origin
  readonly #unwatch: () => void
  #stoppedAt: CallSite | undefined
  #stopping: Promise<void> | undefined
  #isStopped = false

  static {
    internals.newContext = (plan, engine, log = new LazyLog('off')) =>
      new SparkContext(plan, engine, undefined, log)
    internals.originOf = context => context.origin
    internals.jobsOf = context => context.jobs
    internals.codegenModeOf = context => context.plan.settings.get('simspark.codegen.mode')
    internals.assertRunning = (context, op) => context.assertRunning(op)
    internals.watch = (context, lineage) => context.#cleaner.watch(lineage)
    internals.cachedBytesOf = context => context.engine.cachedBytes()
    internals.keep = (context, lineage) => {
      context.#persistent.set(lineage.id, lineage)
    }
    internals.unkeep = async (context, lineage) => {
      if (!context.#persistent.delete(lineage.id) || context.#isStopped) return
      await context.engine.unpersist(lineage.id).catch(() => undefined)
    }
  }

  private constructor(
    plan: ContextPlan,
    engine: Engine,
    createdAt: CallSite | undefined,
    log: LazyLog,
  ) {
    super()
    this.plan = plan
    this.#log = log
    this.engine = engine
    this.#createdAt = createdAt
    this.master = plan.master
    this.appName = plan.appName
    this.applicationId = engine.application.applicationId
    this.sparkUser = plan.sparkUser
    this.startTime = engine.startTime
    this.statusTracker = engine.statusTracker
    this.shared = new SharedVariables(engine)
    this.#cleaner = new Cleaner(shuffleIds => {
      if (this.#stopping === undefined) void engine.dropShuffles(shuffleIds)
    })
    let rdds = 0
    let shuffles = 0
    const warned = new Set<string>()
    this.origin = {
      nextRddId: () => rddId(rdds++),
      nextShuffleId: () => shuffleId(shuffles++),
      onLostClass: new LostClassWarnings(log).note,
      warnOnce: text => {
        if (warned.has(text)) return
        warned.add(text)
        log.warn(text)
      },
      partitionsByDefault: plan.settings.get('simspark.default.parallelism'),
    }
    const { runner, files, clock, application } = engine
    this.runner = runner
    this.jobs = new ContextJobs({
      applicationId: application.applicationId,
      runner,
      files,
      localFolders: plan.settings.get('simspark.local.dir'),
      clock,
      marks: this.marks,
      statusTracker: engine.statusTracker,
      tasksAtOnceMax: application.executorsMax,
      whenReady: () => engine.addedFiles.pending,
      whenStopped: op => this.#stoppedError(op),
      dropShuffles: shuffleIds => engine.dropShuffles(shuffleIds),
      checkpoints: {
        warn: text => log.warn(text),
        onStandIn: (lineage, standIn) => {
          this.#cleaner.watch(standIn)
          if (this.#persistent.has(lineage.id)) this.#persistent.set(lineage.id, standIn)
        },
      },
    })
    this.#unwatch = watchEnd(this)
  }

  // ─ Life

  /**
   * The active context, else a new one.
   *
   * @throws MASTER_UNREACHABLE, NOT_AUTHENTICATED, VERSION_MISMATCH, CONTEXT_IN_TASK
   * @example
   * const sc = await SparkContext.getOrCreate({ master: 'local[*]', appName: 'hello' })
   */
  static getOrCreate(options: SparkContextOptions | SparkConf = {}): Promise<SparkContext> {
    if (currentTask() !== undefined) return Promise.reject(contextInTask())
    const createdAt = userCallSite(SparkContext.getOrCreate)
    const before = SparkContext.#current
    if (before !== undefined) return SparkContext.#reuse(before, options)
    const created = SparkContext.#create(options, createdAt)
    SparkContext.#current = created
    created.catch(() => {
      if (SparkContext.#current === created) SparkContext.#current = undefined
    })
    return created
  }

  /** The context there is; where it is being stopped, a new one after that. */
  static async #reuse(
    before: Promise<SparkContext>,
    options: SparkContextOptions | SparkConf,
  ): Promise<SparkContext> {
    const context = await before
    if (context.#stopping === undefined) return context
    await context.#stopping
    return SparkContext.getOrCreate(options)
  }

  static async #create(
    options: SparkContextOptions | SparkConf,
    createdAt: CallSite | undefined,
  ): Promise<SparkContext> {
    const plan = planContext(options)
    plan.signal?.throwIfAborted()
    const log = new LazyLog(plan.verbosity)
    for (const warning of plan.settings.warnings) log.warn(warning)
    const context = new SparkContext(plan, await openEngine(plan, log), createdAt, log)
    SparkContext.#active = context
    return context
  }

  static getActive(): SparkContext | undefined {
    return SparkContext.#active
  }

  /**
   * Ends its jobs with CONTEXT_STOPPED, frees executors, deletes what was temporary. A second call waits for the first.
   *
   * @throws INVALID_ARGUMENT in a listener
   */
  stop(exitCode?: number): Promise<void> {
    if (this.engine.isInListener) throw stopInListener(userCallSite(this.stop))
    if (this.#stopping === undefined) {
      this.#stoppedAt = userCallSite(this.stop)
      this.#stopping = this.#stop(exitCode)
    }
    return this.#stopping
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }

  get isStopped(): boolean {
    return this.#isStopped
  }

  get isLocal(): boolean {
    const { kind } = this.plan.masterUrl
    return kind === 'inline' || kind === 'local'
  }

  get [unshippable](): Unshippable {
    return MARK
  }

  /** The attempt, where a cluster restarts drivers: here none does. */
  get applicationAttemptId(): string | undefined {
    return undefined
  }

  /** Where its pages are; undefined: it serves none. */
  get uiWebUrl(): string | undefined {
    return undefined
  }

  /** The number of executors, at least 2; n for `local[n]`. */
  override get defaultParallelism(): number {
    return this.origin.partitionsByDefault ?? this.engine.application.defaultParallelism
  }

  /** `min(defaultParallelism, 2)`, for files. */
  override get defaultMinPartitions(): number {
    return Math.min(this.defaultParallelism, 2)
  }

  /** A copy of its settings. */
  getConf(): SparkConf {
    return this.plan.conf.clone()
  }

  /** From the least important kind of log line on. */
  setLogLevel(level: Verbosity): void {
    this.#log.level = level
  }

  protected override get context(): this {
    return this
  }

  // ─ Watching

  /** By id. */
  getPersistentRDDs(): ReadonlyMap<number, RDD<unknown>> {
    const entries = [...this.#persistent].map(
      ([id, lineage]) => [id, internals.newRdd(this, lineage)] as const,
    )
    return new Map(entries)
  }

  /**
   * What of the persisted RDDs is kept, and how: those of which something is.
   *
   * @example
   * const rdd = sc.range(1000).persist(StorageLevel.DISK_ONLY)
   * await rdd.count()
   * const [info] = sc.getRDDStorageInfo() // numCachedPartitions, memoryBytes, diskBytes …
   */
  getRDDStorageInfo(): readonly RDDStorageInfo[] {
    return storageInfos(this.engine.cachedBytes(), this.#persistent)
  }

  protected override assertRunning(op: Operation): void {
    if (this.#stopping !== undefined) throw this.#stoppedError(op)
  }

  #stoppedError({ operation, callSite }: Operation): SimSparkError {
    const places = { createdAt: this.#createdAt, stoppedAt: this.#stoppedAt }
    return contextStopped(operation, callSite, places)
  }

  async #stop(exitCode: number | undefined): Promise<void> {
    this.#unwatch()
    try {
      await this.engine.stop(exitCode)
      await this.jobs.close()
      await this.#log.close()
    } finally {
      this.#isStopped = true
      this.marks.end()
      if (SparkContext.#active === this) {
        SparkContext.#active = undefined
        SparkContext.#current = undefined
      }
    }
  }
}
