import type { RunningHost, WorkerToHost, WorkerToMaster } from '#publib/protocol'
import type {
  ApplicationId,
  ExecutorId,
  HostId,
  Incarnation,
  MasterEpoch,
  WorkerId,
} from '#publib/util'
import type { WorkerAction } from './events.ts'

/** Settings of the worker's decisions, times in milliseconds. */
export interface WorkerRules {
  /** Executors that it offers, and memory for them. */
  readonly cores: number
  readonly memoryMiB: number
  readonly beatMs: number
  /** A master that answers no beat for so long is dialled anew. */
  readonly answerMs: number
  /** A host has begun to listen within so long. */
  readonly hostStartMs: number
  /** The ladder, from the friendly word on. */
  readonly termMs: number
  readonly killMs: number
  /** The sweep may be so late before it counts as a pause of the worker itself. */
  readonly latenessMs: number
}

export const defaultWorkerRules: Omit<WorkerRules, 'cores' | 'memoryMiB'> = {
  beatMs: 2_000,
  answerMs: 6_000,
  hostStartMs: 20_000,
  termMs: 2_000,
  killMs: 4_000,
  latenessMs: 500,
}

export interface WorkerIdentity {
  readonly workerId: WorkerId
  incarnation: Incarnation
  epochSeen: MasterEpoch
}

/** What others reach it by. */
export interface WorkerPlace {
  readonly version: string
  readonly host: string
  readonly port: number
  readonly blockPort: number
}

/** `starting`: does not listen yet. `ending`: was told to stop, or is being killed; gone only when the process is. */
export type HostPhase = 'starting' | 'running' | 'ending'

export interface Host {
  readonly hostId: HostId
  readonly applicationId: ApplicationId
  readonly executorMemoryMiB: number
  readonly startedMs: number
  phase: HostPhase
  port: number
  readonly executors: Map<ExecutorId, HostedExecutor>
  endingSinceMs: number
  /** What the ladder has done so far. */
  signalled: 'nothing' | 'SIGTERM' | 'SIGKILL'
  /** Why it ends, if anybody knows before it has. */
  ending: { readonly cause: string; readonly message: string } | undefined
  /** Belongs to an incarnation that was declared down: counts for nobody any more. */
  isFenced: boolean
}

export interface HostedExecutor {
  phase: 'starting' | 'ready' | 'removing'
  sinceMs: number
}

/** Host ids that must not come to life again. */
const ENDED_HOSTS_MAX = 1000

/** All that the worker's machine knows, and the actions of the event at hand. */
export class Site {
  readonly rules: WorkerRules
  readonly identity: WorkerIdentity
  readonly place: WorkerPlace
  readonly hosts = new Map<HostId, Host>()
  /** Applications that have files here; those that have ended go with their last host. */
  readonly applications = new Map<ApplicationId, { hasEnded: boolean }>()
  readonly endedHosts = new Set<HostId>()
  isRegistered = false
  /** What happened since the registration at hand was sent: it is not in it, so it is told when a master has taken it. */
  untold: WorkerToMaster[] | undefined
  isDraining = false
  /** Why nothing is started here any more; a fault is one that a person has to mend. */
  stopping: { readonly reason: string; readonly isFault: boolean } | undefined
  #actions: WorkerAction[] = []

  constructor(rules: WorkerRules, identity: WorkerIdentity, place: WorkerPlace) {
    this.rules = rules
    this.identity = identity
    this.place = place
  }

  get busy(): number {
    let count = 0
    for (const host of this.liveHosts()) count += host.executors.size
    return count
  }

  get memoryUsedMiB(): number {
    let total = 0
    for (const host of this.liveHosts()) total += host.executors.size * host.executorMemoryMiB
    return total
  }

  liveHosts(): Host[] {
    return [...this.hosts.values()].filter(host => !host.isFenced)
  }

  act(action: WorkerAction): void {
    this.#actions.push(action)
  }

  /** What is not heard now is told when the worker registers again. */
  tellMaster(message: WorkerToMaster): void {
    if (this.isRegistered) this.act({ type: 'SendToMaster', message })
    else this.untold?.push(message)
  }

  tellHost(host: Host, message: WorkerToHost): void {
    this.act({ type: 'SendToHost', hostId: host.hostId, message })
  }

  note(level: 'info' | 'warn', text: string, fields: Record<string, string | number> = {}): void {
    this.act({ type: 'Note', level, text, fields })
  }

  takeActions(): readonly WorkerAction[] {
    const actions = this.#actions
    this.#actions = []
    return actions
  }

  forgetHost(host: Host): void {
    this.hosts.delete(host.hostId)
    this.endedHosts.add(host.hostId)
    const [oldest] = this.endedHosts
    if (this.endedHosts.size > ENDED_HOSTS_MAX && oldest !== undefined) {
      this.endedHosts.delete(oldest)
    }
  }

  hostsOf(applicationId: ApplicationId): Host[] {
    return [...this.hosts.values()].filter(host => host.applicationId === applicationId)
  }
}

export function describeRunning(host: Host): RunningHost {
  const { hostId, applicationId, port, executorMemoryMiB } = host
  const ids = (isReady: boolean): ExecutorId[] =>
    [...host.executors]
      .filter(([, { phase }]) => (phase !== 'starting') === isReady)
      .map(([id]) => id)
  return {
    ...{ hostId, applicationId, port, executorMemoryMiB },
    executorIds: port === 0 ? [] : ids(true),
    executorsStarting: port === 0 ? [...host.executors.keys()] : ids(false),
  }
}
