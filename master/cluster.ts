import type { JobSummary, MasterToDriver, MasterToWorker, RunningHost } from '#publib/protocol'
import {
  type ApplicationId,
  type ExecutorId,
  executorId,
  type HostId,
  type MasterEpoch,
  type WorkerId,
} from '#publib/util'
import type { ConnectionId, MasterAction } from './events.ts'
import type { ApplicationOutcome, JournaledApplication, JournalRecord } from './journal-record.ts'
import type { PlaceableWorker, PlacementPolicy } from './placement.ts'

/** Settings of the master's decisions, times in milliseconds. */
export interface MasterRules {
  readonly suspectMs: number
  readonly downMs: number
  /** How long an application without executors may be without its driver. */
  readonly leaseMs: number
  /** How long a restarted master grants nothing, until drivers and workers have told it what runs. */
  readonly recoveryMs: number
  /** How long hosts of unknown applications may wait for a driver that knows them. */
  readonly orphanMs: number
  readonly setAsideMs: number
  /** Different applications that fail on a worker within `failureWindowMs` before it is set aside. */
  readonly setAsideFailures: number
  readonly failureWindowMs: number
  /** Starts of executors that fail in a row before the application is ended. */
  readonly launchFailuresMax: number
  /** The sweep may be so late before it counts as a pause of the master itself. */
  readonly latenessMs: number
  readonly placement: PlacementPolicy
  readonly workersMax: number
  readonly applicationsMax: number
  readonly endedMax: number
  readonly jobsMax: number
  /** Whether to go on after data loss: the epoch jumps over the one that workers have seen. */
  readonly acceptsDataLoss: boolean
}

export const defaultRules: MasterRules = {
  suspectMs: 4_000,
  downMs: 10_000,
  leaseMs: 15_000,
  recoveryMs: 5_000,
  orphanMs: 15_000,
  setAsideMs: 60_000,
  setAsideFailures: 3,
  failureWindowMs: 300_000,
  launchFailuresMax: 10,
  latenessMs: 500,
  placement: 'spread',
  workersMax: 10_000,
  applicationsMax: 10_000,
  endedMax: 200,
  jobsMax: 50,
  acceptsDataLoss: false,
}

/** ALIVE: heard within `suspectMs`. SUSPECT: silent or its socket closed; reversible. DOWN: final for this incarnation. */
export type WorkerState = 'ALIVE' | 'SUSPECT' | 'DOWN'

export interface Worker {
  readonly workerId: WorkerId
  incarnation: number
  /** Undefined while its socket is closed. */
  connection: ConnectionId | undefined
  host: string
  port: number
  blockPort: number
  cores: number
  memoryMiB: number
  state: WorkerState
  isDraining: boolean
  lastHeardMs: number
  residentBytes: number
  setAsideUntilMs: number
  /** When each application last failed here. */
  readonly failures: Map<ApplicationId, number>
  /** Every one counts as busy, whatever its phase. */
  readonly executors: Map<ExecutorId, Executor>
  /** Hosts of applications that this master does not know, and when they were first told. */
  readonly strangers: Map<HostId, Stranger>
  /** Applications with files there that this master does not know, and since when it was told. */
  readonly strangeData: Map<ApplicationId, number>
}

export interface Stranger {
  readonly host: RunningHost
  readonly sinceMs: number
}

/** `starting`: the worker was told. `running`: ready, the driver was told. `stopping`: until the worker says it is gone. */
export type ExecutorPhase = 'starting' | 'running' | 'stopping'

export interface Executor {
  readonly executorId: ExecutorId
  readonly application: Application
  readonly worker: Worker
  readonly host: Host
  readonly memoryMiB: number
  phase: ExecutorPhase
}

/** The process that holds an application's executors on a worker. */
export interface Host {
  readonly hostId: HostId
  /** 0 until it listens. */
  port: number
}

export interface Application extends JournaledApplication {
  readonly applicationId: ApplicationId
  connection: ConnectionId | undefined
  disconnectedSinceMs: number
  /** Waits for its first executors. */
  isQueued: boolean
  /** Back from the journal, and its driver has not come back yet. */
  isRecovered: boolean
  /** Executors it is to have now: its fair share at first, what its driver asks for later. */
  target: number
  wanted: number
  readonly executors: Map<ExecutorId, Executor>
  /** The host for more executors, by worker. */
  readonly hosts: Map<WorkerId, Host>
  /** Held by the returned driver on workers that have not come back: until when they are believed in. */
  readonly awaited: Map<ExecutorId, number>
  /** Where it ever had executors: its shuffle output may be there. */
  readonly workers: Set<WorkerId>
  /** Where its executors did not start, and until when it is not sent there again. */
  readonly avoided: Map<WorkerId, number>
  launchFailures: number
  jobs: readonly JobSummary[]
  jobsChanged: boolean
  queuePosition: number
  ended: { outcome: ApplicationOutcome; reason: string; endedMs: number } | undefined
}

/**
 * All that the master knows, and the actions of the event at hand.
 * Invariant: an executor is in the map of exactly one worker and of exactly one application, or of none.
 */
export class Cluster {
  readonly rules: MasterRules
  epoch: MasterEpoch
  readonly workers = new Map<WorkerId, Worker>()
  /** Not ended, in the order of their registration, which is the order of the queue. */
  readonly applications = new Map<ApplicationId, Application>()
  /** Ended, the latest `endedMax`. */
  readonly ended = new Map<ApplicationId, Application>()
  readonly workerOf = new Map<ConnectionId, Worker>()
  readonly applicationOf = new Map<ConnectionId, Application>()
  /** While the master recovers, it grants nothing; 0 when it does not. */
  recoveringUntilMs = 0
  /** The time of the event at hand. */
  nowMs = 0
  nextExecutor: number
  reservedExecutors: number
  #actions: MasterAction[] = []
  readonly #wallOffsetMs: number

  constructor(rules: MasterRules, epoch: MasterEpoch, nextExecutor: number, wallOffsetMs: number) {
    this.#wallOffsetMs = wallOffsetMs
    this.rules = rules
    this.epoch = epoch
    this.nextExecutor = nextExecutor
    this.reservedExecutors = nextExecutor
  }

  /** Milliseconds since 1970, for display only. */
  wallMs(): number {
    return Math.round(this.nowMs + this.#wallOffsetMs)
  }

  act(action: MasterAction): void {
    this.#actions.push(action)
  }

  journal(record: JournalRecord): void {
    this.act({ type: 'WriteJournal', record })
  }

  tellWorker(worker: Worker, message: MasterToWorker): void {
    if (worker.connection === undefined) return
    this.act({ type: 'SendToWorker', connection: worker.connection, message })
  }

  tellDriver(application: Application, message: MasterToDriver): void {
    if (application.connection === undefined) return
    this.act({ type: 'SendToDriver', connection: application.connection, message })
  }

  close(connection: ConnectionId, code: number, reason: string): void {
    this.act({ type: 'CloseConnection', connection, code, reason })
  }

  note(level: 'info' | 'warn', text: string, fields: Record<string, string | number> = {}): void {
    this.act({ type: 'Note', level, text, fields })
  }

  /** The actions since the last call, in order. */
  takeActions(): readonly MasterAction[] {
    const actions = this.#actions
    this.#actions = []
    return actions
  }

  /** An id that no executor ever had; numbers are reserved on disk in blocks before they are used. */
  freshExecutorId(workerId: WorkerId): ExecutorId {
    if (this.nextExecutor >= this.reservedExecutors) {
      this.reservedExecutors = this.nextExecutor + EXECUTOR_NUMBERS
      this.journal({ type: 'executorNumbersReserved', next: this.reservedExecutors })
    }
    return executorId(`${workerId}/${this.nextExecutor++}`)
  }

  *placeable(nowMs: number): Iterable<PlaceableWorker> {
    for (const worker of this.workers.values()) yield placeable(worker, nowMs)
  }
}

const EXECUTOR_NUMBERS = 100

export function placeable(worker: Worker, nowMs: number): PlaceableWorker {
  let busy = worker.executors.size
  let memoryUsedMiB = 0
  for (const { memoryMiB } of worker.executors.values()) memoryUsedMiB += memoryMiB
  for (const { host } of worker.strangers.values()) {
    const count = host.executorIds.length + host.executorsStarting.length
    busy += count
    memoryUsedMiB += count * host.executorMemoryMiB
  }
  const { workerId, cores, memoryMiB } = worker
  const isOpen = worker.state === 'ALIVE' && !worker.isDraining && nowMs >= worker.setAsideUntilMs
  return { workerId, isOpen, cores, busy, memoryMiB, memoryUsedMiB }
}

/** Those that the application has or is getting, without those that end. */
export function heldBy(application: Application): number {
  let count = application.awaited.size
  for (const { phase } of application.executors.values()) if (phase !== 'stopping') count += 1
  return count
}

/** Its executors by worker, those that `filter` takes. */
export function byWorker(
  executors: Iterable<Executor>,
  filter: (executor: Executor) => boolean = () => true,
): Map<Worker, Executor[]> {
  const groups = new Map<Worker, Executor[]>()
  for (const executor of executors) {
    if (!filter(executor)) continue
    const group = groups.get(executor.worker)
    if (group === undefined) groups.set(executor.worker, [executor])
    else group.push(executor)
  }
  return groups
}

/** Takes an executor out of all maps: its place is free. */
export function forget(executor: Executor): void {
  executor.worker.executors.delete(executor.executorId)
  executor.application.executors.delete(executor.executorId)
  leaveEmptyHost(executor)
}

/** A host without executors ends: the next executor there gets a new one. */
export function leaveEmptyHost({ application, worker, host }: Executor): void {
  if (application.hosts.get(worker.workerId) !== host) return
  for (const other of application.executors.values()) {
    if (other.host === host && other.phase !== 'stopping') return
  }
  application.hosts.delete(worker.workerId)
}
