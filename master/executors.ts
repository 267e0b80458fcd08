import type { GrantedHost } from '#publib/protocol'
import type { ExecutorId, WorkerId } from '#publib/util'
import {
  type Application,
  byWorker,
  type Cluster,
  type Executor,
  forget,
  leaveEmptyHost,
  type Worker,
} from './cluster.ts'

/** Tells the driver of executors that stand ready. Telling it twice does no harm. */
export function grantToDriver(
  cluster: Cluster,
  application: Application,
  executors: Iterable<Executor>,
): void {
  const hosts: GrantedHost[] = []
  for (const [worker, group] of byWorker(executors, ({ phase }) => phase === 'running')) {
    const { hostId, port } = group[0]!.host
    const { workerId, host, blockPort } = worker
    const executorIds = group.map(({ executorId }) => executorId)
    hosts.push({ hostId, workerId, host, port, blockPort, executorIds })
  }
  if (hosts.length > 0) cluster.tellDriver(application, { type: 'executorsGranted', hosts })
}

/** Ends executors: their place is free only when the worker says that they are gone. */
export function stopExecutors(
  cluster: Cluster,
  executors: readonly Executor[],
  reason: string,
): void {
  for (const [worker, group] of byWorker(executors)) {
    for (const executor of group) executor.phase = 'stopping'
    leaveEmptyHost(group[0]!)
    const applicationId = group[0]!.application.applicationId
    const executorIds = group.map(({ executorId }) => executorId)
    cluster.tellWorker(worker, { type: 'stopExecutors', applicationId, executorIds, reason })
  }
}

/** Executors of one application on one worker are gone: frees their places and tells the driver of those it knew. */
export function loseExecutors(
  cluster: Cluster,
  worker: Worker,
  executors: readonly Executor[],
  why: { readonly cause: string; readonly reason: string },
): void {
  const known: ExecutorId[] = []
  for (const executor of executors) {
    if (executor.phase === 'running') known.push(executor.executorId)
    forget(executor)
  }
  const application = executors[0]?.application
  if (application === undefined || known.length === 0) return
  const { workerId } = worker
  cluster.tellDriver(application, { type: 'executorsGone', executorIds: known, workerId, ...why })
}

/** A driver that was told of the worker's output hears how the worker does. */
export function tellWorkerState(
  cluster: Cluster,
  worker: Worker,
  state: 'ALIVE' | 'SUSPECT' | 'DRAINING' | 'DOWN',
): void {
  const { workerId } = worker
  for (const application of cluster.applications.values()) {
    if (application.workers.has(workerId)) {
      cluster.tellDriver(application, { type: 'workerState', workerId, state })
    }
  }
}

/** What a driver that comes back may have missed: how the workers do that have executors or output of it. */
export function tellWorkerStates(
  cluster: Cluster,
  application: Application,
  held: Iterable<WorkerId>,
): void {
  for (const workerId of new Set([...application.workers, ...held])) {
    const worker = cluster.workers.get(workerId)
    if (worker === undefined) continue
    const state = worker.state === 'ALIVE' && worker.isDraining ? 'DRAINING' : worker.state
    cluster.tellDriver(application, { type: 'workerState', workerId, state })
  }
}
