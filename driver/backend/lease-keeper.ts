import type { Cancellable, Env } from '#publib/env'
import {
  type DriverToExecutor,
  type ExecutorToDriver,
  fromExecutorHost,
  HOST_PATHS,
} from '#publib/protocol'
import { LastingConnection } from '#publib/transport'
import type { HostId } from '#publib/util'

/** A host whose executors the driver holds. */
export interface LeasedHost {
  readonly hostId: HostId
  readonly host: string
  readonly port: number
}

export interface LeaseOptions {
  readonly ticket: string
  readonly ca: string | undefined
  /** Between two renewals: a third of the lease. */
  readonly renewMs: number
  readonly connectMs: number
}

/** What a lease thread is told. */
export type LeaseCommand =
  | { readonly type: 'hold'; readonly host: LeasedHost }
  | { readonly type: 'letGo'; readonly hostId: HostId }

type Link = LastingConnection<ExecutorToDriver, DriverToExecutor>

const MESSAGE_BYTES_MAX = 64 * 1024
/** A lease is short: a lost connection is dialled again quickly. */
/** Several tries within the time that a host waits for its driver to come back (RECONNECT_MS in worker/executor/lease.ts). */
const BACKOFF = { firstMs: 100, maxMs: 300 }

/**
 * Renews the driver's leases on its hosts, each over a connection of its own. Runs where no user code runs, so a driver
 * that computes for long keeps its executors, and one that is gone loses them in seconds.
 */
export class LeaseKeeper {
  readonly #env: Pick<Env, 'network' | 'clock' | 'random'>
  readonly #options: LeaseOptions
  readonly #links = new Map<HostId, Link>()
  readonly #timer: Cancellable
  #sequence = 0

  constructor(env: Pick<Env, 'network' | 'clock' | 'random'>, options: LeaseOptions) {
    this.#env = env
    this.#options = options
    this.#timer = env.clock.every(options.renewMs, () => this.#renewAll())
  }

  handle(command: LeaseCommand): void {
    if (command.type === 'hold') this.#hold(command.host)
    else this.#letGo(command.hostId)
  }

  close(): void {
    this.#timer.cancel()
    for (const hostId of [...this.#links.keys()]) this.#letGo(hostId)
  }

  #hold({ hostId, host, port }: LeasedHost): void {
    if (this.#links.has(hostId)) return
    const { ticket, ca, connectMs } = this.#options
    const link: Link = new LastingConnection(
      this.#env,
      {
        ...{ addresses: [{ host, port }], path: HOST_PATHS.lease, protocol: fromExecutorHost },
        ...{ token: ticket, ca, connectMs, backoff: BACKOFF, keepAlive: false },
        messageBytesMax: MESSAGE_BYTES_MAX,
      },
      {
        onOpen: () => this.#renew(link),
        onMessage: () => link.settled(),
        onClose: () => undefined,
        onFailure: () => undefined,
      },
    )
    this.#links.set(hostId, link)
    link.dial()
  }

  #letGo(hostId: HostId): void {
    this.#links.get(hostId)?.close(1000, 'let go')
    this.#links.delete(hostId)
  }

  #renewAll(): void {
    for (const link of this.#links.values()) this.#renew(link)
  }

  #renew(link: Link): void {
    link.send({ type: 'renewLease', sequence: this.#sequence++ })
  }
}
