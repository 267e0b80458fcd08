import type { ApplicationId, ExecutorId, HostId, Incarnation, WorkerId } from '#publib/util'
import type { HostSettings } from './host-settings.ts'

/** What a worker tells an executor host, over the pipe between parent and child. The first is `startHost`. */
export type WorkerToHost =
  | StartHost
  | { readonly type: 'addExecutors'; readonly executorIds: readonly ExecutorId[] }
  | {
      readonly type: 'removeExecutors'
      readonly executorIds: readonly ExecutorId[]
      readonly reason: string
    }
  | { readonly type: 'stopHost'; readonly reason: string }

export interface StartHost {
  readonly type: 'startHost'
  readonly applicationId: ApplicationId
  readonly applicationName: string
  readonly hostId: HostId
  readonly workerId: WorkerId
  readonly incarnation: Incarnation
  /** Tokens never stand in an environment or a command line. Opens this host, and block services of the application. */
  readonly ticket: string
  readonly listenHost: string
  /** The worker's own block service, for the map statuses that tasks give. */
  readonly advertisedHost: string
  readonly blockPort: number
  /** `shuffle/` and `spill/` of this application on this worker. */
  readonly folder: string
  readonly executorIds: readonly ExecutorId[]
  readonly executorMemoryMiB: number
  readonly hostSettings: HostSettings
  readonly tls?: { readonly key: string; readonly cert: string; readonly ca: string } | undefined
}

/** What an executor host tells its worker. */
export type HostToWorker =
  | {
      readonly type: 'hostListening'
      readonly port: number
      readonly executorIds: readonly ExecutorId[]
    }
  | { readonly type: 'executorsReady'; readonly executorIds: readonly ExecutorId[] }
  | {
      readonly type: 'executorEnded'
      readonly executorId: ExecutorId
      readonly cause: string
      readonly message: string
    }
  /** Says why before it ends by itself: lease expired, driver gone, out of memory. */
  | { readonly type: 'hostEnding'; readonly cause: string; readonly message: string }
