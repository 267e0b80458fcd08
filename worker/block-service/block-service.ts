import type { Env, GateRequest, Listener, Socket } from '#publib/env'
import {
  applicationOfPath,
  type FromBlockService,
  type ToBlockService,
  toBlockService,
} from '#publib/protocol'
import {
  applicationTicket,
  type Credential,
  type Exposure,
  openPort,
  type Secrets,
} from '#publib/security'
import { type Connection, connectionOver } from '#publib/transport'
import { MapOutputReader } from './map-output-reader.ts'
import { RangeSender } from './range-sender.ts'

export interface BlockServiceOptions {
  readonly host: string
  readonly port: number
  readonly exposure: Exposure
  readonly secrets: Secrets
  /** Holds a folder for each application. */
  readonly root: string
}

/** Requests are a few numbers a range. */
const MESSAGE_BYTES_MAX = 16 * 1024 * 1024

/**
 * Serves the map outputs of a worker to the executors of the application that wrote them. Files in, bytes out: it
 * decodes nothing, and outlives the executors.
 */
export class BlockService {
  readonly #env: Pick<Env, 'clock' | 'files' | 'network'>
  readonly #options: BlockServiceOptions
  readonly #reader: MapOutputReader
  #listener: Listener | undefined

  private constructor(env: Pick<Env, 'clock' | 'files' | 'network'>, options: BlockServiceOptions) {
    this.#env = env
    this.#options = options
    this.#reader = new MapOutputReader(env.files, options.root)
  }

  /** Resolves when the port answers. */
  static async start(
    env: Pick<Env, 'clock' | 'files' | 'network'>,
    options: BlockServiceOptions,
  ): Promise<BlockService> {
    const service = new BlockService(env, options)
    const { host, port, exposure } = options
    service.#listener = await openPort(env.network, {
      ...{ host, port, exposure, messageBytesMax: MESSAGE_BYTES_MAX },
      nowMs: () => env.clock.now(),
      credentials: request => service.#credentials(request),
      rolesAt: path => (applicationOfPath(path) === undefined ? undefined : ['application']),
      onSocket: (socket, _role, request) => service.#welcome(socket, request),
    })
    return service
  }

  get port(): number {
    return this.#listener?.address.port ?? 0
  }

  async close(): Promise<void> {
    await this.#listener?.close()
  }

  /** The ticket of the application that the path names, and no other, opens it. */
  #credentials({ path }: GateRequest): readonly Credential[] {
    const id = applicationOfPath(path)
    if (id === undefined) return []
    return this.#options.secrets.accepted.map(secret => ({
      role: 'application',
      token: applicationTicket(secret, id),
    }))
  }

  #welcome(socket: Socket, { path }: GateRequest): void {
    const applicationId = applicationOfPath(path)
    if (applicationId === undefined) {
      socket.close(4404, 'no such path')
      return
    }
    const link: Connection<ToBlockService, FromBlockService> = connectionOver(
      socket,
      toBlockService,
      this.#env.clock,
    )
    const sender = new RangeSender(this.#env.files, this.#reader, applicationId, link)
    link.onClose = () => sender.end()
  }
}
