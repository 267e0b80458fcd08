import type { JobSummary } from '#publib/protocol'
import { waitingReason } from './allocation.ts'
import { type Application, type Cluster, heldBy, placeable, type Worker } from './cluster.ts'

/** What the master shows of itself. Times are milliseconds since 1970. */
export interface MasterStatus {
  readonly role: 'master'
  readonly epoch: number
  /** RECOVERING: restarted, waits for those it remembers, grants nothing yet. */
  readonly state: 'ALIVE' | 'RECOVERING'
  readonly cores: number
  readonly coresBusy: number
  readonly memoryMiB: number
  readonly memoryUsedMiB: number
  readonly workers: readonly WorkerStatus[]
  readonly applications: readonly ApplicationStatus[]
  readonly endedApplications: readonly ApplicationStatus[]
}

export interface WorkerStatus {
  readonly workerId: string
  readonly host: string
  readonly port: number
  readonly state: 'ALIVE' | 'SUSPECT' | 'DRAINING' | 'SET_ASIDE' | 'DOWN'
  readonly incarnation: number
  readonly cores: number
  readonly coresBusy: number
  readonly memoryMiB: number
  readonly memoryUsedMiB: number
  readonly residentBytes: number
  readonly silentMs: number
  readonly executors: readonly {
    readonly executorId: string
    readonly applicationId: string
    readonly hostId: string
    readonly phase: string
  }[]
}

export interface ApplicationStatus {
  readonly applicationId: string
  readonly name: string
  readonly user: string
  readonly version: string
  readonly state: 'WAITING' | 'RUNNING' | 'DISCONNECTED' | 'FINISHED' | 'FAILED'
  /** Why it waits, or why it ended. */
  readonly reason: string | undefined
  readonly executorsWanted: number
  readonly executors: number
  readonly executorMemoryMiB: number
  readonly startedMs: number
  readonly endedMs: number | undefined
  readonly uiUrl: string | undefined
  readonly jobs: readonly JobSummary[]
}

export function clusterStatus(cluster: Cluster, nowMs: number): MasterStatus {
  const workers = [...cluster.workers.values()].map(worker => workerStatus(worker, nowMs))
  const live = workers.filter(({ state }) => state !== 'DOWN')
  const sum = (pick: (worker: WorkerStatus) => number): number =>
    live.reduce((total, worker) => total + pick(worker), 0)
  const show = (one: Application): ApplicationStatus => applicationStatus(cluster, one, nowMs)
  return {
    role: 'master',
    epoch: cluster.epoch,
    state: cluster.recoveringUntilMs > 0 ? 'RECOVERING' : 'ALIVE',
    cores: sum(worker => worker.cores),
    coresBusy: sum(worker => worker.coresBusy),
    memoryMiB: sum(worker => worker.memoryMiB),
    memoryUsedMiB: sum(worker => worker.memoryUsedMiB),
    workers,
    applications: [...cluster.applications.values()].map(show),
    endedApplications: [...cluster.ended.values()].map(show),
  }
}

function workerStatus(worker: Worker, nowMs: number): WorkerStatus {
  const { workerId, host, port, incarnation, cores, memoryMiB, residentBytes } = worker
  const { busy, memoryUsedMiB } = placeable(worker, nowMs)
  const executors = [...worker.executors.values()].map(executor => ({
    executorId: executor.executorId,
    applicationId: executor.application.applicationId,
    hostId: executor.host.hostId,
    phase: executor.phase,
  }))
  return {
    ...{ workerId, host, port, state: shownState(worker, nowMs), incarnation },
    ...{ cores, coresBusy: busy, memoryMiB, memoryUsedMiB, residentBytes },
    ...{ silentMs: Math.max(0, Math.round(nowMs - worker.lastHeardMs)), executors },
  }
}

function shownState(worker: Worker, nowMs: number): WorkerStatus['state'] {
  if (worker.state !== 'ALIVE') return worker.state
  if (worker.isDraining) return 'DRAINING'
  return nowMs < worker.setAsideUntilMs ? 'SET_ASIDE' : 'ALIVE'
}

function applicationStatus(
  cluster: Cluster,
  application: Application,
  nowMs: number,
): ApplicationStatus {
  const { applicationId, name, user, version, target, executorMemoryMiB } = application
  const { startedMs, uiUrl, jobs, ended } = application
  const reason = application.isQueued ? waitingReason(cluster, application, nowMs) : ended?.reason
  return {
    ...{ applicationId, name, user, version, state: stateOf(application), reason },
    ...{ executorsWanted: target, executors: heldBy(application), executorMemoryMiB },
    ...{ startedMs, endedMs: ended?.endedMs, uiUrl, jobs },
  }
}

function stateOf(application: Application): ApplicationStatus['state'] {
  if (application.ended !== undefined) return application.ended.outcome
  if (application.connection === undefined) return 'DISCONNECTED'
  return application.isQueued ? 'WAITING' : 'RUNNING'
}
