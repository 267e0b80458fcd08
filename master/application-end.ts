import type { Application, Cluster } from './cluster.ts'
import type { ApplicationOutcome } from './journal-record.ts'

/** Ends an application everywhere: its hosts are stopped and what it left on workers is deleted. */
export function endApplication(
  cluster: Cluster,
  application: Application,
  outcome: ApplicationOutcome,
  reason: string,
): void {
  if (application.ended !== undefined) return
  const { applicationId } = application
  const endedMs = cluster.wallMs()
  application.ended = { outcome, reason, endedMs }
  application.isQueued = false
  cluster.applications.delete(applicationId)
  cluster.ended.set(applicationId, application)
  cluster.journal({ type: 'applicationEnded', applicationId, outcome, reason, endedMs })
  for (const worker of cluster.workers.values()) {
    if (worker.state === 'DOWN' || !application.workers.has(worker.workerId)) continue
    cluster.tellWorker(worker, { type: 'endApplication', applicationId })
  }
  for (const executor of application.executors.values()) executor.phase = 'stopping'
  application.awaited.clear()
  application.hosts.clear()
  cluster.note('info', `application ended: ${reason}`, { applicationId, outcome })
  leaveDriver(cluster, application, reason)
  forgetOldest(cluster)
}

function leaveDriver(cluster: Cluster, application: Application, reason: string): void {
  if (application.connection === undefined) return
  cluster.close(application.connection, 1000, reason.slice(0, 100))
  cluster.applicationOf.delete(application.connection)
  application.connection = undefined
}

function forgetOldest(cluster: Cluster): void {
  for (const applicationId of cluster.ended.keys()) {
    if (cluster.ended.size <= cluster.rules.endedMax) return
    cluster.ended.delete(applicationId)
  }
}
