import type { ApplicationId, ExecutorId, HostId, MasterEpoch, WorkerId } from '#publib/util'
import type { HostSettings } from './host-settings.ts'

/** What a driver tells the master. */
export type DriverToMaster =
  | RegisterApplication
  /** How many executors it wants in all, from now on. */
  | { readonly type: 'requestExecutors'; readonly total: number }
  /** Idle ones it gives back. */
  | { readonly type: 'releaseExecutors'; readonly executorIds: readonly ExecutorId[] }
  /** It has lost its connection to a host for good; the master frees what the worker no longer reports. */
  | {
      readonly type: 'executorsLost'
      readonly executorIds: readonly ExecutorId[]
      readonly reason: string
    }
  | { readonly type: 'jobSummaries'; readonly jobs: readonly JobSummary[] }
  | { readonly type: 'endApplication'; readonly exitCode?: number | undefined }

export interface RegisterApplication {
  readonly type: 'registerApplication'
  /** Given again when the driver comes back to a (restarted) master: then it keeps its executors. */
  readonly applicationId?: ApplicationId | undefined
  /** Given with it: proves that the application is its own. */
  readonly ticket?: string | undefined
  readonly name: string
  readonly user: string
  readonly version: string
  /** Executors it wants now, and the least it starts with (below it, it waits in the queue). */
  readonly executorsWanted: number
  readonly executorsMin: number
  readonly executorMemoryMiB: number
  readonly hostSettings: HostSettings
  /** Most executors on one worker; undefined: as many as there is room for. */
  readonly executorsPerWorkerMax?: number | undefined
  /** Those it holds, on a return. */
  readonly executorsHeld: readonly ExecutorId[]
  readonly uiUrl?: string | undefined
}

/** One job in a few words: bounded, for the master's pages and its restart. */
export interface JobSummary {
  readonly jobId: number
  readonly status: 'RUNNING' | 'SUCCEEDED' | 'FAILED'
  readonly description: string
  readonly tasksTotal: number
  readonly tasksDone: number
  readonly tasksFailed: number
  readonly startedMs: number
  readonly endedMs?: number | undefined
}

/** What the master tells a driver. */
export type MasterToDriver =
  | {
      readonly type: 'applicationRegistered'
      readonly applicationId: ApplicationId
      readonly epoch: MasterEpoch
      /** Opens the hosts and block services of this application and nothing else. */
      readonly ticket: string
      /** Executors that it would get now if all were shared evenly, of those it wants. */
      readonly executorsShare: number
    }
  | { readonly type: 'applicationRefused'; readonly code: string; readonly message: string }
  /** Waits for executors; `position` counts from 1. */
  | { readonly type: 'applicationQueued'; readonly position: number; readonly reason: string }
  | { readonly type: 'executorsGranted'; readonly hosts: readonly GrantedHost[] }
  | {
      readonly type: 'executorsGone'
      readonly executorIds: readonly ExecutorId[]
      readonly workerId: WorkerId
      readonly reason: string
      readonly cause: string
    }
  /** A worker does not answer (SUSPECT) or answers again: no new tasks meanwhile. */
  | {
      readonly type: 'workerState'
      readonly workerId: WorkerId
      readonly state: 'ALIVE' | 'SUSPECT' | 'DRAINING' | 'DOWN'
    }

/** Executors of one application on one worker, ready to be dialled. */
export interface GrantedHost {
  readonly hostId: HostId
  readonly workerId: WorkerId
  readonly host: string
  readonly port: number
  /** The worker's block service. */
  readonly blockPort: number
  readonly executorIds: readonly ExecutorId[]
}
