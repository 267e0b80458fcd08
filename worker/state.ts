import type { MasterToWorker } from '#publib/protocol'
import { assertNever, incarnation, type Machine, type MasterEpoch } from '#publib/util'
import type { WorkerAction, WorkerEvent } from './events.ts'
import {
  climbLadders,
  endApplication,
  endEverything,
  fenceEverything,
  hostExited,
} from './host-end.ts'
import { hostSpoke } from './host-reports.ts'
import { launchExecutors, stopExecutors } from './launches.ts'
import {
  describeRunning,
  Site,
  type WorkerIdentity,
  type WorkerPlace,
  type WorkerRules,
} from './site.ts'

/**
 * The worker: which hosts it runs for which master. Never touches tasks or data, and runs no code of users.
 * Without a master it goes on with what it has.
 */
export class WorkerState implements Machine<WorkerEvent, WorkerAction> {
  readonly #site: Site
  #sequence = 0
  #beatAtMs = 0
  #answeredMs = 0
  #hasEnded = false

  constructor(rules: WorkerRules, identity: WorkerIdentity, place: WorkerPlace) {
    this.#site = new Site(rules, { ...identity }, place)
  }

  get epoch(): MasterEpoch {
    return this.#site.identity.epochSeen
  }

  /** Facts for `status`. */
  status() {
    const { identity, rules, hosts, applications, isRegistered, isDraining } = this.#site
    const shown = [...hosts.values()].map(host => ({
      ...describeRunning(host),
      phase: host.phase,
    }))
    const { busy: coresBusy, memoryUsedMiB } = this.#site
    return {
      role: 'worker',
      ...identity,
      ...{ isRegistered, isDraining, cores: rules.cores, coresBusy },
      ...{ memoryMiB: rules.memoryMiB, memoryUsedMiB, applications: [...applications.keys()] },
      hosts: shown,
    } as const
  }

  handle(event: WorkerEvent, nowMs: number): readonly WorkerAction[] {
    const site = this.#site
    switch (event.type) {
      case 'MasterConnected':
        this.#register()
        break
      case 'MasterSpoke':
        this.#masterSpoke(event.message, nowMs)
        break
      case 'MasterDisconnected':
        this.#disconnected(event.code, event.reason, nowMs)
        break
      case 'HostSpoke':
        hostSpoke(site, event.hostId, event.message, nowMs)
        break
      case 'HostExited':
        hostExited(site, event)
        break
      case 'DrainRequested':
        this.#drain()
        break
      case 'StopRequested':
        site.stopping ??= { reason: event.reason, isFault: false }
        endEverything(site, 'its worker stops', nowMs)
        break
      case 'Swept':
        this.#sweep(event.latenessMs, event.residentBytes, nowMs)
        break
      default:
        assertNever(event)
    }
    this.#endIfOver()
    return site.takeActions()
  }

  #register(): void {
    const { identity, place, rules, applications, isDraining } = this.#site
    const { workerId, epochSeen } = identity
    this.#site.untold = []
    this.#site.act({
      type: 'SendToMaster',
      message: {
        ...{ type: 'registerWorker', workerId, incarnation: identity.incarnation, epochSeen },
        ...{ ...place, cores: rules.cores, memoryMiB: rules.memoryMiB, draining: isDraining },
        hosts: this.#site.liveHosts().map(describeRunning),
        applications: [...applications].flatMap(([id, { hasEnded }]) => (hasEnded ? [] : [id])),
      },
    })
  }

  #masterSpoke(message: MasterToWorker, nowMs: number): void {
    const site = this.#site
    if (message.type === 'workerRegistered') {
      this.#registered(message.epoch, nowMs)
      return
    }
    if (message.type === 'workerRefused') {
      site.note('warn', `the master refuses this worker: ${message.message}`, {
        code: message.code,
      })
      return
    }
    // A master that this worker has not accepted commands nothing.
    if (!site.isRegistered) return
    switch (message.type) {
      case 'launchExecutors':
        launchExecutors(site, message, nowMs)
        break
      case 'stopExecutors':
        stopExecutors(site, message, nowMs)
        break
      case 'endApplication':
        endApplication(site, message.applicationId, nowMs)
        break
      case 'heartbeatSeen':
        this.#answeredMs = nowMs
        break
      default:
        assertNever(message)
    }
  }

  #registered(epoch: MasterEpoch, nowMs: number): void {
    const { identity } = this.#site
    if (epoch < identity.epochSeen) {
      const reason = `epoch ${epoch} is older than ${identity.epochSeen}`
      this.#site.note('warn', `refuses an old master: ${reason}`)
      this.#site.act({ type: 'CloseMaster', code: 4410, reason })
      return
    }
    this.#site.isRegistered = true
    this.#answeredMs = nowMs
    this.#beatAtMs = nowMs + this.#site.rules.beatMs
    if (epoch > identity.epochSeen) {
      identity.epochSeen = epoch
      this.#rememberIdentity()
    }
    this.#site.note('info', 'registered with the master', { epoch })
    this.#site.act({ type: 'AnnounceRegistered', epoch })
    const { untold = [] } = this.#site
    this.#site.untold = undefined
    for (const message of untold) this.#site.tellMaster(message)
  }

  #disconnected(code: number, reason: string, nowMs: number): void {
    const site = this.#site
    const wasRegistered = site.isRegistered
    site.isRegistered = false
    site.untold = undefined
    if (wasRegistered)
      site.note('warn', `the master is gone: ${reason || 'no reason given'}`, { code })
    if (code === 4410) this.#startAnew(nowMs)
    if (code === 4409 && wasRegistered) {
      const text = `another worker has taken over the id ${site.identity.workerId}: its state folder was copied from this one`
      site.stopping ??= { reason: text, isFault: true }
      endEverything(site, text, nowMs)
    }
  }

  /** Declared down: what ran here counts as lost everywhere. It comes back as another, with nothing. */
  #startAnew(nowMs: number): void {
    const { identity } = this.#site
    this.#site.note('warn', 'was declared down; starts anew')
    fenceEverything(this.#site, nowMs)
    identity.incarnation = incarnation(identity.incarnation + 1)
    this.#rememberIdentity()
  }

  #rememberIdentity(): void {
    const { incarnation: current, epochSeen } = this.#site.identity
    this.#site.act({ type: 'RememberIdentity', incarnation: current, epochSeen })
  }

  #drain(): void {
    if (this.#site.isDraining) return
    this.#site.isDraining = true
    this.#site.note('info', 'drains: takes no new executors')
    this.#site.tellMaster({ type: 'draining' })
  }

  #sweep(latenessMs: number, residentBytes: number, nowMs: number): void {
    const site = this.#site
    // What this process slept through is not the master's silence.
    if (latenessMs > site.rules.latenessMs) this.#answeredMs += latenessMs
    climbLadders(site, nowMs)
    if (!site.isRegistered) return
    if (nowMs - this.#answeredMs > site.rules.answerMs) {
      site.isRegistered = false
      site.act({ type: 'CloseMaster', code: 4408, reason: 'the master does not answer' })
      return
    }
    if (nowMs < this.#beatAtMs) return
    this.#beatAtMs = nowMs + site.rules.beatMs
    const sequence = this.#sequence++
    site.tellMaster({ type: 'heartbeat', sequence, busyExecutors: site.busy, residentBytes })
  }

  #endIfOver(): void {
    const { stopping, isDraining, hosts, applications } = this.#site
    if (this.#hasEnded || hosts.size > 0) return
    const isDrained = isDraining && applications.size === 0
    const end = stopping ?? (isDrained ? { reason: 'drained', isFault: false } : undefined)
    if (end === undefined) return
    this.#hasEnded = true
    this.#site.act({ type: 'CloseMaster', code: 1000, reason: 'stopped' })
    this.#site.act({ type: 'EndWorker', ...end })
  }
}
