import type { Cancellable, Clock, Socket } from '#publib/env'
import {
  decodeFrames,
  encodeBeat,
  encodeFrame,
  FRAME_LIMITS,
  type FrameLimits,
} from '#publib/frame'
import type { Connection, Protocol } from './connection.ts'

export interface ConnectionOptions {
  /** After so long without a message of its own an end says that it is alive. */
  readonly beatMs?: number
  /** A peer that has said nothing for so long is dropped; Infinity: never (leases decide). */
  readonly silenceMsMax?: number
  readonly limits?: FrameLimits
}

const BEAT_MS = 2000
const SILENCE_MS_MAX = 6000
/** What this end slept through itself is nobody else's silence. */
const LATENESS_MS_MAX = 500
/** Above this a message travels alone; below it waits for the end of the turn, with others. */
const BATCH_BYTES_MAX = 64 * 1024
const BATCH_COUNT_MAX = 32

/**
 * Typed messages over a socket. Whatever the peer sends, nothing is thrown here: a bad frame or message closes with 4400.
 *
 * @example
 * const connection = connectionOver(socket, protocol, env.clock)
 * connection.onMessage = message => handle(message)
 */
export function connectionOver<In, Out>(
  socket: Socket,
  protocol: Protocol<In>,
  clock: Clock,
  options: ConnectionOptions = {},
): Connection<In, Out> {
  return new ConnectionOverSocket<In, Out>(socket, protocol, clock, options)
}

class ConnectionOverSocket<In, Out> implements Connection<In, Out> {
  onMessage: ((message: In, payloads: readonly Uint8Array[]) => void) | undefined
  onDrain: (() => void) | undefined
  #onClose: ((code: number, reason: string) => void) | undefined
  readonly #socket: Socket
  readonly #protocol: Protocol<In>
  readonly #clock: Clock
  readonly #beatMs: number
  readonly #silenceMsMax: number
  readonly #limits: FrameLimits
  readonly #sweep: Cancellable
  #isOpen = true
  #batch: Uint8Array[] = []
  #batchCount = 0
  #batchBytes = 0
  #lastSentMs: number
  #lastHeardMs: number
  #lastSweepMs: number
  #verdict: { readonly code: number; readonly reason: string } | undefined
  #ended: { readonly code: number; readonly reason: string } | undefined

  constructor(socket: Socket, protocol: Protocol<In>, clock: Clock, options: ConnectionOptions) {
    this.#socket = socket
    this.#protocol = protocol
    this.#clock = clock
    this.#beatMs = options.beatMs ?? BEAT_MS
    this.#silenceMsMax = options.silenceMsMax ?? SILENCE_MS_MAX
    this.#limits = options.limits ?? FRAME_LIMITS
    this.#lastSentMs = this.#lastHeardMs = this.#lastSweepMs = clock.now()
    this.#sweep = clock.every(this.#beatMs / 2, () => this.#onSweep())
    socket.onMessage = bytes => this.#receive(bytes)
    socket.onClose = (code, reason) => this.#end(code, reason)
    socket.onDrain = () => this.onDrain?.()
  }

  get remote() {
    return this.#socket.remote
  }
  get bufferedBytes(): number {
    return this.#socket.bufferedBytes + this.#batchBytes
  }
  get isOpen(): boolean {
    return this.#isOpen
  }

  get onClose(): ((code: number, reason: string) => void) | undefined {
    return this.#onClose
  }
  set onClose(call: ((code: number, reason: string) => void) | undefined) {
    this.#onClose = call
    if (this.#ended !== undefined) queueMicrotask(() => this.#tell())
  }

  send(message: Out, payloads: readonly Uint8Array[] = []): void {
    if (!this.#isOpen) return
    const packed = this.#protocol.pack?.(message, payloads)
    this.#add(packed ? encodeFrame(packed.header, packed.payloads) : encodeFrame(message, payloads))
  }

  close(code = 1000, reason = ''): void {
    if (!this.#isOpen) return
    this.#flush()
    this.#isOpen = false
    this.#sweep.cancel()
    this.#socket.close(code, reason)
  }

  terminate(): void {
    this.#isOpen = false
    this.#sweep.cancel()
    this.#socket.terminate()
  }

  #add(parts: readonly Uint8Array[]): void {
    const size = parts.reduce((sum, part) => sum + part.length, 0)
    if (this.#batchBytes + size > BATCH_BYTES_MAX) this.#flush()
    if (this.#batchCount === 0) queueMicrotask(() => this.#flush())
    this.#batch.push(...parts)
    this.#batchBytes += size
    this.#batchCount++
    if (this.#batchBytes >= BATCH_BYTES_MAX || this.#batchCount >= BATCH_COUNT_MAX) this.#flush()
  }

  #flush(): void {
    if (this.#batchCount === 0 || !this.#isOpen) return
    const parts = this.#batch
    this.#batch = []
    this.#batchBytes = this.#batchCount = 0
    this.#lastSentMs = this.#clock.now()
    this.#socket.send(parts)
  }

  #receive(bytes: Uint8Array): void {
    if (!this.#isOpen) return
    this.#lastHeardMs = this.#clock.now()
    const decoded = decodeFrames(bytes, this.#limits)
    if (!decoded.ok) {
      this.#refuse(`bad frame: ${decoded.reason}`)
      return
    }
    for (const frame of decoded.frames) {
      if (frame.isBeat) continue
      const message = this.#protocol.decode(frame.header, frame.payloads)
      if (!message.ok) {
        this.#refuse(`${this.#protocol.name}: ${message.reason}`)
        return
      }
      this.onMessage?.(message.message, frame.payloads)
      if (!this.#isOpen) return
    }
  }

  #refuse(reason: string): void {
    this.#verdict = { code: 4400, reason }
    this.close(4400, reason)
  }

  #onSweep(): void {
    const nowMs = this.#clock.now()
    const lateMs = nowMs - this.#lastSweepMs - this.#beatMs / 2
    this.#lastSweepMs = nowMs
    if (lateMs > LATENESS_MS_MAX) this.#lastHeardMs = Math.min(nowMs, this.#lastHeardMs + lateMs)
    if (nowMs - this.#lastHeardMs > this.#silenceMsMax) {
      this.#verdict = { code: 1006, reason: `no sign of life for ${this.#silenceMsMax} ms` }
      this.terminate()
      return
    }
    if (nowMs - this.#lastSentMs < this.#beatMs) return
    this.#lastSentMs = nowMs
    this.#socket.send(encodeBeat())
  }

  #end(code: number, reason: string): void {
    this.#isOpen = false
    this.#sweep.cancel()
    this.#ended ??= this.#verdict ?? { code, reason }
    this.#tell()
  }

  #tell(): void {
    const call = this.#onClose
    this.#onClose = undefined
    if (this.#ended !== undefined) call?.(this.#ended.code, this.#ended.reason)
  }
}
