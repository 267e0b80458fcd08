import type { RegisterWorker, WorkerToMaster } from '#publib/protocol'
import { assertNever } from '#publib/util'
import { endApplication } from './application-end.ts'
import type { Application, Cluster, Executor, Worker } from './cluster.ts'
import { grantToDriver, loseExecutors, stopExecutors, tellWorkerState } from './executors.ts'

type Report = Exclude<WorkerToMaster, RegisterWorker>

/** What a registered worker tells. */
export function takeReport(cluster: Cluster, worker: Worker, report: Report, nowMs: number): void {
  switch (report.type) {
    case 'heartbeat': {
      worker.residentBytes = report.residentBytes
      const connection = worker.connection!
      cluster.act({ type: 'AnswerBeat', connection, sequence: report.sequence })
      break
    }
    case 'hostReady':
      hostReady(cluster, worker, report)
      break
    case 'executorsEnded':
      executorsEnded(cluster, worker, report, nowMs)
      break
    case 'launchRefused':
      launchRefused(cluster, worker, report, nowMs)
      break
    case 'draining':
      worker.isDraining = true
      cluster.note('info', 'worker drains', { workerId: worker.workerId })
      tellWorkerState(cluster, worker, 'DRAINING')
      break
    default:
      assertNever(report)
  }
}

function hostReady(
  cluster: Cluster,
  worker: Worker,
  report: Extract<Report, { type: 'hostReady' }>,
): void {
  const application = cluster.applications.get(report.applicationId)
  const host = application?.hosts.get(worker.workerId)
  if (application === undefined || host?.hostId !== report.hostId) return
  host.port = report.port
  application.launchFailures = 0
  const ready: Executor[] = []
  for (const executorId of report.executorIds) {
    const executor = worker.executors.get(executorId)
    if (executor?.application !== application || executor.phase !== 'starting') continue
    executor.phase = 'running'
    ready.push(executor)
  }
  // Nobody would ever dial them: a driver that comes back gets others. After a restart it may come any moment.
  const isDriverless = application.connection === undefined && !application.isRecovered
  if (isDriverless) stopExecutors(cluster, ready, 'its driver is gone')
  else grantToDriver(cluster, application, ready)
}

function executorsEnded(
  cluster: Cluster,
  worker: Worker,
  report: Extract<Report, { type: 'executorsEnded' }>,
  nowMs: number,
): void {
  const { applicationId, hostId, executorIds, hostEnded, cause, message } = report
  if (hostEnded) worker.strangers.delete(hostId)
  const gone = executorIds
    .map(id => worker.executors.get(id))
    .filter(executor => executor?.application.applicationId === applicationId)
    .filter(executor => executor !== undefined)
  const application = gone[0]?.application ?? cluster.applications.get(applicationId)
  if (application === undefined) return
  const known = application.hosts.get(worker.workerId)
  if (hostEnded && known?.hostId === hostId) application.hosts.delete(worker.workerId)
  const didNotStart = gone.some(({ phase }) => phase === 'starting')
  loseExecutors(cluster, worker, gone, { cause, reason: message })
  if (hostEnded && isFailure(cause)) countFailure(cluster, worker, application, nowMs)
  if (didNotStart) launchFailed(cluster, worker, application, message, nowMs)
  if (hostEnded && cause === 'driverGone') stopIfDriverless(cluster, application)
  if (hostEnded) endIfDriverless(cluster, application, { cause, message })
}

function launchRefused(
  cluster: Cluster,
  worker: Worker,
  report: Extract<Report, { type: 'launchRefused' }>,
  nowMs: number,
): void {
  const refused = report.executorIds
    .map(id => worker.executors.get(id))
    .filter(executor => executor?.application.applicationId === report.applicationId)
    .filter(executor => executor !== undefined)
  const application = refused[0]?.application
  if (application === undefined) return
  const { applicationId } = application
  const text = `worker refuses executors: ${report.message}`
  cluster.note('warn', text, { workerId: worker.workerId, applicationId })
  loseExecutors(cluster, worker, refused, { cause: 'stopped', reason: report.message })
  application.hosts.delete(worker.workerId)
  launchFailed(cluster, worker, application, report.message, nowMs)
}

/** Ends that say nothing against the worker. */
const ORDERLY: ReadonlySet<string> = new Set(['released', 'stopped', 'leaseExpired', 'driverGone'])
const isFailure = (cause: string): boolean => !ORDERLY.has(cause)

/** Hosts of different applications that end badly on one worker speak against the worker. */
function countFailure(
  cluster: Cluster,
  worker: Worker,
  application: Application,
  nowMs: number,
): void {
  const { failureWindowMs, setAsideFailures, setAsideMs } = cluster.rules
  worker.failures.set(application.applicationId, nowMs)
  for (const [id, atMs] of worker.failures) {
    if (nowMs - atMs > failureWindowMs) worker.failures.delete(id)
  }
  if (worker.failures.size < setAsideFailures) return
  worker.failures.clear()
  worker.setAsideUntilMs = nowMs + setAsideMs
  const text = `worker is set aside for ${setAsideMs / 1000} s: ${setAsideFailures} applications failed on it`
  cluster.note('warn', text, { workerId: worker.workerId })
}

/** Not there again at once; and not for ever anywhere. */
function launchFailed(
  cluster: Cluster,
  worker: Worker,
  application: Application,
  message: string,
  nowMs: number,
): void {
  if (application.ended !== undefined) return
  const { downMs, launchFailuresMax } = cluster.rules
  application.launchFailures += 1
  application.avoided.set(worker.workerId, nowMs + downMs)
  for (const [workerId, untilMs] of application.avoided) {
    if (untilMs <= nowMs) application.avoided.delete(workerId)
  }
  if (application.launchFailures < launchFailuresMax) return
  const reason = `executors did not start ${launchFailuresMax} times in a row, last on ${worker.workerId}: ${message}`
  cluster.tellDriver(application, {
    type: 'applicationRefused',
    code: 'APPLICATION_REFUSED',
    message: reason,
  })
  endApplication(cluster, application, 'FAILED', reason)
}

/**
 * The driver left its master and one of its hosts: it is gone from the others too, of which it may never have dialled some.
 * One that comes back gets others.
 */
function stopIfDriverless(cluster: Cluster, application: Application): void {
  if (application.ended !== undefined || application.connection !== undefined) return
  if (application.isRecovered) return
  const left = [...application.executors.values()].filter(({ phase }) => phase === 'running')
  stopExecutors(cluster, left, 'its driver is gone')
}

/** Without its driver and without hosts, an application has ended: its last host says why. */
function endIfDriverless(
  cluster: Cluster,
  application: Application,
  { cause, message }: { readonly cause: string; readonly message: string },
): void {
  if (application.ended !== undefined || application.connection !== undefined) return
  if (application.executors.size > 0 || application.awaited.size > 0) return
  // A driver that said goodbye to its hosts, and could not to a master that was away, has ended well.
  if (cause === 'stopped') endApplication(cluster, application, 'FINISHED', message)
  else endApplication(cluster, application, 'FAILED', `its driver is gone: ${message}`)
}
