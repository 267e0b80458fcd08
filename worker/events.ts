import type {
  HostSettings,
  HostToWorker,
  MasterToWorker,
  WorkerToHost,
  WorkerToMaster,
} from '#publib/protocol'
import type { ApplicationId, ExecutorId, HostId, Incarnation, MasterEpoch } from '#publib/util'

/** What has happened to the worker. */
export type WorkerEvent =
  | { readonly type: 'MasterConnected' }
  | { readonly type: 'MasterSpoke'; readonly message: MasterToWorker }
  | { readonly type: 'MasterDisconnected'; readonly code: number; readonly reason: string }
  | { readonly type: 'HostSpoke'; readonly hostId: HostId; readonly message: HostToWorker }
  /** The process is gone, or never was there; `output` is the end of what it wrote. */
  | {
      readonly type: 'HostExited'
      readonly hostId: HostId
      readonly code: number | null
      readonly signal: string | null
      readonly output: string
    }
  | { readonly type: 'DrainRequested' }
  | { readonly type: 'StopRequested'; readonly reason: string }
  | { readonly type: 'Swept'; readonly latenessMs: number; readonly residentBytes: number }

/** What the worker's shell is to do, in this order. */
export type WorkerAction =
  | { readonly type: 'SendToMaster'; readonly message: WorkerToMaster }
  | { readonly type: 'CloseMaster'; readonly code: number; readonly reason: string }
  /** On disk before anything after it is done. */
  | {
      readonly type: 'RememberIdentity'
      readonly incarnation: Incarnation
      readonly epochSeen: MasterEpoch
    }
  | { readonly type: 'StartHost'; readonly host: HostDescription }
  | { readonly type: 'SendToHost'; readonly hostId: HostId; readonly message: WorkerToHost }
  | {
      readonly type: 'SignalHost'
      readonly hostId: HostId
      readonly signal: 'SIGTERM' | 'SIGKILL'
    }
  /** All that the application left here, or only what a host that is gone has spilled. */
  | {
      readonly type: 'DeleteFiles'
      readonly applicationId: ApplicationId
      readonly what: 'all' | 'spill'
    }
  /** A master has taken the worker in. */
  | { readonly type: 'AnnounceRegistered'; readonly epoch: MasterEpoch }
  /** Nothing runs here any more and nothing will: the daemon ends. */
  | { readonly type: 'EndWorker'; readonly reason: string; readonly isFault: boolean }
  | {
      readonly type: 'Note'
      readonly level: 'info' | 'warn'
      readonly text: string
      readonly fields: Readonly<Record<string, string | number>>
    }

/** A host to be started; the shell adds ticket, folder and ports. */
export interface HostDescription {
  readonly hostId: HostId
  readonly applicationId: ApplicationId
  readonly applicationName: string
  readonly incarnation: Incarnation
  readonly executorIds: readonly ExecutorId[]
  readonly executorMemoryMiB: number
  readonly hostSettings: HostSettings
}
