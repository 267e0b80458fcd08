import { assertNever, type Machine, type MasterEpoch } from '#publib/util'
import { allocate } from './allocation.ts'
import {
  applicationFrom,
  driverDisconnected,
  registerApplication,
  sweepApplications,
  takeRequest,
} from './applications.ts'
import { Cluster, type MasterRules } from './cluster.ts'
import type { ConnectionId, MasterAction, MasterEvent } from './events.ts'
import type { JournalState } from './journal-record.ts'
import { clusterStatus, type MasterStatus } from './status.ts'
import { heardFrom, sweepWorkers, workerDisconnected } from './worker-liveness.ts'
import { registerWorker, sweepStrangers } from './worker-registration.ts'
import { takeReport } from './worker-reports.ts'

export interface MasterStart {
  readonly rules: MasterRules
  /** The epoch of this life of the master: one more than the journal's, and on disk already. */
  readonly epoch: MasterEpoch
  readonly journal: JournalState
  /** Monotonic, and milliseconds since 1970 at the same moment. */
  readonly nowMs: number
  readonly wallMs: number
}

/**
 * The master: who is there, who gets executors, who is gone.
 * Soft state: what workers and drivers can tell again is in no journal. Never looks at tasks or data.
 */
export class MasterState implements Machine<MasterEvent, MasterAction> {
  readonly #cluster: Cluster
  /** Pauses of the master itself, taken off every deadline. */
  #forgivenMs = 0

  constructor({ rules, epoch, journal, nowMs, wallMs }: MasterStart) {
    this.#cluster = new Cluster(rules, epoch, journal.nextExecutor, wallMs - nowMs)
    for (const state of journal.applications) {
      const application = applicationFrom(state, nowMs)
      const { applicationId } = application
      if (state.ended === undefined) this.#cluster.applications.set(applicationId, application)
      else this.#cluster.ended.set(applicationId, application)
    }
    for (const application of this.#cluster.applications.values()) application.isRecovered = true
    if (this.#cluster.applications.size > 0) {
      this.#cluster.recoveringUntilMs = nowMs + rules.recoveryMs
    }
  }

  get epoch(): MasterEpoch {
    return this.#cluster.epoch
  }

  handle(event: MasterEvent, nowMs: number): readonly MasterAction[] {
    const cluster = this.#cluster
    const patientMs = nowMs - this.#forgivenMs
    cluster.nowMs = nowMs
    switch (event.type) {
      case 'WorkerRegistered':
        registerWorker(cluster, event.connection, event.registration, patientMs)
        break
      case 'WorkerSpoke':
        this.#workerSpoke(event, patientMs)
        if (event.message.type === 'heartbeat') return cluster.takeActions()
        break
      case 'ApplicationRegistered':
        registerApplication(cluster, event, patientMs)
        break
      case 'DriverSpoke':
        this.#driverSpoke(event)
        break
      case 'ConnectionClosed':
        this.#connectionClosed(event.connection, event.isGoodbye, patientMs)
        break
      case 'Swept':
        this.#sweep(event.latenessMs, nowMs)
        break
      default:
        assertNever(event)
    }
    const settledMs = nowMs - this.#forgivenMs
    endRecovery(cluster, settledMs)
    allocate(cluster, settledMs)
    return cluster.takeActions()
  }

  /** What `/json/` and `status` show. */
  status(nowMs: number): MasterStatus {
    return clusterStatus(this.#cluster, nowMs - this.#forgivenMs)
  }

  #workerSpoke(event: Extract<MasterEvent, { type: 'WorkerSpoke' }>, nowMs: number): void {
    const worker = this.#cluster.workerOf.get(event.connection)
    // It was declared down while this message was on its way.
    if (worker === undefined) {
      this.#cluster.close(event.connection, 4410, 'not registered')
      return
    }
    heardFrom(this.#cluster, worker, nowMs)
    takeReport(this.#cluster, worker, event.message, nowMs)
  }

  #driverSpoke(event: Extract<MasterEvent, { type: 'DriverSpoke' }>): void {
    const application = this.#cluster.applicationOf.get(event.connection)
    if (application !== undefined) takeRequest(this.#cluster, application, event.message)
    else this.#cluster.close(event.connection, 4404, 'no application is registered here')
  }

  #connectionClosed(connection: ConnectionId, isGoodbye: boolean, nowMs: number): void {
    const { workerOf, applicationOf } = this.#cluster
    const worker = workerOf.get(connection)
    const application = applicationOf.get(connection)
    workerOf.delete(connection)
    applicationOf.delete(connection)
    if (worker !== undefined) workerDisconnected(this.#cluster, worker, isGoodbye)
    if (application !== undefined) driverDisconnected(this.#cluster, application, nowMs)
  }

  #sweep(latenessMs: number, nowMs: number): void {
    const cluster = this.#cluster
    if (latenessMs > cluster.rules.latenessMs) {
      this.#forgivenMs += latenessMs
      // What was heard after the pause counts from now, not from the future.
      const patientMs = nowMs - this.#forgivenMs
      for (const worker of cluster.workers.values()) {
        worker.lastHeardMs = Math.min(worker.lastHeardMs, patientMs)
      }
      const seconds = Math.round(latenessMs / 1000)
      cluster.note(
        'warn',
        `this master stood still for ${seconds} s; every deadline is later by it`,
      )
    }
    const patientMs = nowMs - this.#forgivenMs
    sweepWorkers(cluster, patientMs)
    sweepStrangers(cluster, patientMs)
    sweepApplications(cluster, patientMs)
  }
}

/** A restarted master grants again once everybody it remembers is back, or has had its time. */
function endRecovery(cluster: Cluster, nowMs: number): void {
  if (cluster.recoveringUntilMs === 0) return
  const isBack = (application: { isRecovered: boolean; awaited: { size: number } }): boolean =>
    !application.isRecovered && application.awaited.size === 0
  const areAllBack = [...cluster.applications.values()].every(isBack)
  if (nowMs < cluster.recoveringUntilMs && !areAllBack) return
  cluster.recoveringUntilMs = 0
  cluster.note('info', 'recovered', {
    applications: cluster.applications.size,
    workers: cluster.workers.size,
  })
}
