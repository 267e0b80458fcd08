import type { Cancellable, Env } from '#publib/env'
import {
  type DriverToExecutor,
  type ExecutorToDriver,
  fromExecutorHost,
  type GrantedHost,
  HOST_PATHS,
} from '#publib/protocol'
import { type Connection, connectionOver } from '#publib/transport'
import type { ApplicationId, ExecutorId } from '#publib/util'

type Link = Connection<ExecutorToDriver, DriverToExecutor>

export interface HostWayOptions {
  readonly applicationId: ApplicationId
  readonly ticket: string
  readonly version: string
  readonly ca: string | undefined
  readonly connectMs: number
  readonly attachMs: number
  readonly messageBytesMax: number
}

export interface HostWayHooks {
  /** It is attached, for the first time or again on a new connection. */
  readonly onAttached: (connection: Link, executorIds: readonly ExecutorId[]) => void
  /** It cannot be reached, after all tries. */
  readonly onLost: (reason: string) => void
}

/** Tries after the connection was lost, or could not be made; the pause lets the master name the cause first. */
const TRIES = 3
const PAUSE_MS = 200

/** The driver's way to one executor host: dials it directly, attaches, and dials again when the connection is lost. */
export class HostWay {
  readonly #env: Pick<Env, 'network' | 'clock'>
  readonly #options: HostWayOptions
  readonly #granted: GrantedHost
  readonly #hooks: HostWayHooks
  #connection: Link | undefined
  #timer: Cancellable | undefined
  #failures = 0
  #isClosed = false

  constructor(
    env: Pick<Env, 'network' | 'clock'>,
    options: HostWayOptions,
    granted: GrantedHost,
    hooks: HostWayHooks,
  ) {
    this.#env = env
    this.#options = options
    this.#granted = granted
    this.#hooks = hooks
  }

  dial(): void {
    void this.#dial()
  }

  /** Says goodbye: the host ends its tasks for this driver at once. */
  detach(): void {
    this.#connection?.send({ type: 'detach' })
    this.close()
  }

  close(): void {
    this.#isClosed = true
    this.#timer?.cancel()
    this.#connection?.close(1000, 'detached')
    this.#connection = undefined
  }

  async #dial(): Promise<void> {
    const { host, port } = this.#granted
    const { ticket, ca, connectMs, messageBytesMax } = this.#options
    try {
      const socket = await this.#env.network.connect(
        { host, port },
        {
          ...{ path: HOST_PATHS.driver, token: ticket, ca, timeoutMs: connectMs },
          messageBytesMax,
        },
      )
      if (this.#isClosed) socket.terminate()
      else this.#attach(connectionOver(socket, fromExecutorHost, this.#env.clock))
    } catch (error) {
      this.#failed(error instanceof Error ? error.message : String(error))
    }
  }

  #attach(connection: Link): void {
    const { applicationId, version, attachMs } = this.#options
    const { hostId } = this.#granted
    this.#connection = connection
    this.#timer = this.#env.clock.after(attachMs, () => {
      connection.terminate()
      this.#disconnected(connection, `it did not attach within ${attachMs} ms`)
    })
    connection.onMessage = message => {
      if (message.type !== 'attached') return
      this.#timer?.cancel()
      this.#failures = 0
      connection.onMessage = undefined
      this.#hooks.onAttached(connection, message.executorIds)
    }
    connection.onClose = (code, reason) => {
      this.#disconnected(connection, `its connection was closed (${code} ${reason})`)
    }
    connection.send({ type: 'attach', applicationId, hostId, version })
  }

  #disconnected(connection: Link, reason: string): void {
    if (this.#connection !== connection) return
    this.#connection = undefined
    this.#timer?.cancel()
    this.#failed(reason)
  }

  #failed(reason: string): void {
    if (this.#isClosed) return
    this.#failures += 1
    if (this.#failures >= TRIES) {
      this.close()
      this.#hooks.onLost(reason)
      return
    }
    this.#timer = this.#env.clock.after(PAUSE_MS, () => this.dial())
  }
}
