import type { Cancellable, Clock } from '#publib/env'

/** A worker or driver has said who it is within so long, or is dropped with 4408. */
const HELLO_MS = 3_000
/** Messages that a peer may send in a second; what beats faster is not a worker of ours. */
const MESSAGES_PER_SECOND = 5_000

/** Holds one connection to what an honest peer does. */
export class PeerLimits {
  readonly #clock: Clock
  readonly #hello: Cancellable
  #windowMs: number
  #count = 0

  constructor(clock: Clock, drop: (code: number, reason: string) => void) {
    this.#clock = clock
    this.#windowMs = clock.now()
    this.#hello = clock.after(HELLO_MS, () => drop(4408, `no hello within ${HELLO_MS} ms`))
  }

  greeted(): void {
    this.#hello.cancel()
  }

  /** Counts a message; false when there were too many of late. */
  allow(): boolean {
    const nowMs = this.#clock.now()
    if (nowMs - this.#windowMs >= 1000) {
      this.#windowMs = nowMs
      this.#count = 0
    }
    return ++this.#count <= MESSAGES_PER_SECOND
  }

  end(): void {
    this.#hello.cancel()
  }
}
