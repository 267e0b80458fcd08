import type { Connection } from '#publib/transport'

/**
 * The two ends of a link within one process: messages pass as they are, in order. Payloads are shared. The first end is told at
 * once, within the call of the second, the second a moment later: so neither is told of an answer while it still speaks.
 */
export function connectionPair<A, B>(): readonly [Connection<A, B>, Connection<B, A>] {
  const a = new PairedConnection<A, B>(true)
  const b = new PairedConnection<B, A>(false)
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
  #isTelling = false
  readonly #isToldAtOnce: boolean

  constructor(isToldAtOnce: boolean) {
    this.#isToldAtOnce = isToldAtOnce
  }

  get onMessage() {
    return this.#onMessage
  }
  set onMessage(call: ((message: In, payloads: readonly Uint8Array[]) => void) | undefined) {
    this.#onMessage = call
    this.#schedule()
  }

  send(message: Out, payloads: readonly Uint8Array[] = []): void {
    if (this.isOpen) this.other?.take(message, payloads)
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

  take(message: In, payloads: readonly Uint8Array[]): void {
    const isFirst = this.#waiting.length === 0 && !this.#isTelling
    if (this.#isToldAtOnce && isFirst && this.#onMessage !== undefined) {
      this.#onMessage(message, payloads)
      return
    }
    this.#waiting.push({ message, payloads })
    this.#schedule()
  }

  #schedule(): void {
    if (this.#isScheduled || this.#onMessage === undefined || this.#waiting.length === 0) return
    this.#isScheduled = true
    queueMicrotask(() => this.#tell())
  }

  #tell(): void {
    this.#isScheduled = false
    const messages = this.#waiting
    this.#waiting = []
    this.#isTelling = true
    try {
      for (const { message, payloads } of messages) {
        if (this.isOpen) this.#onMessage?.(message, payloads)
      }
    } finally {
      this.#isTelling = false
    }
    this.#schedule()
  }
}
