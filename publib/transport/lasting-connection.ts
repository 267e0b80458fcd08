import type { Address, Cancellable, Env } from '#publib/env'
import { SimSparkError, textOf } from '#publib/util'
import { type BackoffOptions, backoffMs } from './backoff.ts'
import type { Connection, Protocol } from './connection.ts'
import { connectionOver } from './connection-over-socket.ts'
import { describePlace, unreachable } from './errors.ts'

export interface LastingConnectionOptions<In> {
  /** Tried in turn; names are resolved anew each time. */
  readonly addresses: readonly Address[]
  readonly path: string
  readonly token: string
  readonly ca?: string | undefined
  readonly protocol: Protocol<In>
  readonly messageBytesMax: number
  /** Of one attempt. */
  readonly connectMs: number
  readonly backoff: BackoffOptions
  /** Whether waiting for the next attempt keeps the process running. */
  readonly keepAlive: boolean
}

export interface LastingConnectionHooks<In> {
  readonly onOpen: () => void
  readonly onMessage: (message: In) => void
  /** The next attempt follows by itself. */
  readonly onClose: (code: number, reason: string) => void
  /** An attempt failed; the next one follows by itself. */
  readonly onFailure: (error: SimSparkError) => void
}

/** A token that is not accepted is no passing fault: no storm of tries. */
const REFUSED_RETRY_MS = 5_000

/** A way to a peer that comes and goes: dials again, with pauses that grow, for as long as it is not closed. */
export class LastingConnection<In, Out> {
  readonly #env: Pick<Env, 'network' | 'clock' | 'random'>
  readonly #options: LastingConnectionOptions<In>
  readonly #hooks: LastingConnectionHooks<In>
  #connection: Connection<In, Out> | undefined
  #timer: Cancellable | undefined
  #failures = 0
  #next = 0
  #isClosed = false

  constructor(
    env: Pick<Env, 'network' | 'clock' | 'random'>,
    options: LastingConnectionOptions<In>,
    hooks: LastingConnectionHooks<In>,
  ) {
    this.#env = env
    this.#options = options
    this.#hooks = hooks
  }

  /** The peer that is, or was last, dialled. */
  get place(): string {
    return describePlace(this.#address)
  }

  get isOpen(): boolean {
    return this.#connection?.isOpen ?? false
  }

  /** Begins. */
  dial(): void {
    void this.#dial()
  }

  /** Lost where there is no connection: what must not be, is told again when there is one. */
  send(message: Out): void {
    this.#connection?.send(message)
  }

  /** The peer is of use: after its loss the pauses begin short again. */
  settled(): void {
    this.#failures = 0
  }

  /** Leaves this connection for another one. The code is for the peer; here it counts as a loss. */
  drop(code: number, reason: string): void {
    const connection = this.#leave()
    if (connection === undefined) return
    connection.close(code, reason)
    this.#hooks.onClose(1006, reason)
    this.#dialLater()
  }

  /** For good. What was sent before still goes out. */
  close(code: number, reason: string): void {
    this.#isClosed = true
    this.#timer?.cancel()
    this.#leave()?.close(code, reason)
  }

  get #address(): Address {
    const { addresses } = this.#options
    return addresses[this.#next % addresses.length]!
  }

  #leave(): Connection<In, Out> | undefined {
    const connection = this.#connection
    this.#connection = undefined
    if (connection !== undefined) {
      connection.onMessage = undefined
      connection.onClose = undefined
    }
    return connection
  }

  async #dial(): Promise<void> {
    const { path, token, ca, connectMs, messageBytesMax, protocol } = this.#options
    const address = this.#address
    try {
      const how = { path, token, ca, timeoutMs: connectMs, messageBytesMax }
      const socket = await this.#env.network.connect(address, how)
      if (this.#isClosed) socket.terminate()
      else this.#attend(connectionOver(socket, protocol, this.#env.clock))
    } catch (error) {
      if (this.#isClosed) return
      this.#next += 1
      const failure =
        error instanceof SimSparkError ? error : unreachable(address, textOf(error), error)
      this.#dialLater(failure)
      this.#hooks.onFailure(failure)
    }
  }

  #attend(connection: Connection<In, Out>): void {
    this.#connection = connection
    connection.onMessage = message => this.#hooks.onMessage(message)
    connection.onClose = (code, reason) => {
      this.#connection = undefined
      this.#hooks.onClose(code, reason)
      this.#dialLater()
    }
    this.#hooks.onOpen()
  }

  #dialLater(failure?: SimSparkError): void {
    if (this.#isClosed) return
    const { backoff, keepAlive } = this.#options
    const pauseMs = backoffMs(this.#failures, this.#env.random.number(), backoff)
    this.#failures += 1
    const isRefused = failure?.code === 'NOT_AUTHENTICATED' || failure?.code === 'NOT_AUTHORIZED'
    const delayMs = isRefused ? Math.max(pauseMs, REFUSED_RETRY_MS) : pauseMs
    this.#timer?.cancel()
    this.#timer = this.#env.clock.after(delayMs, () => this.dial(), { keepAlive })
  }
}
