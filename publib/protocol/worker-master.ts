import type {
  ApplicationId,
  ExecutorId,
  HostId,
  Incarnation,
  MasterEpoch,
  WorkerId,
} from '#publib/util'
import type { HostSettings } from './host-settings.ts'

/** What a worker tells the master. Any of it counts as a beat. */
export type WorkerToMaster =
  | RegisterWorker
  | {
      readonly type: 'heartbeat'
      readonly sequence: number
      readonly busyExecutors: number
      readonly residentBytes: number
    }
  /** The host listens and its executors stand ready. */
  | {
      readonly type: 'hostReady'
      readonly applicationId: ApplicationId
      readonly hostId: HostId
      readonly port: number
      readonly executorIds: readonly ExecutorId[]
    }
  /** An executor, or with all of them the host, has ended; `cause` names why. */
  | {
      readonly type: 'executorsEnded'
      readonly applicationId: ApplicationId
      readonly hostId: HostId
      readonly executorIds: readonly ExecutorId[]
      readonly hostEnded: boolean
      readonly cause: string
      readonly message: string
    }
  | {
      readonly type: 'launchRefused'
      readonly applicationId: ApplicationId
      readonly executorIds: readonly ExecutorId[]
      readonly message: string
    }
  /** Takes no new executors; ends when those it has are gone. */
  | { readonly type: 'draining' }

export interface RegisterWorker {
  readonly type: 'registerWorker'
  readonly workerId: WorkerId
  readonly incarnation: Incarnation
  readonly version: string
  readonly host: string
  readonly port: number
  readonly blockPort: number
  readonly cores: number
  readonly memoryMiB: number
  /** The highest epoch of a master it has served: an older master is refused. */
  readonly epochSeen: MasterEpoch
  /** What runs here, for a master that has restarted. */
  readonly hosts: readonly RunningHost[]
  /** Applications that have files here, with or without a host. */
  readonly applications: readonly ApplicationId[]
  readonly draining: boolean
}

export interface RunningHost {
  readonly applicationId: ApplicationId
  readonly hostId: HostId
  /** 0 while it does not listen yet. */
  readonly port: number
  /** Ready for tasks. */
  readonly executorIds: readonly ExecutorId[]
  readonly executorsStarting: readonly ExecutorId[]
  readonly executorMemoryMiB: number
}

/** What the master tells a worker. */
export type MasterToWorker =
  | { readonly type: 'workerRegistered'; readonly epoch: MasterEpoch }
  | { readonly type: 'workerRefused'; readonly code: string; readonly message: string }
  /** Adds executors to the application's host, which is started if there is none. */
  | {
      readonly type: 'launchExecutors'
      readonly applicationId: ApplicationId
      readonly applicationName: string
      readonly hostId: HostId
      readonly executorIds: readonly ExecutorId[]
      readonly executorMemoryMiB: number
      readonly hostSettings: HostSettings
    }
  | {
      readonly type: 'stopExecutors'
      readonly applicationId: ApplicationId
      readonly executorIds: readonly ExecutorId[]
      readonly reason: string
    }
  /** Ends the host and deletes what the application left here. */
  | { readonly type: 'endApplication'; readonly applicationId: ApplicationId }
  /** The answer to a beat. */
  | { readonly type: 'heartbeatSeen'; readonly sequence: number }
