import type { Application, Cluster, Executor, Worker } from './cluster.ts'
import { loseExecutors, tellWorkerState } from './executors.ts'

/** Any message proves that the worker lives. */
export function heardFrom(cluster: Cluster, worker: Worker, nowMs: number): void {
  worker.lastHeardMs = nowMs
  if (worker.state !== 'SUSPECT') return
  worker.state = 'ALIVE'
  cluster.note('info', 'worker answers again', { workerId: worker.workerId })
  tellWorkerState(cluster, worker, worker.isDraining ? 'DRAINING' : 'ALIVE')
}

export function suspect(cluster: Cluster, worker: Worker, reason: string): void {
  if (worker.state !== 'ALIVE') return
  worker.state = 'SUSPECT'
  cluster.note('warn', `worker is suspect: ${reason}`, { workerId: worker.workerId })
  tellWorkerState(cluster, worker, 'SUSPECT')
}

/** Final: its executors are lost, and this incarnation of it is heard no more. */
export function takeDown(cluster: Cluster, worker: Worker, reason: string): void {
  if (worker.state === 'DOWN') return
  worker.state = 'DOWN'
  worker.strangers.clear()
  const { workerId } = worker
  cluster.note('warn', `worker is down: ${reason}`, { workerId, executors: worker.executors.size })
  for (const group of byApplication(worker.executors.values()).values()) {
    loseExecutors(cluster, worker, group, { cause: 'workerLost', reason })
  }
  tellWorkerState(cluster, worker, 'DOWN')
  for (const application of cluster.applications.values()) {
    application.hosts.delete(workerId)
    application.workers.delete(workerId)
  }
  if (worker.connection !== undefined) disconnect(cluster, worker, 4410, `declared down: ${reason}`)
}

export function disconnect(cluster: Cluster, worker: Worker, code: number, reason: string): void {
  if (worker.connection === undefined) return
  cluster.close(worker.connection, code, reason)
  cluster.workerOf.delete(worker.connection)
  worker.connection = undefined
}

export function workerDisconnected(cluster: Cluster, worker: Worker, isGoodbye: boolean): void {
  worker.connection = undefined
  if (isGoodbye) takeDown(cluster, worker, 'it has stopped')
  else suspect(cluster, worker, 'its connection is closed')
}

export function sweepWorkers(cluster: Cluster, nowMs: number): void {
  const { suspectMs, downMs } = cluster.rules
  for (const worker of cluster.workers.values()) {
    const silentMs = nowMs - worker.lastHeardMs
    if (silentMs >= downMs) takeDown(cluster, worker, `silent for ${seconds(silentMs)} s`)
    else if (silentMs >= suspectMs) suspect(cluster, worker, `silent for ${seconds(silentMs)} s`)
  }
  forgetOldDown(cluster)
}

/** Keeps the latest workers that are down, for the pages and to fence them. */
function forgetOldDown(cluster: Cluster): void {
  const down = [...cluster.workers.values()].filter(({ state }) => state === 'DOWN')
  const excess = down.length - cluster.rules.endedMax
  if (excess <= 0) return
  down.sort((a, b) => a.lastHeardMs - b.lastHeardMs)
  for (const { workerId } of down.slice(0, excess)) cluster.workers.delete(workerId)
}

export function byApplication(executors: Iterable<Executor>): Map<Application, Executor[]> {
  const groups = new Map<Application, Executor[]>()
  for (const executor of executors) {
    const group = groups.get(executor.application)
    if (group === undefined) groups.set(executor.application, [executor])
    else group.push(executor)
  }
  return groups
}

const seconds = (ms: number): string => (ms / 1000).toFixed(1)
