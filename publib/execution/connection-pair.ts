import type { Connection } from '#publib/transport'

/** The two ends of a link within one process: messages pass as they are, in order, a moment later. Payloads are shared. */
export function connectionPair<A, B>(): readonly [Connection<A, B>, Connection<B, A>] {
  const a = new PairedConnection<A, B>()
  const b = new PairedConnection<B, A>()
  a.other = b
  b.other = a
  return [a, b]
}

interface Waiting<In> {
  readonly message: In
  readonly payloads: readonly Uint8Array[]
}

class PairedConnection<In, Out> implements Connection<In, Out> {
  readonly remote = { host: 'local', port: 0 }
  readonly bufferedBytes = 0
  onClose: ((code: number, reason: string) => void) | undefined
  onDrain: (() => void) | undefined
  other: PairedConnection<Out, In> | undefined
  isOpen = true
  #onMessage: ((message: In, payloads: readonly Uint8Array[]) => void) | undefined
  #waiting: Waiting<In>[] = []
  #isScheduled = false

  get onMessage() {
    return this.#onMessage
  }
  set onMessage(call: ((message: In, payloads: readonly Uint8Array[]) => void) | undefined) {
    this.#onMessage = call
    this.#schedule()
  }

  send(message: Out, payloads: readonly Uint8Array[] = []): void {
    if (this.isOpen) this.other?.take({ message, payloads })
  }

  close(code = 1000, reason = ''): void {
    if (!this.isOpen) return
    this.isOpen = false
    queueMicrotask(() => {
      this.onClose?.(code, reason)
      this.other?.close(code, reason)
    })
  }

  terminate(): void {
    this.close(1006)
  }

  take(waiting: Waiting<In>): void {
    this.#waiting.push(waiting)
    this.#schedule()
  }

  #schedule(): void {
    if (this.#isScheduled || this.#onMessage === undefined || this.#waiting.length === 0) return
    this.#isScheduled = true
    queueMicrotask(() => {
      this.#isScheduled = false
      const messages = this.#waiting
      this.#waiting = []
      for (const { message, payloads } of messages) {
        if (this.isOpen) this.#onMessage?.(message, payloads)
      }
      this.#schedule()
    })
  }
}
