import type { MessagePort } from 'node:worker_threads'
import type { Connection, Protocol } from './connection.ts'

interface Posted {
  readonly message: unknown
  readonly payloads: readonly Uint8Array[]
}

/**
 * Typed messages between a thread and its process. Nothing is framed and nothing is beaten: the two live and die
 * together. Payloads are copied once and moved; those in shared memory are shared.
 */
export function connectionOverPort<In, Out>(
  port: MessagePort,
  protocol: Protocol<In>,
): Connection<In, Out> {
  return new ConnectionOverPort<In, Out>(port, protocol)
}

const HERE = { host: 'thread', port: 0 }

class ConnectionOverPort<In, Out> implements Connection<In, Out> {
  readonly remote = HERE
  readonly bufferedBytes = 0
  onClose: ((code: number, reason: string) => void) | undefined
  onDrain: (() => void) | undefined
  readonly #port: MessagePort
  readonly #protocol: Protocol<In>
  #onMessage: ((message: In, payloads: readonly Uint8Array[]) => void) | undefined
  #isOpen = true
  #verdict = { code: 1000, reason: '' }

  constructor(port: MessagePort, protocol: Protocol<In>) {
    this.#port = port
    this.#protocol = protocol
    port.on('close', () => {
      this.#isOpen = false
      const call = this.onClose
      this.onClose = undefined
      call?.(this.#verdict.code, this.#verdict.reason)
    })
  }

  get isOpen(): boolean {
    return this.#isOpen
  }

  get onMessage(): ((message: In, payloads: readonly Uint8Array[]) => void) | undefined {
    return this.#onMessage
  }
  /** The first handler starts the port: what came before waits in it. */
  set onMessage(call: ((message: In, payloads: readonly Uint8Array[]) => void) | undefined) {
    const isFirst = this.#onMessage === undefined
    this.#onMessage = call
    if (isFirst && call !== undefined) {
      this.#port.on('message', (posted: Posted) => this.#receive(posted))
    }
  }

  send(message: Out, payloads: readonly Uint8Array[] = []): void {
    if (!this.#isOpen) return
    const own = payloads.map(payload =>
      payload.buffer instanceof SharedArrayBuffer ? payload : new Uint8Array(payload),
    )
    const moved = own.map(payload => payload.buffer).filter(isMovable)
    this.#port.postMessage({ message, payloads: own } satisfies Posted, moved)
  }

  close(code = 1000, reason = ''): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    this.#verdict = { code, reason }
    this.#port.close()
  }

  terminate(): void {
    this.close(1006)
  }

  #receive(posted: Posted): void {
    if (!this.#isOpen) return
    const decoded = this.#protocol.decode(posted.message, posted.payloads)
    if (decoded.ok) this.#onMessage?.(decoded.message, posted.payloads)
    else this.close(4400, `${this.#protocol.name}: ${decoded.reason}`)
  }
}

function isMovable(buffer: ArrayBufferLike): buffer is ArrayBuffer {
  return buffer instanceof ArrayBuffer
}
