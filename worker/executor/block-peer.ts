import type { BlockLocation, BlockRange } from '#publib/blocks'
import type { Cancellable, Clock, Network } from '#publib/env'
import {
  blockServicePath,
  type FromBlockService,
  fromBlockService,
  type ToBlockService,
} from '#publib/protocol'
import { type Connection, connectionOver } from '#publib/transport'
import { type ApplicationId, textOf } from '#publib/util'

/** What opens the block services of the cluster to this host. */
export interface PeerCredentials {
  readonly applicationId: ApplicationId
  readonly ticket: string
  readonly ca: string | undefined
}

/** Who is told of the ranges of one request. */
export interface RangeListener {
  onBytes(index: number, bytes: Uint8Array, isLast: boolean): void
  /** The service says that it has no such range: asking again does not help. */
  onMissing(index: number, reason: string): void
  /** The connection is gone before the request was answered to its end. */
  onBroken(reason: string): void
}

interface Pending {
  readonly listener: RangeListener
  /** Ranges that have not come to their end. */
  readonly open: Set<number>
}

const CONNECT_MS = 3_000
const MESSAGE_BYTES_MAX = 16 * 1024 * 1024
/** A service that owes bytes and gives fewer than the floor in this time counts as gone. */
const STALL_MS = 10_000
const FLOOR_BYTES = 64 * 1024

/** One block service as a reader: one connection, opened when something is asked, many requests under way. */
export class BlockPeer {
  readonly #location: BlockLocation
  readonly #credentials: PeerCredentials
  readonly #clock: Clock
  readonly #network: Network
  readonly #pending = new Map<number, Pending>()
  #connection: Promise<Connection<FromBlockService, ToBlockService>> | undefined
  #watch: Cancellable | undefined
  #bytesSinceLook = 0
  #lastRequestId = 0
  /** Counts connections: what an older one still says of itself is of no interest. */
  #generation = 0

  constructor(
    env: { readonly clock: Clock; readonly network: Network },
    location: BlockLocation,
    credentials: PeerCredentials,
  ) {
    this.#clock = env.clock
    this.#network = env.network
    this.#location = location
    this.#credentials = credentials
  }

  /** Asks for ranges; the listener hears of each by its index. Gives what forgets the request. */
  request(ranges: readonly BlockRange[], listener: RangeListener): () => void {
    const requestId = ++this.#lastRequestId
    this.#pending.set(requestId, { listener, open: new Set(ranges.keys()) })
    this.#watch ??= this.#clock.every(STALL_MS, () => this.#lookForStall())
    this.#connection ??= this.#connect(++this.#generation)
    const generation = this.#generation
    const { applicationId } = this.#credentials
    const asked = ranges.map(({ shuffleId, mapPartition, taskId, start, end }) => ({
      ...{ shuffleId, mapPartition, taskId, start, end },
    }))
    this.#connection.then(
      connection => {
        if (!this.#pending.has(requestId)) return
        connection.send({ type: 'fetchRanges', requestId, applicationId, ranges: asked })
      },
      error => this.#broken(generation, textOf(error)),
    )
    return () => this.#forget(requestId)
  }

  close(): void {
    this.#pending.clear()
    this.#stopWatching()
    this.#connection?.then(
      connection => connection.close(),
      () => undefined,
    )
    this.#connection = undefined
  }

  async #connect(generation: number): Promise<Connection<FromBlockService, ToBlockService>> {
    const { host, port } = this.#location
    const { applicationId, ticket, ca } = this.#credentials
    const socket = await this.#network.connect(
      { host, port },
      {
        ...{ path: blockServicePath(applicationId), token: ticket, ca },
        ...{ messageBytesMax: MESSAGE_BYTES_MAX, timeoutMs: CONNECT_MS },
      },
    )
    const connection = connectionOver<FromBlockService, ToBlockService>(
      socket,
      fromBlockService,
      this.#clock,
    )
    connection.onMessage = (message, payloads) => this.#receive(message, payloads[0])
    connection.onClose = (code, reason) =>
      this.#broken(generation, reason === '' ? `the connection closed with ${code}` : reason)
    return connection
  }

  #receive(message: FromBlockService, payload: Uint8Array | undefined): void {
    const { requestId, index } = message
    const pending = this.#pending.get(requestId)
    if (pending === undefined || !pending.open.has(index)) return
    if (message.type === 'rangeMissing' || message.isLast) {
      pending.open.delete(index)
      if (pending.open.size === 0) this.#forget(requestId)
    }
    if (message.type === 'rangeMissing') {
      pending.listener.onMissing(index, message.reason)
      return
    }
    const bytes = payload ?? new Uint8Array(0)
    this.#bytesSinceLook += bytes.length
    pending.listener.onBytes(index, bytes, message.isLast)
  }

  #forget(requestId: number): void {
    this.#pending.delete(requestId)
    if (this.#pending.size === 0) this.#stopWatching()
  }

  #broken(generation: number, reason: string): void {
    if (generation !== this.#generation || this.#connection === undefined) return
    const pending = [...this.#pending.values()]
    this.#pending.clear()
    this.#connection = undefined
    this.#stopWatching()
    for (const { listener } of pending) listener.onBroken(reason)
  }

  #lookForStall(): void {
    const isStalled = this.#bytesSinceLook < FLOOR_BYTES
    this.#bytesSinceLook = 0
    if (!isStalled) return
    const connection = this.#connection
    connection?.then(
      open => open.terminate(),
      () => undefined,
    )
    this.#broken(this.#generation, `it gave fewer than ${FLOOR_BYTES} bytes in ${STALL_MS} ms`)
  }

  #stopWatching(): void {
    this.#watch?.cancel()
    this.#watch = undefined
    this.#bytesSinceLook = 0
  }
}
