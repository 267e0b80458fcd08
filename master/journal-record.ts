import type { HostSettings, JobSummary } from '#publib/protocol'
import { type ApplicationId, type MasterEpoch, masterEpoch } from '#publib/util'

/** What a master must find again after its end. Executors are not in it: workers and drivers tell those. */
export type JournalRecord =
  | { readonly type: 'masterStarted'; readonly epoch: MasterEpoch }
  | { readonly type: 'applicationRegistered'; readonly application: JournaledApplication }
  /** It has left the queue. */
  | { readonly type: 'applicationStarted'; readonly applicationId: ApplicationId }
  | {
      readonly type: 'applicationEnded'
      readonly applicationId: ApplicationId
      readonly outcome: ApplicationOutcome
      readonly reason: string
      readonly endedMs: number
    }
  | {
      readonly type: 'jobsReported'
      readonly applicationId: ApplicationId
      readonly jobs: readonly JobSummary[]
    }
  /** Numbers of executors below `next` may have been given out. */
  | { readonly type: 'executorNumbersReserved'; readonly next: number }

export type ApplicationOutcome = 'FINISHED' | 'FAILED'

export interface JournaledApplication {
  readonly applicationId: ApplicationId
  readonly name: string
  readonly user: string
  readonly version: string
  readonly executorsWanted: number
  readonly executorsMin: number
  readonly executorMemoryMiB: number
  readonly hostSettings: HostSettings
  readonly executorsPerWorkerMax?: number | undefined
  readonly uiUrl: string | undefined
  /** Milliseconds since 1970, for display. */
  readonly startedMs: number
}

export interface JournaledApplicationState {
  readonly application: JournaledApplication
  readonly isQueued: boolean
  readonly jobs: readonly JobSummary[]
  readonly ended?:
    | { readonly outcome: ApplicationOutcome; readonly reason: string; readonly endedMs: number }
    | undefined
}

/** All records of a journal, folded. Applications stand in the order in which they came. */
export interface JournalState {
  readonly epoch: MasterEpoch
  readonly nextExecutor: number
  readonly applications: readonly JournaledApplicationState[]
}

export const emptyJournalState: JournalState = {
  epoch: masterEpoch(0),
  nextExecutor: 0,
  applications: [],
}

/** The state after one record more; keeps at most `endedMax` ended applications, the latest. */
export function applyRecord(
  state: JournalState,
  record: JournalRecord,
  endedMax: number,
): JournalState {
  switch (record.type) {
    case 'masterStarted':
      return { ...state, epoch: record.epoch }
    case 'executorNumbersReserved':
      return { ...state, nextExecutor: Math.max(state.nextExecutor, record.next) }
    case 'applicationRegistered':
      return withApplication(state, record.application)
    case 'applicationStarted':
      return change(state, record.applicationId, entry => ({ ...entry, isQueued: false }))
    case 'jobsReported':
      return change(state, record.applicationId, entry => ({ ...entry, jobs: record.jobs }))
    case 'applicationEnded': {
      const { outcome, reason, endedMs } = record
      const ended = { outcome, reason, endedMs }
      return forgetOldest(
        change(state, record.applicationId, entry => ({ ...entry, isQueued: false, ended })),
        endedMax,
      )
    }
  }
}

function withApplication(state: JournalState, application: JournaledApplication): JournalState {
  const others = state.applications.filter(
    entry => entry.application.applicationId !== application.applicationId,
  )
  return { ...state, applications: [...others, { application, isQueued: true, jobs: [] }] }
}

function change(
  state: JournalState,
  applicationId: ApplicationId,
  next: (entry: JournaledApplicationState) => JournaledApplicationState,
): JournalState {
  return {
    ...state,
    applications: state.applications.map(entry =>
      entry.application.applicationId === applicationId ? next(entry) : entry,
    ),
  }
}

function forgetOldest(state: JournalState, endedMax: number): JournalState {
  let excess = state.applications.filter(entry => entry.ended !== undefined).length - endedMax
  if (excess <= 0) return state
  const applications = state.applications.filter(
    entry => entry.ended === undefined || excess-- <= 0,
  )
  return { ...state, applications }
}
