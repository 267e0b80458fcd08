import { assert, type ExecutorId, hostId, PriorityQueue, type WorkerId } from '#publib/util'
import {
  type Application,
  type Cluster,
  type Executor,
  type Host,
  heldBy,
  type Worker,
} from './cluster.ts'
import { Placement, roomFor } from './placement.ts'

/**
 * Grants what can be granted now: the queue first, in order, each with its fair share but at least its minimum;
 * then what running applications ask for, always to the one that holds least.
 */
export function allocate(cluster: Cluster, nowMs: number): void {
  if (nowMs < cluster.recoveringUntilMs) return
  const round = new Round(cluster, nowMs)
  startQueued(cluster, round, nowMs)
  growRunning(cluster, round)
  round.launch()
  tellPositions(cluster, nowMs)
}

/** The grants of one call, gathered so that a worker hears once of each application. */
class Round {
  readonly #cluster: Cluster
  readonly #nowMs: number
  readonly #placement: Placement
  readonly #launches = new Map<Application, Map<Worker, ExecutorId[]>>()

  constructor(cluster: Cluster, nowMs: number) {
    this.#cluster = cluster
    this.#nowMs = nowMs
    this.#placement = new Placement(cluster.placeable(nowMs), cluster.rules.placement)
  }

  /** One executor more for the application; false where there is no room for it. */
  grant(application: Application): boolean {
    const isAvoided = avoidance(this.#cluster, application, this.#nowMs)
    const chosen = this.#placement.take(application.executorMemoryMiB, isAvoided)
    const worker = chosen === undefined ? undefined : this.#cluster.workers.get(chosen as WorkerId)
    if (worker === undefined) return false
    const executorId = this.#cluster.freshExecutorId(worker.workerId)
    const host = hostOn(application, worker, executorId)
    const memoryMiB = application.executorMemoryMiB
    const phase = 'starting'
    const executor: Executor = { executorId, application, worker, host, memoryMiB, phase }
    worker.executors.set(executorId, executor)
    assert(worker.executors.size <= worker.cores, `${worker.workerId} is oversubscribed`)
    application.executors.set(executorId, executor)
    application.workers.add(worker.workerId)
    this.#launchesOf(application, worker).push(executorId)
    return true
  }

  launch(): void {
    for (const [application, workers] of this.#launches) {
      for (const [worker, executorIds] of workers) {
        this.#cluster.tellWorker(worker, {
          type: 'launchExecutors',
          applicationId: application.applicationId,
          applicationName: application.name,
          hostId: application.hosts.get(worker.workerId)!.hostId,
          executorIds,
          executorMemoryMiB: application.executorMemoryMiB,
          hostSettings: application.hostSettings,
        })
      }
    }
  }

  #launchesOf(application: Application, worker: Worker): ExecutorId[] {
    let workers = this.#launches.get(application)
    if (workers === undefined) {
      workers = new Map()
      this.#launches.set(application, workers)
    }
    const executorIds = workers.get(worker) ?? []
    workers.set(worker, executorIds)
    return executorIds
  }
}

/** The application's host on the worker; a new one is named after its first executor, so that no two ever share a name. */
function hostOn(application: Application, worker: Worker, first: ExecutorId): Host {
  const known = application.hosts.get(worker.workerId)
  if (known !== undefined) return known
  const host = { hostId: hostId(`${application.applicationId}:${first}`), port: 0 }
  application.hosts.set(worker.workerId, host)
  return host
}

function startQueued(cluster: Cluster, round: Round, nowMs: number): void {
  for (const application of cluster.applications.values()) {
    if (!application.isQueued) continue
    // Who is away keeps its place in the queue but holds nobody up.
    if (application.connection === undefined) continue
    const isAvoided = avoidance(cluster, application, nowMs)
    const room = roomForApplication(cluster, application, nowMs, isAvoided)
    if (room < application.executorsMin) return
    const share = Math.max(fairShare(cluster, nowMs), application.executorsMin)
    application.target = Math.min(application.wanted, share)
    application.isQueued = false
    application.queuePosition = 0
    const { applicationId } = application
    cluster.journal({ type: 'applicationStarted', applicationId })
    while (heldBy(application) < application.target && round.grant(application));
    cluster.note('info', 'application starts', { applicationId, executors: heldBy(application) })
  }
}

/** What everybody would hold if all that can be granted were shared evenly. */
export function fairShare(cluster: Cluster, nowMs: number): number {
  let cores = 0
  for (const worker of cluster.placeable(nowMs)) if (worker.isOpen) cores += worker.cores
  const count = [...cluster.applications.values()].filter(
    one => one.connection !== undefined,
  ).length
  return Math.floor(cores / Math.max(1, count))
}

function growRunning(cluster: Cluster, round: Round): void {
  const hungry = new PriorityQueue<{ application: Application; held: number }>(
    (a, b) => a.held - b.held,
  )
  for (const application of cluster.applications.values()) {
    if (application.isQueued || application.connection === undefined) continue
    const held = heldBy(application)
    if (held < application.target) hungry.push({ application, held })
  }
  for (let next = hungry.pop(); next !== undefined; next = hungry.pop()) {
    const { application, held } = next
    if (!round.grant(application)) continue
    if (held + 1 < application.target) hungry.push({ application, held: held + 1 })
  }
}

/** Where the application gets no executor now: it failed to start there, or has there what it may have on one worker. */
function avoidance(
  cluster: Cluster,
  application: Application,
  nowMs: number,
): (workerId: string) => boolean {
  return id => {
    const workerId = id as WorkerId
    if ((application.avoided.get(workerId) ?? 0) > nowMs) return true
    const most = application.executorsPerWorkerMax
    const worker = most === undefined ? undefined : cluster.workers.get(workerId)
    return worker !== undefined && countOn(application, worker) >= most!
  }
}

function countOn(application: Application, worker: Worker): number {
  let count = 0
  for (const executor of application.executors.values()) if (executor.worker === worker) count += 1
  return count
}

function roomForApplication(
  cluster: Cluster,
  application: Application,
  nowMs: number,
  isAvoided: (workerId: string) => boolean,
): number {
  const { executorMemoryMiB, executorsPerWorkerMax } = application
  if (executorsPerWorkerMax === undefined) {
    return roomFor(cluster.placeable(nowMs), executorMemoryMiB, isAvoided)
  }
  let room = 0
  for (const worker of cluster.placeable(nowMs)) {
    const free = roomFor([worker], executorMemoryMiB, isAvoided)
    const held = countOn(application, cluster.workers.get(worker.workerId as WorkerId)!)
    room += Math.min(free, executorsPerWorkerMax - held)
  }
  return room
}

function tellPositions(cluster: Cluster, nowMs: number): void {
  let position = 0
  for (const application of cluster.applications.values()) {
    if (!application.isQueued) continue
    position += 1
    if (application.queuePosition === position || application.connection === undefined) continue
    application.queuePosition = position
    const reason = waitingReason(cluster, application, nowMs)
    cluster.tellDriver(application, { type: 'applicationQueued', position, reason })
  }
}

/** Why the application cannot start now. */
export function waitingReason(cluster: Cluster, application: Application, nowMs: number): string {
  const { executorsMin, executorMemoryMiB } = application
  const open = [...cluster.placeable(nowMs)].filter(worker => worker.isOpen)
  if (open.length === 0) return 'no worker is registered that takes new executors'
  const largest = Math.max(...open.map(worker => worker.memoryMiB))
  if (largest < executorMemoryMiB) {
    return `executors of ${executorMemoryMiB} MiB fit on no worker: the largest offers ${largest} MiB`
  }
  const room = roomFor(open, executorMemoryMiB)
  return `it needs ${executorsMin} executors of ${executorMemoryMiB} MiB, ${room} are free`
}
