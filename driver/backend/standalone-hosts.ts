import type { Env } from '#publib/env'
import type { GrantedHost } from '#publib/protocol'
import type { LossCause } from '#publib/task'
import type { ExecutorId, HostId, WorkerId } from '#publib/util'
import type { BackendEvents } from './backend.ts'
import type { Leases } from './lease-thread.ts'
import { lossCause } from './loss-cause.ts'
import { HostWay, type HostWayOptions } from './standalone-host.ts'

interface Held {
  readonly granted: GrantedHost
  readonly way: HostWay
  /** Granted by the master and not given back; those that the scheduler knows are `attached`. */
  readonly executors: Set<ExecutorId>
  readonly attached: Set<ExecutorId>
}

export interface HostsSurroundings {
  readonly events: BackendEvents
  readonly leases: Leases
  /** Executors that the driver cannot reach: the master is to take them back. */
  readonly onUnreachable: (executorIds: readonly ExecutorId[], reason: string) => void
}

/** The hosts that the application was granted: dialled, leased, watched, given up. */
export class StandaloneHosts {
  readonly #env: Pick<Env, 'network' | 'clock'>
  readonly #options: HostWayOptions
  readonly #around: HostsSurroundings
  readonly #held = new Map<HostId, Held>()

  constructor(
    env: Pick<Env, 'network' | 'clock'>,
    options: HostWayOptions,
    around: HostsSurroundings,
  ) {
    this.#env = env
    this.#options = options
    this.#around = around
  }

  /** What is told to a master that has to learn it anew. */
  get executorIds(): readonly ExecutorId[] {
    return [...this.#held.values()].flatMap(({ executors }) => [...executors])
  }

  /** Told twice, it is taken once. */
  granted(granted: GrantedHost): void {
    const held = this.#held.get(granted.hostId)
    if (held === undefined) {
      this.#hold(granted)
      return
    }
    for (const id of granted.executorIds) held.executors.add(id)
    const fresh = granted.executorIds.filter(id => !held.attached.has(id))
    if (held.attached.size === 0 || fresh.length === 0) return
    for (const id of fresh) held.attached.add(id)
    this.#around.events.executorsAdded(granted.hostId, fresh)
  }

  /** The master knows that they are gone, and why. */
  gone(executorIds: readonly ExecutorId[], cause: LossCause): void {
    for (const [hostId, held] of this.#held) {
      const lost = executorIds.filter(id => held.executors.delete(id))
      if (lost.length === 0) continue
      if (held.executors.size === 0) this.#lose(hostId, cause)
      else {
        for (const id of lost) {
          if (held.attached.delete(id)) this.#around.events.executorLost(id, cause)
        }
      }
    }
  }

  /** Given back by the scheduler, which knows. A host without executors ends: its end is no loss. */
  released(executorIds: readonly ExecutorId[]): void {
    for (const [hostId, held] of this.#held) {
      for (const id of executorIds) {
        held.executors.delete(id)
        held.attached.delete(id)
      }
      if (held.executors.size === 0) {
        this.#lose(hostId, { kind: 'released', message: 'it was idle', counts: false })
      }
    }
  }

  workerDown(workerId: WorkerId, reason: string): void {
    for (const [hostId, { granted }] of this.#held) {
      if (granted.workerId === workerId) this.#lose(hostId, lossCause('workerLost', reason))
    }
  }

  detachAll(): void {
    for (const [hostId, { way }] of this.#held) {
      way.detach()
      this.#around.leases.handle({ type: 'letGo', hostId })
    }
    this.#held.clear()
  }

  #hold(granted: GrantedHost): void {
    const { hostId, workerId, host, port } = granted
    const executors = new Set(granted.executorIds)
    const attached = new Set<ExecutorId>()
    const way = new HostWay(this.#env, this.#options, granted, {
      onAttached: (connection, executorIds) => {
        const handle = { hostId, workerId, host, connection }
        const present = executorIds.filter(id => executors.has(id))
        for (const id of present) attached.add(id)
        this.#around.events.hostAdded(handle, present)
        this.#forgetMissing(hostId, new Set(executorIds))
      },
      onLost: reason => {
        const ids = [...executors]
        this.#lose(hostId, lossCause('connectionLost', `host ${hostId} is out of reach: ${reason}`))
        this.#around.onUnreachable(ids, reason)
      },
    })
    this.#held.set(hostId, { granted, way, executors, attached })
    this.#around.leases.handle({ type: 'hold', host: { hostId, host, port } })
    way.dial()
  }

  /** A host that comes back without some of its executors has lost them meanwhile. */
  #forgetMissing(hostId: HostId, present: ReadonlySet<ExecutorId>): void {
    const held = this.#held.get(hostId)
    const missing = [...(held?.attached ?? [])].filter(id => !present.has(id))
    const cause = lossCause('threadExit', 'it ended while the driver was not connected')
    for (const id of missing) {
      held?.attached.delete(id)
      held?.executors.delete(id)
      this.#around.events.executorLost(id, cause)
    }
  }

  #lose(hostId: HostId, cause: LossCause): void {
    const held = this.#held.get(hostId)
    if (held === undefined) return
    this.#held.delete(hostId)
    held.way.close()
    this.#around.leases.handle({ type: 'letGo', hostId })
    this.#around.events.hostLost(hostId, cause)
  }
}
