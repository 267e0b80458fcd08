import type {
  DriverToMaster,
  MasterToDriver,
  MasterToWorker,
  RegisterApplication,
  RegisterWorker,
  WorkerToMaster,
} from '#publib/protocol'
import type { ApplicationId, MasterEpoch } from '#publib/util'
import type { JournalRecord } from './journal-record.ts'

/** One open connection of a worker or a driver; never reused in the life of a master. */
export type ConnectionId = number & { readonly __kind: 'connection' }
export const connectionId = (index: number): ConnectionId => index as ConnectionId

/** What has happened to the master. */
export type MasterEvent =
  | {
      readonly type: 'WorkerRegistered'
      readonly connection: ConnectionId
      readonly registration: RegisterWorker
    }
  | {
      readonly type: 'WorkerSpoke'
      readonly connection: ConnectionId
      readonly message: Exclude<WorkerToMaster, RegisterWorker>
    }
  | {
      readonly type: 'ApplicationRegistered'
      readonly connection: ConnectionId
      readonly registration: RegisterApplication
      /** The id that it gets if it is new: made by the shell, because it holds chance. */
      readonly freshId: ApplicationId
      /** Whether the ticket that a returning driver showed is the one of the application it names. */
      readonly isTicketValid: boolean
    }
  | {
      readonly type: 'DriverSpoke'
      readonly connection: ConnectionId
      readonly message: Exclude<DriverToMaster, RegisterApplication>
    }
  /** `isGoodbye`: the peer closed with 1000; anything else may be a passing fault. */
  | {
      readonly type: 'ConnectionClosed'
      readonly connection: ConnectionId
      readonly isGoodbye: boolean
    }
  /** Twice a second; `latenessMs` is how much later than planned, which is the master's own pause. */
  | { readonly type: 'Swept'; readonly latenessMs: number }

/** What the master's shell is to do, in this order. */
export type MasterAction =
  /** Everything after it waits until the record is on disk. */
  | { readonly type: 'WriteJournal'; readonly record: JournalRecord }
  | {
      readonly type: 'SendToWorker'
      readonly connection: ConnectionId
      readonly message: MasterToWorker
    }
  /** The answer to a beat: depends on no record, so it waits for none. */
  | {
      readonly type: 'AnswerBeat'
      readonly connection: ConnectionId
      readonly sequence: number
    }
  | {
      readonly type: 'SendToDriver'
      readonly connection: ConnectionId
      readonly message: MasterToDriver
    }
  /** Sends `applicationRegistered` with the ticket of the application, which only the shell can make. */
  | {
      readonly type: 'WelcomeDriver'
      readonly connection: ConnectionId
      readonly applicationId: ApplicationId
      readonly epoch: MasterEpoch
      readonly executorsShare: number
    }
  | {
      readonly type: 'CloseConnection'
      readonly connection: ConnectionId
      readonly code: number
      readonly reason: string
    }
  | {
      readonly type: 'Note'
      readonly level: 'info' | 'warn'
      readonly text: string
      readonly fields: Readonly<Record<string, string | number>>
    }
