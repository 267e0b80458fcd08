import type { Address, Cancellable, Env } from '#publib/env'
import type { Logger } from '#publib/log'
import {
  fromMasterToWorker,
  MASTER_PATHS,
  type MasterToWorker,
  type WorkerToMaster,
} from '#publib/protocol'
import { backoffMs, type Connection, connectionOver, describePlace } from '#publib/transport'
import { SimSparkError } from '#publib/util'

export interface MasterLinkOptions {
  /** Tried in turn. */
  readonly masters: readonly Address[]
  readonly token: string
  readonly ca: string | undefined
  readonly connectMs: number
  readonly backoff: { readonly firstMs: number; readonly maxMs: number }
  readonly log: Logger
}

export interface MasterLinkHooks {
  readonly onOpen: () => void
  readonly onMessage: (message: MasterToWorker) => void
  readonly onClose: (code: number, reason: string) => void
  readonly onFailure: (error: SimSparkError) => void
}

const MESSAGE_BYTES_MAX = 1024 * 1024
/** A secret that is not accepted is no passing fault: no storm of tries. */
const REFUSED_RETRY_MS = 5_000

/** The worker's way to its master: dials again for as long as it lives, names resolved anew each time. */
export class MasterLink {
  readonly #env: Pick<Env, 'network' | 'clock' | 'random'>
  readonly #options: MasterLinkOptions
  readonly #hooks: MasterLinkHooks
  #connection: Connection<MasterToWorker, WorkerToMaster> | undefined
  #timer: Cancellable | undefined
  #failures = 0
  #next = 0
  #isClosed = false

  constructor(
    env: Pick<Env, 'network' | 'clock' | 'random'>,
    options: MasterLinkOptions,
    hooks: MasterLinkHooks,
  ) {
    this.#env = env
    this.#options = options
    this.#hooks = hooks
  }

  /** The master that is, or was last, dialled. */
  get place(): string {
    const { masters } = this.#options
    return describePlace(masters[this.#next % masters.length]!)
  }

  dial(): void {
    void this.#dial()
  }

  send(message: WorkerToMaster): void {
    this.#connection?.send(message)
  }

  /** The master has taken the worker in: the next loss begins with a short pause again. */
  settled(): void {
    this.#failures = 0
  }

  /** Drops the connection and dials anew. */
  drop(code: number, reason: string): void {
    const connection = this.#connection
    if (connection === undefined) return
    this.#connection = undefined
    connection.onMessage = undefined
    connection.onClose = undefined
    connection.close(code, reason)
    // The code was for the master: what it would mean from the master, it does not mean here.
    this.#hooks.onClose(1006, reason)
    this.#dialLater()
  }

  /** What was sent before still goes out. */
  close(code: number, reason: string): void {
    this.#isClosed = true
    this.#timer?.cancel()
    const connection = this.#connection
    this.#connection = undefined
    if (connection !== undefined) connection.onMessage = undefined
    connection?.close(code, reason)
  }

  async #dial(): Promise<void> {
    const { masters, token, ca, connectMs } = this.#options
    const address = masters[this.#next % masters.length]!
    try {
      const socket = await this.#env.network.connect(address, {
        ...{ path: MASTER_PATHS.worker, token, ca, timeoutMs: connectMs },
        messageBytesMax: MESSAGE_BYTES_MAX,
      })
      if (this.#isClosed) {
        socket.terminate()
        return
      }
      this.#attend(connectionOver(socket, fromMasterToWorker, this.#env.clock))
    } catch (error) {
      if (this.#isClosed) return
      const failure =
        error instanceof SimSparkError
          ? error
          : new SimSparkError('MASTER_UNREACHABLE', String(error), { cause: error })
      this.#next += 1
      this.#dialLater(failure)
      this.#hooks.onFailure(failure)
    }
  }

  #attend(connection: Connection<MasterToWorker, WorkerToMaster>): void {
    this.#connection = connection
    connection.onMessage = message => this.#hooks.onMessage(message)
    connection.onClose = (code, reason) => {
      if (this.#connection !== connection) return
      this.#connection = undefined
      this.#hooks.onClose(code, reason)
      this.#dialLater()
    }
    this.#hooks.onOpen()
  }

  #dialLater(failure?: SimSparkError): void {
    if (this.#isClosed) return
    const pauseMs = backoffMs(this.#failures, this.#env.random.number(), this.#options.backoff)
    this.#failures += 1
    const isRefused = failure?.code === 'NOT_AUTHENTICATED' || failure?.code === 'NOT_AUTHORIZED'
    const delayMs = isRefused ? Math.max(pauseMs, REFUSED_RETRY_MS) : pauseMs
    this.#timer?.cancel()
    this.#timer = this.#env.clock.after(delayMs, () => this.dial(), { keepAlive: true })
  }
}
