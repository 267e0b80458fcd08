import type { SparkConf } from '#config'
import { type Unshippable, unshippable, userCallSite } from '#publib/closure'
import {
  type Accumulator,
  type AccumulatorOptions,
  type AccumulatorParam,
  type AccumulatorV2,
  type Broadcast,
  currentTask,
  type NumberAccumulator,
} from '#publib/execution'
import type { Lineage } from '#publib/lineage'
import type { SparkListener } from '#publib/status'
import { packageVersion } from '#publib/transport'
import { type CallSite, jobId, rddId, type SimSparkError, shuffleId } from '#publib/util'
import { ContextJobs } from './context-jobs.ts'
import { type ContextPlan, planContext, type SparkContextOptions } from './context-options.ts'
import type { Engine } from './engine.ts'
import { contextInTask, contextStopped } from './errors.ts'
import { internals } from './internals.ts'
import { JobMarks } from './job-marks.ts'
import { LazyLog, type Verbosity } from './lazy-log.ts'
import type { StatusTracker } from './listener/status-tracker.ts'
import { openEngine } from './open-engine.ts'
import { runFunction } from './operations/actions.ts'
import { invalidArgument, otherContext } from './operations/errors.ts'
import { Operation, type Origin } from './operations/operation.ts'
import * as sources from './operations/sources.ts'
import { union } from './operations/transformations.ts'
import type * as o from './options.ts'
import { RDD } from './rdd.ts'
import { SharedVariables } from './shared-variables.ts'
import { watchEnd } from './shutdown.ts'
import type { ElementOf, Records, Value } from './values.ts'

const MARK: Unshippable = {
  what: 'the SparkContext (it exists only on the driver)',
  hint: 'make RDDs outside of functions; share values by sc.broadcast()',
  code: 'NESTED_RDD',
}

/** The driver's connection to a cluster; a process has one at a time. */
export class SparkContext implements AsyncDisposable {
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
  readonly #plan: ContextPlan
  readonly #engine: Engine
  readonly #log: LazyLog
  readonly #jobs: ContextJobs
  readonly #marks = new JobMarks()
  readonly #shared: SharedVariables
  readonly #createdAt: CallSite | undefined
  readonly #persistent = new Map<number, Lineage<unknown>>()
  readonly #origin: Origin
  readonly #unwatch: () => void
  #stoppedAt: CallSite | undefined
  #stopping: Promise<void> | undefined
  #isStopped = false

  static {
    internals.newContext = (plan, engine) =>
      new SparkContext(plan, engine, undefined, new LazyLog('off'))
    internals.originOf = context => context.#origin
    internals.jobsOf = context => context.#jobs
    internals.assertRunning = (context, op) => context.#assertRunning(op)
    internals.keep = (context, lineage) => {
      context.#persistent.set(lineage.id, lineage)
    }
    internals.unkeep = async (context, lineage) => {
      if (!context.#persistent.delete(lineage.id) || context.#isStopped) return
      await context.#engine.unpersist(lineage.id).catch(() => undefined)
    }
  }

  private constructor(
    plan: ContextPlan,
    engine: Engine,
    createdAt: CallSite | undefined,
    log: LazyLog,
  ) {
    this.#plan = plan
    this.#log = log
    this.#engine = engine
    this.#createdAt = createdAt
    this.master = plan.master
    this.appName = plan.appName
    this.applicationId = engine.application.applicationId
    this.sparkUser = plan.sparkUser
    this.startTime = engine.startTime
    this.statusTracker = engine.statusTracker
    this.#shared = new SharedVariables(engine)
    let rdds = 0
    let shuffles = 0
    this.#origin = {
      nextRddId: () => rddId(rdds++),
      nextShuffleId: () => shuffleId(shuffles++),
      partitionsByDefault: plan.settings.get('simspark.default.parallelism'),
    }
    const { runner, files, application } = engine
    this.#jobs = new ContextJobs({
      applicationId: application.applicationId,
      runner,
      files,
      marks: this.#marks,
      statusTracker: engine.statusTracker,
      tasksAtOnceMax: application.executorsMax,
      whenStopped: op => this.#stoppedError(op),
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

  /** Ends its jobs with CONTEXT_STOPPED, frees executors, deletes what was temporary. A second call waits for the first. */
  stop(exitCode?: number): Promise<void> {
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
    const { kind } = this.#plan.masterUrl
    return kind === 'inline' || kind === 'local'
  }

  get [unshippable](): Unshippable {
    return MARK
  }

  /** The number of executors, at least 2; n for `local[n]`. */
  get defaultParallelism(): number {
    return this.#origin.partitionsByDefault ?? this.#engine.application.defaultParallelism
  }

  /** `min(defaultParallelism, 2)`, for files. */
  get defaultMinPartitions(): number {
    return Math.min(this.defaultParallelism, 2)
  }

  /** A copy of its settings. */
  getConf(): SparkConf {
    return this.#plan.conf.clone()
  }

  /** From the least important kind of log line on. */
  setLogLevel(level: Verbosity): void {
    this.#log.level = level
  }

  // ─ Data

  /** The data as they are now, in slices of equal size, each sent to its task alone. Default: `defaultParallelism` slices. */
  parallelize<T extends Value>(
    data: Iterable<T>,
    numSlices?: number | o.ParallelizeOptions,
  ): RDD<T> {
    const op = this.#op('parallelize')
    return this.#make(sources.parallelize(op, data, numSlices, this.defaultParallelism))
  }

  /** Scala's other name of `parallelize`. */
  makeRDD<T extends Value>(data: Iterable<T>, numSlices?: number | o.ParallelizeOptions): RDD<T> {
    const op = this.#op('makeRDD')
    return this.#make(sources.parallelize(op, data, numSlices, this.defaultParallelism))
  }

  /** The numbers from 0, or `start`, up to `end`, without it; made in the tasks. `step` is 1 by default. */
  range(end: number): RDD<number>
  range(
    start: number,
    end: number,
    step?: number,
    numSlices?: number | o.ParallelizeOptions,
  ): RDD<number>
  range(
    first: number,
    end?: number,
    step = 1,
    numSlices?: number | o.ParallelizeOptions,
  ): RDD<number> {
    const op = this.#op('range')
    const range = end === undefined ? { start: 0, end: first, step } : { start: first, end, step }
    return this.#make(sources.range(op, range, numSlices, this.defaultParallelism))
  }

  /** No partition, no element. */
  emptyRDD<T = never>(): RDD<T> {
    return this.#make(sources.empty(this.#op('emptyRDD')))
  }

  /** The elements of all. */
  union<R extends RDD<unknown>>(
    rdds: readonly R[],
    options?: o.TransformOptions,
  ): RDD<ElementOf<R>> {
    const op = this.#op('union')
    const parents = rdds.map(rdd => this.#lineageOf(op, rdd) as Lineage<ElementOf<R>>)
    return this.#make(union(op, parents, options))
  }

  // ─ Files: one path or several, folders, globs. Every new RDD lists them anew.

  /** One element a line. Splits files, but for compressed ones. `minPartitions` is `defaultMinPartitions` by default. */
  textFile(path: o.Paths, minPartitions?: number | o.TextOptions): RDD<string> {
    const op = this.#op('textFile')
    return this.#make(sources.textFile(op, path, minPartitions, this.defaultMinPartitions))
  }

  // ─ Shared variables

  /** Sent once to each host that needs it. What the driver changes in it later is not seen by tasks. */
  broadcast<T>(value: T): Broadcast<T> {
    return this.#shared.broadcast(this.#op('broadcast'), value)
  }

  /** Adds numbers; with `param`, anything. */
  accumulator(initial: number, options?: AccumulatorOptions): Accumulator<number, number, number>
  accumulator<V, In = V>(
    initial: V,
    param: AccumulatorParam<V, In>,
    options?: AccumulatorOptions,
  ): Accumulator<In, V, V>
  accumulator<V, In>(
    initial: V,
    paramOrOptions?: AccumulatorParam<V, In> | AccumulatorOptions,
    options?: AccumulatorOptions,
  ): Accumulator<In, V, V> {
    const op = this.#op('accumulator')
    return this.#shared.accumulator(op, initial, paramOrOptions, options)
  }

  /** Adds whole numbers, and knows count and average. */
  longAccumulator(name?: string | AccumulatorOptions): NumberAccumulator {
    return this.#shared.longAccumulator(this.#op('longAccumulator'), name)
  }

  /** Adds numbers, and knows count and average. */
  doubleAccumulator(name?: string | AccumulatorOptions): NumberAccumulator {
    return this.#shared.doubleAccumulator(this.#op('doubleAccumulator'), name)
  }

  /** Gathers elements, in no particular order. */
  collectionAccumulator<T>(name?: string | AccumulatorOptions): Accumulator<T, T[], T[]> {
    return this.#shared.collectionAccumulator<T>(this.#op('collectionAccumulator'), name)
  }

  /** Makes your own accumulator known, so that tasks may add to it. */
  register(accumulator: AccumulatorV2<never, unknown>, name?: string | AccumulatorOptions): void {
    this.#shared.register(this.#op('register'), accumulator, name)
  }

  // ─ Marks of jobs: they hold for what follows in this async context and what it starts, for nothing beside it

  setJobGroup(groupId: string, description: string, interruptOnCancel = false): void {
    this.#marks.change({ groupId, description, interruptOnCancel })
  }

  clearJobGroup(): void {
    this.#marks.change({ groupId: undefined, description: undefined, interruptOnCancel: undefined })
  }

  setJobDescription(description: string | undefined): void {
    this.#marks.change({ description })
  }

  addJobTag(tag: string): void {
    this.#marks.change({ tags: new Set([...this.#marks.current.tags, tag]) })
  }

  removeJobTag(tag: string): void {
    const tags = [...this.#marks.current.tags].filter(other => other !== tag)
    this.#marks.change({ tags: new Set(tags) })
  }

  clearJobTags(): void {
    this.#marks.change({ tags: new Set() })
  }

  getJobTags(): ReadonlySet<string> {
    return new Set(this.#marks.current.tags)
  }

  /** Tasks read it from their context. */
  setLocalProperty(key: string, value: string | undefined): void {
    const entries = Object.entries(this.#marks.current.properties).filter(([name]) => name !== key)
    if (value !== undefined) entries.push([key, value])
    this.#marks.change({ properties: Object.fromEntries(entries) })
  }

  getLocalProperty(key: string): string | undefined {
    const { properties } = this.#marks.current
    return Object.hasOwn(properties, key) ? properties[key] : undefined
  }

  /** Shown in the place of the user's line. */
  setCallSite(text: string): void {
    this.#marks.change({ callSite: text })
  }

  clearCallSite(): void {
    this.#marks.change({ callSite: undefined })
  }

  /** Marks that end with `body`. */
  withJobOptions<R>(options: o.JobOptions, body: () => R): R {
    const { current } = this.#marks
    const { groupId = current.groupId, description = current.description } = options
    const tags = new Set([...current.tags, ...(options.tags ?? [])])
    const properties = { ...current.properties, ...options.localProperties }
    return this.#marks.during({ groupId, description, tags, properties }, body)
  }

  // ─ Cancelling: the actions reject with JOB_CANCELLED, running tasks stop at once

  async cancelAllJobs(reason = 'all jobs were cancelled'): Promise<void> {
    this.#engine.runner.cancelAllJobs(reason)
  }

  async cancelJob(id: number, reason = 'the job was cancelled'): Promise<void> {
    this.#engine.runner.cancelJob(jobId(id), reason)
  }

  async cancelJobsWithTag(
    tag: string,
    reason = `jobs with tag ${tag} were cancelled`,
  ): Promise<void> {
    this.#engine.runner.cancelJobsWithTag(tag, reason)
  }

  async cancelJobGroup(groupId: string, reason = `group ${groupId} was cancelled`): Promise<void> {
    this.#engine.runner.cancelJobGroup(groupId, reason)
  }

  // ─ Jobs by hand

  /** One result for each partition asked for, in their order; all by default. @throws INVALID_PARTITION */
  async runJob<T, U>(
    rdd: RDD<T>,
    f: (partition: Records<T>) => U,
    partitions?: readonly number[] | o.RunJobOptions<NoInfer<U>>,
  ): Promise<U[]> {
    const op = this.#op('runJob')
    const call = { op, jobs: this.#jobs, lineage: this.#lineageOf(op, rdd) }
    return runFunction(call, f, partitions)
  }

  // ─ Watching

  /** By id. */
  getPersistentRDDs(): ReadonlyMap<number, RDD<unknown>> {
    const entries = [...this.#persistent].map(
      ([id, lineage]) => [id, internals.newRdd(this, lineage)] as const,
    )
    return new Map(entries)
  }

  /** A listener that throws harms nobody; none may call `stop`. */
  addSparkListener(listener: SparkListener): void {
    this.#engine.addListener(listener)
  }

  removeSparkListener(listener: SparkListener): void {
    this.#engine.removeListener(listener)
  }

  #op(method: string): Operation {
    const op = new Operation(this.#origin, 'sc', method, userCallSite(this.#op))
    this.#assertRunning(op)
    return op
  }

  #make<T>(lineage: Lineage<T>): RDD<T> {
    return internals.newRdd(this, lineage)
  }

  /** Of an RDD that this context made. */
  #lineageOf<T>(op: Operation, rdd: RDD<T>): Lineage<T> {
    if (!(rdd instanceof RDD)) throw invalidArgument(op, 'rdd', rdd, 'an RDD')
    if (rdd.context !== this) throw otherContext(op)
    return internals.lineageOf(rdd)
  }

  #assertRunning(op: Operation): void {
    if (this.#stopping !== undefined) throw this.#stoppedError(op)
  }

  #stoppedError({ operation, callSite }: Operation): SimSparkError {
    const places = { createdAt: this.#createdAt, stoppedAt: this.#stoppedAt }
    return contextStopped(operation, callSite, places)
  }

  async #stop(exitCode: number | undefined): Promise<void> {
    this.#unwatch()
    try {
      await this.#engine.stop(exitCode)
      await this.#log.close()
    } finally {
      this.#isStopped = true
      if (SparkContext.#active === this) {
        SparkContext.#active = undefined
        SparkContext.#current = undefined
      }
    }
  }
}
