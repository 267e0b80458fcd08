import type { DriverToExecutor, ExecutorToDriver, JobSummary } from '#publib/protocol'
import type { LossCause } from '#publib/task'
import type { Connection } from '#publib/transport'
import type { ApplicationId, ExecutorId, HostId, WorkerId } from '#publib/util'

/** Where executors come from. Executors come and go; tasks travel over the connections that the backend hands over. */
export interface Backend {
  /** Resolves once the application is registered; rejects with MASTER_UNREACHABLE, NOT_AUTHENTICATED, VERSION_MISMATCH, APPLICATION_REFUSED. */
  start(events: BackendEvents, signal?: AbortSignal): Promise<Application>
  /** How many executors are wanted in all. The backend asks for them; they come by `hostAdded` and `executorsAdded`. */
  requestExecutors(total: number): void
  /** Gives idle ones back. */
  releaseExecutors(executorIds: readonly ExecutorId[]): void
  /** For the master's pages: jobs that have changed. Told at most once a second. */
  reportJobs?(jobs: readonly JobSummary[]): void
  /** Says goodbye everywhere and waits until nothing is left open. Idempotent. */
  stop(exitCode: number | undefined): Promise<void>
}

export interface Application {
  readonly applicationId: ApplicationId
  readonly defaultParallelism: number
  /** Most executors that may ever be there; undefined: unknown. */
  readonly executorsMax: number | undefined
  /** Executors neither come nor go: nobody need watch how many are wanted. Default false. */
  readonly isFixed?: boolean
}

/** What a backend tells the scheduler's shell. */
export interface BackendEvents {
  /** A host stands ready and is attached; its messages come from now on over `connection`. */
  hostAdded(host: ExecutorHostHandle, executorIds: readonly ExecutorId[]): void
  executorsAdded(hostId: HostId, executorIds: readonly ExecutorId[]): void
  executorLost(executorId: ExecutorId, cause: LossCause): void
  hostLost(hostId: HostId, cause: LossCause): void
  /** The finished shuffle output of a worker is gone with it. */
  workerLost(workerId: WorkerId, reason: string): void
  /** No new work for executors of a worker that does not answer, until it does again. */
  workerSuspended(workerId: WorkerId, isSuspended: boolean): void
  /** For the console and the log: waiting for executors, master away and back. */
  notice(text: string): void
  /** The application cannot go on. */
  fatal(error: Error): void
}

export interface ExecutorHostHandle {
  readonly hostId: HostId
  readonly workerId: WorkerId
  /** The name or address under which preferred locations know the machine. */
  readonly host: string
  readonly connection: Connection<ExecutorToDriver, DriverToExecutor>
}
