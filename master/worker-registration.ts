import type { RegisterWorker, RunningHost } from '#publib/protocol'
import { type ApplicationId, masterEpoch } from '#publib/util'
import type { Application, Cluster, Executor, Worker } from './cluster.ts'
import type { ConnectionId } from './events.ts'
import { grantToDriver, loseExecutors, stopExecutors, tellWorkerState } from './executors.ts'
import { byApplication, disconnect, heardFrom, takeDown } from './worker-liveness.ts'

/** A worker comes, comes back, or meets a master that has restarted. */
export function registerWorker(
  cluster: Cluster,
  connection: ConnectionId,
  registration: RegisterWorker,
  nowMs: number,
): void {
  if (!acceptEpoch(cluster, connection, registration)) return
  const known = cluster.workers.get(registration.workerId)
  const refusal = known === undefined ? undefined : refusalOf(known, registration)
  if (refusal !== undefined) {
    cluster.close(connection, refusal.code, refusal.reason)
    return
  }
  if (known === undefined && cluster.workers.size >= cluster.rules.workersMax) {
    cluster.close(connection, 4429, `this master has ${cluster.rules.workersMax} workers`)
    return
  }
  if (known !== undefined) leaveOldLife(cluster, known, registration)
  const worker = enter(cluster, known, connection, registration, nowMs)
  cluster.tellWorker(worker, { type: 'workerRegistered', epoch: cluster.epoch })
  reconcile(cluster, worker, registration.hosts, nowMs)
  reconcileData(cluster, worker, registration.applications, nowMs)
  resendStops(cluster, worker)
  const { workerId, host, cores, memoryMiB } = worker
  cluster.note('info', 'worker registered', { workerId, host, cores, memoryMiB })
}

/** A master whose state is older than what the worker has seen would forget applications: it must not rule. */
function acceptEpoch(
  cluster: Cluster,
  connection: ConnectionId,
  registration: RegisterWorker,
): boolean {
  const { epochSeen, workerId } = registration
  if (epochSeen <= cluster.epoch) return true
  if (cluster.rules.acceptsDataLoss) {
    cluster.epoch = masterEpoch(epochSeen + 1)
    cluster.journal({ type: 'masterStarted', epoch: cluster.epoch })
    return true
  }
  const text = `worker has served a master of epoch ${epochSeen}, this one is ${cluster.epoch}: its state folder is an old copy; start it with --accept-data-loss to go on`
  cluster.note('warn', text, { workerId })
  const message = { type: 'workerRefused', code: 'MASTER_TOO_OLD', message: text } as const
  cluster.act({ type: 'SendToWorker', connection, message })
  cluster.close(connection, 4409, 'this master is too old')
  return false
}

function refusalOf(
  known: Worker,
  { incarnation }: RegisterWorker,
): { code: number; reason: string } | undefined {
  if (incarnation < known.incarnation) {
    return { code: 4410, reason: `incarnation ${incarnation} is older than ${known.incarnation}` }
  }
  if (incarnation > known.incarnation) return undefined
  if (known.state === 'DOWN') {
    return { code: 4410, reason: `incarnation ${incarnation} was declared down` }
  }
  // The same life on a second connection is a broken first one, or a copy of its state folder: never two at once.
  if (known.state === 'ALIVE' && known.connection !== undefined) {
    return { code: 4409, reason: 'this worker is connected already' }
  }
  return undefined
}

function leaveOldLife(cluster: Cluster, worker: Worker, registration: RegisterWorker): void {
  if (registration.incarnation > worker.incarnation) {
    disconnect(cluster, worker, 4409, `incarnation ${registration.incarnation} has taken over`)
    takeDown(cluster, worker, 'it has started anew')
  } else {
    disconnect(cluster, worker, 4409, 'another connection of this worker has taken over')
  }
}

function enter(
  cluster: Cluster,
  known: Worker | undefined,
  connection: ConnectionId,
  registration: RegisterWorker,
  nowMs: number,
): Worker {
  const { workerId, incarnation, host, port, blockPort, cores, memoryMiB } = registration
  const facts = { connection, incarnation, host, port, blockPort, cores, memoryMiB }
  const isDraining = registration.draining
  const worker: Worker = known ?? {
    ...{ workerId, ...facts, isDraining, state: 'ALIVE', lastHeardMs: nowMs, residentBytes: 0 },
    ...{ setAsideUntilMs: 0, failures: new Map(), executors: new Map(), strangers: new Map() },
    strangeData: new Map(),
  }
  Object.assign(worker, facts, { isDraining })
  cluster.workers.set(workerId, worker)
  cluster.workerOf.set(connection, worker)
  if (worker.state === 'DOWN') worker.state = 'ALIVE'
  heardFrom(cluster, worker, nowMs)
  if (isDraining) tellWorkerState(cluster, worker, 'DRAINING')
  return worker
}

/** Brings what the master believes and what runs there together: what the worker says is true. */
function reconcile(
  cluster: Cluster,
  worker: Worker,
  hosts: readonly RunningHost[],
  nowMs: number,
): void {
  const told = new Set(hosts.flatMap(host => [...host.executorIds, ...host.executorsStarting]))
  worker.strangers.clear()
  for (const group of byApplication(worker.executors.values()).values()) {
    const missing = group.filter(({ executorId }) => !told.has(executorId))
    const reason = 'it ended while the worker was not connected'
    loseExecutors(cluster, worker, missing, { cause: 'workerLost', reason })
  }
  for (const host of hosts) {
    const application = cluster.applications.get(host.applicationId)
    if (application !== undefined) adopt(cluster, application, worker, host)
    else if (cluster.ended.has(host.applicationId)) holdPlaces(worker, host)
    else worker.strangers.set(host.hostId, { host, sinceMs: nowMs })
  }
  forgetDeadHosts(cluster, worker, hosts)
}

/** Files of running applications are remembered, so that they are deleted in the end; those of ended ones go now. */
function reconcileData(
  cluster: Cluster,
  worker: Worker,
  applicationIds: readonly ApplicationId[],
  nowMs: number,
): void {
  worker.strangeData.clear()
  for (const applicationId of applicationIds) {
    const application = cluster.applications.get(applicationId)
    if (application !== undefined) application.workers.add(worker.workerId)
    else if (!cluster.ended.has(applicationId)) worker.strangeData.set(applicationId, nowMs)
    else cluster.tellWorker(worker, { type: 'endApplication', applicationId })
  }
}

/** A host that runs for an application: its executors are held, whether this master or an earlier one granted them. */
export function adopt(
  cluster: Cluster,
  application: Application,
  worker: Worker,
  told: RunningHost,
): void {
  const known = application.hosts.get(worker.workerId)
  const host = known?.hostId === told.hostId ? known : { hostId: told.hostId, port: told.port }
  host.port = told.port
  application.hosts.set(worker.workerId, host)
  application.workers.add(worker.workerId)
  const ready: Executor[] = []
  for (const executorId of [...told.executorIds, ...told.executorsStarting]) {
    const wasAwaited = application.awaited.delete(executorId)
    const executor: Executor = worker.executors.get(executorId) ?? {
      ...{ executorId, application, worker, host, memoryMiB: told.executorMemoryMiB },
      phase: 'starting',
    }
    worker.executors.set(executorId, executor)
    application.executors.set(executorId, executor)
    if (executor.phase !== 'starting' || !told.executorIds.includes(executorId)) continue
    executor.phase = 'running'
    // Its driver told of it itself: it needs no grant.
    if (!wasAwaited) ready.push(executor)
  }
  grantToDriver(cluster, application, ready)
}

/** What is told to stop is busy until it has. */
function holdPlaces(worker: Worker, host: RunningHost): void {
  const ids = [...host.executorIds, ...host.executorsStarting]
  if (ids.some(id => worker.executors.has(id))) return
  worker.strangers.set(host.hostId, { host, sinceMs: Number.POSITIVE_INFINITY })
}

function forgetDeadHosts(cluster: Cluster, worker: Worker, hosts: readonly RunningHost[]): void {
  const alive = new Set(hosts.map(({ hostId }) => hostId))
  for (const application of cluster.applications.values()) {
    const host = application.hosts.get(worker.workerId)
    if (host !== undefined && !alive.has(host.hostId)) application.hosts.delete(worker.workerId)
  }
}

/** What was to stop when the connection broke is told again. */
function resendStops(cluster: Cluster, worker: Worker): void {
  const stopping = [...worker.executors.values()].filter(({ phase }) => phase === 'stopping')
  for (const group of byApplication(stopping).values()) {
    stopExecutors(cluster, group, 'released before the connection broke')
  }
}

/** Hosts and files whose application no driver has come back for. */
export function sweepStrangers(cluster: Cluster, nowMs: number): void {
  for (const worker of cluster.workers.values()) {
    const over = new Set<ApplicationId>()
    for (const [applicationId, sinceMs] of worker.strangeData) {
      const isKnown = cluster.applications.has(applicationId)
      if (!isKnown && nowMs - sinceMs < cluster.rules.orphanMs) continue
      worker.strangeData.delete(applicationId)
      if (!isKnown) over.add(applicationId)
    }
    for (const { host, sinceMs } of worker.strangers.values()) {
      if (nowMs - sinceMs < cluster.rules.orphanMs) continue
      // Its places are free when the worker says that it has ended.
      worker.strangers.set(host.hostId, { host, sinceMs: Number.POSITIVE_INFINITY })
      over.add(host.applicationId)
    }
    for (const applicationId of over) endStranger(cluster, worker, applicationId)
  }
}

function endStranger(cluster: Cluster, worker: Worker, applicationId: ApplicationId): void {
  const { workerId } = worker
  cluster.note('warn', 'ends an application that nobody knows', { workerId, applicationId })
  cluster.tellWorker(worker, { type: 'endApplication', applicationId })
}
