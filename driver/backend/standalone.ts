import type { Cancellable, Env } from '#publib/env'
import {
  type DriverToMaster,
  fromMasterToDriver,
  type GrantedHost,
  type JobSummary,
  MASTER_PATHS,
  type MasterToDriver,
} from '#publib/protocol'
import { LastingConnection } from '#publib/transport'
import { type ApplicationId, assertNever, type ExecutorId, type SimSparkError } from '#publib/util'
import type { Application, Backend, BackendEvents } from './backend.ts'
import { applicationRefused, leaseThreadEnded, masterSilent } from './errors.ts'
import type { Leases } from './lease-thread.ts'
import { lossCause } from './loss-cause.ts'
import { StandaloneHosts } from './standalone-hosts.ts'
import type { StandaloneOptions } from './standalone-options.ts'
import { SuspendedWorkers } from './suspended-workers.ts'

/** A master that is just starting is waited for so long; then it counts as unreachable. */
const REGISTER_MS = 5_000
const ATTACH_MS = 5_000
const MASTER_MESSAGE_BYTES_MAX = 1024 * 1024
const NAME_MAX = 200
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is replaced
const CONTROL = /[\u0000-\u001f\u007f]/g

interface Starting {
  readonly resolve: (application: Application) => void
  readonly reject: (error: unknown) => void
  readonly deadlineMs: number
  readonly timer: Cancellable
}

/**
 * Executors from a master. The master is only asked for them: tasks and results go straight to the hosts, and the
 * application goes on while the master is away.
 */
export class StandaloneBackend implements Backend {
  readonly #env: Pick<Env, 'network' | 'clock' | 'random'>
  readonly #options: StandaloneOptions
  readonly #link: LastingConnection<MasterToDriver, DriverToMaster>
  #events: BackendEvents | undefined
  #starting: Starting | undefined
  #application: { readonly applicationId: ApplicationId; readonly ticket: string } | undefined
  #leases: Leases | undefined
  #hosts: StandaloneHosts | undefined
  readonly #suspended = new SuspendedWorkers((id, is) => this.#events?.workerSuspended(id, is))
  #wanted: number
  #hasRequested = false
  #isAway = false
  #lastError: SimSparkError | undefined
  #stopping: Promise<void> | undefined

  constructor(env: Pick<Env, 'network' | 'clock' | 'random'>, options: StandaloneOptions) {
    const { masters: addresses, token, ca, connectMs, backoff } = options
    this.#env = env
    this.#options = options
    this.#wanted = options.executorsWanted
    this.#link = new LastingConnection(
      env,
      {
        ...{ addresses, path: MASTER_PATHS.driver, protocol: fromMasterToDriver },
        ...{ token, ca, connectMs, backoff, keepAlive: false },
        messageBytesMax: MASTER_MESSAGE_BYTES_MAX,
      },
      {
        onOpen: () => this.#register(),
        onMessage: message => this.#take(message),
        onClose: (_code, reason) => this.#lost(reason),
        onFailure: error => this.#dialFailed(error),
      },
    )
  }

  start(events: BackendEvents, signal?: AbortSignal): Promise<Application> {
    this.#events = events
    return new Promise<Application>((resolve, reject) => {
      const abort = (): void => this.#failStart(signal?.reason)
      const settled = (): void => signal?.removeEventListener('abort', abort)
      this.#starting = {
        resolve: application => {
          settled()
          resolve(application)
        },
        reject: error => {
          settled()
          reject(error)
        },
        deadlineMs: this.#env.clock.now() + REGISTER_MS,
        // Until it is registered, a program that waits for this is not idle.
        timer: this.#env.clock.after(REGISTER_MS, () => this.#startTimedOut(), { keepAlive: true }),
      }
      signal?.addEventListener('abort', abort)
      if (signal?.aborted) abort()
      else this.#link.dial()
    })
  }

  requestExecutors(total: number): void {
    this.#wanted = Math.min(total, this.#options.executorsMax ?? WANTED_MAX, WANTED_MAX)
    this.#hasRequested = true
    this.#link.send({ type: 'requestExecutors', total: this.#wanted })
  }

  releaseExecutors(executorIds: readonly ExecutorId[]): void {
    this.#hosts?.released(executorIds)
    this.#link.send({ type: 'releaseExecutors', executorIds })
  }

  reportJobs(jobs: readonly JobSummary[]): void {
    if (jobs.length > 0) this.#link.send({ type: 'jobSummaries', jobs })
  }

  stop(exitCode: number | undefined): Promise<void> {
    this.#stopping ??= this.#stop(exitCode)
    return this.#stopping
  }

  /** All that must reach others is sent in the first turn: a program that ends has no second one. */
  async #stop(exitCode: number | undefined): Promise<void> {
    this.#failStart(new Error('the context was stopped'))
    this.#hosts?.detachAll()
    this.#link.send({
      type: 'endApplication',
      ...(exitCode === undefined ? {} : { exitCode }),
    })
    this.#link.close(1000, 'stopped')
    await this.#leases?.close()
  }

  #register(): void {
    const { name, user, version, executorsMin, executorsPerWorkerMax } = this.#options
    const { executorMemoryMiB, hostSettings, uiUrl } = this.#options
    this.#link.send({
      ...{ type: 'registerApplication', name: shown(name), user: shown(user), version },
      ...{ executorsWanted: this.#wanted, executorsMin, executorMemoryMiB, hostSettings },
      ...{ executorsPerWorkerMax, uiUrl, executorsHeld: this.#hosts?.executorIds ?? [] },
      ...(this.#application ?? {}),
    })
  }

  #take(message: MasterToDriver): void {
    switch (message.type) {
      case 'applicationRegistered':
        this.#registered(message)
        break
      case 'applicationRefused':
        this.#refused(applicationRefused(this.#link.place, message.code, message.message))
        break
      case 'applicationQueued': {
        const { position, reason } = message
        this.#events?.notice(`waiting for executors, place ${position} in the queue: ${reason}`)
        break
      }
      case 'executorsGranted':
        for (const granted of message.hosts) this.#granted(granted)
        break
      case 'executorsGone': {
        const { executorIds, cause, reason } = message
        this.#hosts?.gone(executorIds, lossCause(cause, reason))
        break
      }
      case 'workerState':
        this.#workerChanged(message)
        break
      default:
        assertNever(message)
    }
  }

  #registered(message: Extract<MasterToDriver, { type: 'applicationRegistered' }>): void {
    const { applicationId, ticket, executorsShare, epoch } = message
    this.#link.settled()
    this.#suspended.masterIs(epoch)
    if (this.#application === undefined) this.#firstRegistered(applicationId, ticket)
    this.#application = { applicationId, ticket }
    if (this.#isAway) this.#events?.notice('the master is back')
    if (this.#hasRequested) this.#link.send({ type: 'requestExecutors', total: this.#wanted })
    this.#isAway = false
    const starting = this.#starting
    this.#starting = undefined
    starting?.timer.cancel()
    const defaultParallelism = Math.max(2, executorsShare)
    const { executorsMax } = this.#options
    starting?.resolve({ applicationId, defaultParallelism, executorsMax })
  }

  #firstRegistered(applicationId: ApplicationId, ticket: string): void {
    const { version, ca, connectMs, hostSettings, startLeases } = this.#options
    const { messageBytesMax, leaseMs } = hostSettings
    const leaseOptions = { ticket, ca, renewMs: leaseMs / 3, connectMs }
    const leases = startLeases(leaseOptions, error => {
      this.#events?.fatal(leaseThreadEnded(error))
    })
    const way = { applicationId, ticket, version, ca, connectMs, attachMs: ATTACH_MS }
    this.#leases = leases
    this.#hosts = new StandaloneHosts(
      this.#env,
      { ...way, messageBytesMax },
      {
        events: this.#events!,
        leases,
        onUnreachable: (executorIds, reason) => {
          this.#link.send({ type: 'executorsLost', executorIds, reason: reason.slice(0, 1000) })
        },
      },
    )
  }

  #granted(granted: GrantedHost): void {
    // Only a worker that is well tells of new executors: that it is was said while the driver was away from the master.
    this.#suspended.set(granted.workerId, false)
    this.#hosts?.granted(granted)
  }

  #workerChanged(message: Extract<MasterToDriver, { type: 'workerState' }>): void {
    const { workerId, state } = message
    if (state === 'DOWN') {
      const reason = `worker ${workerId} is down`
      this.#hosts?.workerDown(workerId, reason)
      this.#suspended.forget(workerId)
      this.#events?.workerLost(workerId, reason)
    } else this.#suspended.set(workerId, state !== 'ALIVE')
  }

  #lost(reason: string): void {
    if (this.#starting !== undefined || this.#isAway) return
    this.#isAway = true
    this.#events?.notice(
      `the master is away (${reason || 'connection lost'}); the application goes on`,
    )
  }

  #dialFailed(error: SimSparkError): void {
    const starting = this.#starting
    if (starting === undefined) return
    // What no waiting mends is told at once.
    if (!error.retryable || this.#env.clock.now() >= starting.deadlineMs) this.#failStart(error)
    this.#lastError = error
  }

  #startTimedOut(): void {
    this.#failStart(this.#lastError ?? masterSilent(this.#link.place, REGISTER_MS))
  }

  #refused(error: SimSparkError): void {
    this.#link.close(1000, 'refused')
    if (this.#starting !== undefined) this.#failStart(error)
    else this.#events?.fatal(error)
  }

  #failStart(error: unknown): void {
    const starting = this.#starting
    if (starting === undefined) return
    this.#starting = undefined
    starting.timer.cancel()
    this.#link.close(1000, 'gave up')
    starting.reject(error)
  }
}

/** More than any cluster has: the protocol's bound. */
const WANTED_MAX = 1_000_000

/** A name as it may stand in a log: one line, not long. */
function shown(text: string): string {
  return text.replace(CONTROL, '?').slice(0, NAME_MAX)
}
