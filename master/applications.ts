import type { DriverToMaster, RegisterApplication } from '#publib/protocol'
import {
  type ApplicationId,
  assertNever,
  type ExecutorId,
  type WorkerId,
  workerId,
} from '#publib/util'
import { fairShare } from './allocation.ts'
import { endApplication } from './application-end.ts'
import type { Application, Cluster, Executor } from './cluster.ts'
import type { ConnectionId } from './events.ts'
import { grantToDriver, stopExecutors, tellWorkerStates } from './executors.ts'
import type { JournaledApplicationState } from './journal-record.ts'
import { adopt } from './worker-registration.ts'

interface Arrival {
  readonly connection: ConnectionId
  readonly registration: RegisterApplication
  readonly freshId: ApplicationId
  readonly isTicketValid: boolean
}

/** An application comes, or comes back to a master that has, or has not, restarted. */
export function registerApplication(cluster: Cluster, arrival: Arrival, nowMs: number): void {
  const refusal = refusalOf(cluster, arrival)
  if (refusal !== undefined) {
    refuse(cluster, arrival.connection, refusal)
    return
  }
  const { applicationId } = arrival.registration
  if (applicationId === undefined) {
    welcomeNew(cluster, arrival, arrival.freshId, nowMs)
    return
  }
  if (!cluster.applications.has(applicationId)) welcomeNew(cluster, arrival, applicationId, nowMs)
  welcomeBack(cluster, arrival, cluster.applications.get(applicationId)!, nowMs)
}

interface Refusal {
  readonly code: 'APPLICATION_REFUSED' | 'NOT_AUTHORIZED'
  readonly message: string
}

function refusalOf(cluster: Cluster, arrival: Arrival): Refusal | undefined {
  const { applicationId } = arrival.registration
  const known = applicationId === undefined ? undefined : cluster.applications.get(applicationId)
  const { applicationsMax } = cluster.rules
  if (known === undefined && cluster.applications.size >= applicationsMax) {
    return {
      code: 'APPLICATION_REFUSED',
      message: `this master has ${applicationsMax} applications`,
    }
  }
  if (applicationId === undefined) return undefined
  if (!arrival.isTicketValid) {
    return { code: 'NOT_AUTHORIZED', message: `the ticket is not that of ${applicationId}` }
  }
  const ended = cluster.ended.get(applicationId)?.ended
  if (ended === undefined) return undefined
  const message = `application ${applicationId} has ended: ${ended.reason}`
  return { code: 'APPLICATION_REFUSED', message }
}

function refuse(cluster: Cluster, connection: ConnectionId, { code, message }: Refusal): void {
  const told = { type: 'applicationRefused', code, message } as const
  cluster.act({ type: 'SendToDriver', connection, message: told })
  cluster.close(connection, code === 'NOT_AUTHORIZED' ? 4403 : 4404, message)
}

function welcomeNew(
  cluster: Cluster,
  { connection, registration }: Arrival,
  applicationId: ApplicationId,
  nowMs: number,
): void {
  const { name, user, version, executorMemoryMiB, executorsMin, uiUrl } = registration
  const executorsWanted = Math.max(registration.executorsWanted, executorsMin)
  const journaled = {
    ...{ applicationId, name, user, version, executorsWanted, executorsMin, executorMemoryMiB },
    ...{ uiUrl, startedMs: cluster.wallMs(), hostSettings: registration.hostSettings },
    executorsPerWorkerMax: registration.executorsPerWorkerMax,
  }
  cluster.journal({ type: 'applicationRegistered', application: journaled })
  const application = applicationFrom({ application: journaled, isQueued: true, jobs: [] }, nowMs)
  application.connection = connection
  cluster.applications.set(applicationId, application)
  cluster.applicationOf.set(connection, application)
  cluster.note('info', 'application registered', { applicationId, name })
  welcome(cluster, application, connection, nowMs)
}

function welcome(
  cluster: Cluster,
  { applicationId, wanted }: Application,
  connection: ConnectionId,
  nowMs: number,
): void {
  const executorsShare = Math.min(wanted, fairShare(cluster, nowMs))
  const { epoch } = cluster
  cluster.act({ type: 'WelcomeDriver', connection, applicationId, epoch, executorsShare })
}

/** An application as the journal holds it; its executors are told by workers and its driver. */
export function applicationFrom(state: JournaledApplicationState, nowMs: number): Application {
  const { application, isQueued, jobs, ended } = state
  return {
    ...application,
    ...{ connection: undefined, disconnectedSinceMs: nowMs, isQueued, isRecovered: false },
    ...{ target: application.executorsWanted, wanted: application.executorsWanted },
    ...{ executors: new Map(), hosts: new Map(), awaited: new Map() },
    ...{ workers: new Set(), avoided: new Map(), launchFailures: 0 },
    ...{ jobs, jobsChanged: false, queuePosition: 0, ended },
  }
}

/** Both sides say what they have; what only the driver knows is believed for as long as a worker may be away. */
function welcomeBack(
  cluster: Cluster,
  { connection, registration }: Arrival,
  application: Application,
  nowMs: number,
): void {
  const { applicationId } = application
  if (application.connection !== undefined && application.connection !== connection) {
    cluster.close(application.connection, 4409, 'another connection of this driver has taken over')
    cluster.applicationOf.delete(application.connection)
  }
  const isNew = application.connection === connection
  application.connection = connection
  application.queuePosition = 0
  application.wanted = Math.max(registration.executorsWanted, application.executorsMin)
  if (isNew || application.isRecovered) {
    // What it asked for since its start, it asks for again.
    const share = Math.max(fairShare(cluster, nowMs), application.executorsMin)
    application.target = Math.max(
      registration.executorsHeld.length,
      Math.min(application.wanted, share),
    )
  }
  application.isRecovered = false
  cluster.applicationOf.set(connection, application)
  if (!isNew) welcome(cluster, application, connection, nowMs)
  claimStrangers(cluster, application)
  const held = new Set(registration.executorsHeld)
  if (held.size > 0 && application.isQueued) {
    application.isQueued = false
    cluster.journal({ type: 'applicationStarted', applicationId })
  }
  for (const executorId of held) believe(cluster, application, executorId, nowMs)
  const unheld = (executor: Executor): boolean => !held.has(executor.executorId)
  grantToDriver(cluster, application, [...application.executors.values()].filter(unheld))
  tellWorkerStates(cluster, application, registration.executorsHeld.map(workerOf))
  cluster.note('info', 'driver is back', { applicationId, executors: held.size })
}

function claimStrangers(cluster: Cluster, application: Application): void {
  for (const worker of cluster.workers.values()) {
    for (const [hostId, { host }] of worker.strangers) {
      if (host.applicationId !== application.applicationId) continue
      worker.strangers.delete(hostId)
      adopt(cluster, application, worker, host)
    }
    const hasData = worker.strangeData.delete(application.applicationId)
    if (hasData) application.workers.add(worker.workerId)
  }
}

/** A worker that is here has told what it has; one that is not here may still come back with it. */
function believe(
  cluster: Cluster,
  application: Application,
  executorId: ExecutorId,
  nowMs: number,
): void {
  if (application.executors.has(executorId)) return
  const worker = cluster.workers.get(workerOf(executorId))
  if (worker?.connection !== undefined) {
    tellGone(cluster, application, executorId, 'it ended while the driver was not connected')
  } else application.awaited.set(executorId, nowMs + cluster.rules.downMs)
}

/** Executors that a driver holds and no worker has told of in time. */
export function sweepAwaited(cluster: Cluster, application: Application, nowMs: number): void {
  for (const [executorId, untilMs] of application.awaited) {
    if (nowMs < untilMs) continue
    application.awaited.delete(executorId)
    tellGone(cluster, application, executorId, 'its worker has not come back to the master')
  }
}

function tellGone(
  cluster: Cluster,
  application: Application,
  executorId: ExecutorId,
  reason: string,
): void {
  const executorIds = [executorId]
  const why = { workerId: workerOf(executorId), reason, cause: 'workerLost' }
  cluster.tellDriver(application, { type: 'executorsGone', executorIds, ...why })
}

/** Executors are named after their worker. */
function workerOf(executorId: ExecutorId): WorkerId {
  return workerId(executorId.slice(0, executorId.lastIndexOf('/')))
}

/** An application without executors lives as long as a lease without its driver. With executors, their hosts decide. */
export function sweepApplications(cluster: Cluster, nowMs: number): void {
  for (const application of cluster.applications.values()) {
    sweepAwaited(cluster, application, nowMs)
    if (application.jobsChanged) journalJobs(cluster, application)
    if (application.connection !== undefined || application.executors.size > 0) continue
    if (nowMs - application.disconnectedSinceMs < cluster.rules.leaseMs) continue
    endApplication(cluster, application, 'FAILED', 'its driver is gone and has not come back')
  }
}

export function driverDisconnected(
  cluster: Cluster,
  application: Application,
  nowMs: number,
): void {
  const { applicationId } = application
  application.connection = undefined
  application.disconnectedSinceMs = nowMs
  cluster.note('warn', 'connection to the driver is closed', { applicationId })
}

type Request = Exclude<DriverToMaster, RegisterApplication>

/** What the driver of a registered application asks or tells. */
export function takeRequest(cluster: Cluster, application: Application, request: Request): void {
  switch (request.type) {
    case 'requestExecutors':
      application.wanted = request.total
      application.target = request.total
      break
    case 'releaseExecutors':
      stopExecutors(cluster, owned(application, request.executorIds), 'released')
      break
    case 'executorsLost':
      stopExecutors(cluster, owned(application, request.executorIds), request.reason)
      break
    case 'jobSummaries':
      takeJobs(cluster, application, request.jobs)
      break
    case 'endApplication':
      driverEnded(cluster, application, request.exitCode)
      break
    default:
      assertNever(request)
  }
}

function driverEnded(
  cluster: Cluster,
  application: Application,
  exitCode: number | undefined,
): void {
  const isFine = exitCode === undefined || exitCode === 0
  const reason = isFine ? 'finished' : `its driver ended with ${exitCode}`
  endApplication(cluster, application, isFine ? 'FINISHED' : 'FAILED', reason)
}

/** Only its own: ids of others are as unknown as ids of nobody. */
function owned(application: Application, executorIds: readonly ExecutorId[]): Executor[] {
  for (const executorId of executorIds) application.awaited.delete(executorId)
  return executorIds
    .map(id => application.executors.get(id))
    .filter(executor => executor !== undefined)
    .filter(executor => executor.phase !== 'stopping')
}

function takeJobs(cluster: Cluster, application: Application, jobs: Application['jobs']): void {
  const known = new Map(application.jobs.map(job => [job.jobId, job]))
  for (const job of jobs) known.set(job.jobId, job)
  const latest = [...known.values()].sort((a, b) => a.jobId - b.jobId)
  application.jobs = latest.slice(-cluster.rules.jobsMax)
  application.jobsChanged = true
}

function journalJobs(cluster: Cluster, application: Application): void {
  const { applicationId, jobs } = application
  application.jobsChanged = false
  cluster.journal({ type: 'jobsReported', applicationId, jobs })
}
