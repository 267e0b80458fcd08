import type { Cancellable } from '#publib/env'
import type { SparkListenerEvent } from '#publib/status'
import type { BroadcastId, JobId, RddId, ShuffleId, TaskId } from '#publib/util'
import { jobId } from '#publib/util'
import type { Application } from '../backend/backend.ts'
import { Bundling } from './bundling.ts'
import { SchedulerCore } from './core.ts'
import { contextStopped, jobCancelled } from './errors.ts'
import type { JobSelector, SchedulerEvent } from './events.ts'
import type { JobRequest, JobRunner } from './job.ts'
import { planStages } from './plan.ts'
import type { PoolInfo } from './pools.ts'
import { Allocator } from './shell-allocation.ts'
import type { SchedulerDependencies } from './shell-dependencies.ts'
import { Hosts } from './shell-hosts.ts'
import { Intake } from './shell-intake.ts'
import { RunningJob } from './shell-job.ts'
import { KeepAlive } from './shell-keep-alive.ts'
import { Performer, progressOf } from './shell-performer.ts'
import { BroughtResults } from './shell-results.ts'

const ABORTED = 'its signal was aborted'
const NO_FILES = { addedFiles: [], readChunk: () => new Uint8Array() }

/**
 * Runs jobs: turns what actions ask and what hosts tell into events of the machines, and does what they decide.
 * Decides nothing itself.
 */
export class Scheduler implements JobRunner {
  readonly #deps: SchedulerDependencies
  readonly #core: SchedulerCore
  readonly #jobs = new Map<JobId, RunningJob>()
  readonly #hosts: Hosts
  readonly #brought = new BroughtResults()
  readonly #performer: Performer
  readonly #intake: Intake
  readonly #events: SchedulerEvent[] = []
  readonly #bundling = new Bundling()
  #isInTurn = false
  #nextJobId = 0
  /** Undefined: there are as many executors as there will ever be. */
  #allocator: Allocator | undefined
  /** Holds the process while jobs run. */
  readonly #keepAlive: KeepAlive
  /** Looks for slow tasks while jobs run. */
  #slowTasks: Cancellable | undefined
  /** Why no job can be run any more. */
  #end: { readonly error: unknown } | undefined

  constructor(deps: SchedulerDependencies) {
    this.#deps = deps
    this.#keepAlive = new KeepAlive(deps.clock)
    const core = new SchedulerCore(deps.options.limits, deps.options)
    this.#core = core
    this.#hosts = new Hosts({
      completeEpoch: id =>
        core.dag.outputs.isComplete(id) ? core.dag.outputs.epochOf(id) : undefined,
      mapStatuses: id => core.dag.outputs.statuses(id),
      broadcastBytes: id => deps.broadcastBytes(id),
      ...(deps.added ?? NO_FILES),
    })
    const { clock, log } = deps
    const post = (event: SchedulerEvent): void => this.#post(event)
    const report = (event: SparkListenerEvent): void => this.#report(event)
    const shared = { hosts: this.#hosts, brought: this.#brought, post, report }
    this.#performer = new Performer(deps, { ...shared, jobs: this.#jobs })
    this.#intake = new Intake({
      ...{ ...shared, clock, log },
      expectLarge: (taskId, bytes) => this.#performer.expectLarge(core.tasks.jobOf(taskId), bytes),
      fatal: error => this.#endAll(error),
    })
  }

  /** @throws what the backend cannot connect or register with */
  async start(signal?: AbortSignal): Promise<Application> {
    const { backend, clock, options } = this.#deps
    const application = await backend.start(this.#intake, signal)
    const core = this.#core
    if (application.isFixed !== true) {
      this.#allocator = new Allocator({ backend, clock, core, options, application })
    }
    return application
  }

  /** Fails what runs with CONTEXT_STOPPED and gives everything back. Idempotent. */
  async stop(exitCode: number | undefined): Promise<void> {
    this.#endAll(undefined)
    this.#keepAlive.end()
    this.#allocator?.stop()
    this.#slowTasks?.cancel()
    await this.#deps.backend.stop(exitCode)
    this.#hosts.close()
  }

  runJob<T, R>(request: JobRequest<T, R>): Promise<void> {
    // Actions of different types live in one table; each is given back only what it gave.
    const erased = request as unknown as JobRequest<unknown, unknown>
    const { action, partitions, operation, signal, lineage } = erased
    const { groupId, tags = [], pool, isGentle } = erased
    if (this.#end !== undefined)
      return Promise.reject(this.#end.error ?? contextStopped(request.callSite))
    const id = jobId(this.#nextJobId++)
    const job = new RunningJob(id, erased)
    if (signal?.aborted) {
      const place = job.place(this.#deps.options.maxResultBytes)
      return Promise.reject(jobCancelled(ABORTED, signal.reason, place))
    }
    const outlines = planStages(lineage, this.#bundling)
    this.#jobs.set(id, job)
    this.#keepAlive.hold()
    this.#lookForSlowTasks()
    const which: JobSelector = { kind: 'job', jobId: id }
    job.watchSignal(cause => this.#post({ type: 'jobsCancelled', which, reason: ABORTED, cause }))
    const what = { outlines, action, partitions, name: operation, groupId, tags, pool, isGentle }
    this.#post({ type: 'jobSubmitted', jobId: id, ...what })
    this.#allocator?.measure()
    return job.done
  }

  cancelJobs(which: JobSelector, reason: string): void {
    this.#post({ type: 'jobsCancelled', which, reason })
  }

  killTaskAttempt(taskId: TaskId, isGentle: boolean, reason: string): boolean {
    const isThere = this.#core.tasks.jobOf(taskId) !== undefined
    if (isThere) this.#post({ type: 'attemptKilled', taskId, isGentle, reason })
    return isThere
  }

  /** Asks for executors and gives them back; undefined: there are as many as there will ever be. */
  get allocator(): Allocator | undefined {
    return this.#allocator
  }

  /** Fair pools; none in FIFO mode. */
  get pools(): readonly PoolInfo[] {
    return this.#core.tasks.pools?.infos ?? []
  }

  /** The files of these shuffles go, once no job reads them; resolves when those are gone that can go now. */
  async dropShuffles(shuffleIds: readonly ShuffleId[]): Promise<void> {
    this.#post({ type: 'shufflesDropped', shuffleIds })
    await this.#hosts.confirm()
  }

  dropBroadcast(id: BroadcastId): void {
    this.#hosts.dropBroadcast(id)
  }

  /** Resolves when the blocks are gone. */
  async unpersist(rddId: RddId): Promise<void> {
    this.#post({ type: 'rddUnpersisted', rddId })
    this.#hosts.unpersist(rddId)
    this.#report({ event: 'unpersistRDD', time: this.#deps.clock.wallTime(), rddId })
    await this.#hosts.confirm()
  }

  /** Whether nothing is left of any job. For tests and the simulator. */
  get isEmpty(): boolean {
    const own = this.#jobs.size + this.#brought.large.size
    return own === 0 && this.#core.isEmpty && this.#performer.isEmpty
  }

  describe(): string {
    return `${this.#jobs.size} callers wait\n${this.#core.describe()}`
  }

  /** Takes an event in; what follows from it, and from what follows, is done before the first call returns. */
  #post(event: SchedulerEvent): void {
    this.#events.push(event)
    if (this.#isInTurn) return
    this.#isInTurn = true
    try {
      for (let next = this.#events.shift(); next !== undefined; next = this.#events.shift()) {
        const actions = this.#core.handle(next, this.#deps.clock.now())
        for (const action of actions) this.#performer.perform(action)
      }
    } finally {
      this.#isInTurn = false
    }
    this.#hosts.flush()
    this.#brought.clear()
    const { clock, status } = this.#deps
    for (const job of this.#jobs.values()) {
      if (job.isWatched) job.progressed(clock, () => progressOf(status, job.id))
    }
    if (this.#jobs.size === 0) this.#release()
  }

  /** Fails all jobs, and those to come. Without an error: the context was stopped. */
  #endAll(error: unknown): void {
    this.#end ??= { error }
    for (const [id, { request }] of [...this.#jobs]) {
      const reason = error ?? contextStopped(request.callSite)
      this.#post({ type: 'jobAborted', jobId: id, error: reason })
    }
  }

  /** An idle context does not keep Node alive. */
  #release(): void {
    this.#keepAlive.release()
  }

  #lookForSlowTasks(): void {
    const { clock, options } = this.#deps
    if (options.speculation === undefined) return
    this.#slowTasks ??= clock.every(options.speculation.intervalMs, () => {
      if (this.#jobs.size > 0) return this.#post({ type: 'slowTasksSought' })
      // Not at the end of each job: many small ones follow one another.
      this.#slowTasks?.cancel()
      this.#slowTasks = undefined
    })
  }

  #report(event: SparkListenerEvent): void {
    this.#deps.status.record(event)
    this.#deps.bus.post(event)
  }
}
