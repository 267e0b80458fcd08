import type { Cancellable, Clock } from '#publib/env'

const LONG_MS = 2 ** 31 - 1

/** Holds the process while jobs run. One timer for all of them: making one for each costs more than a small job has to spare. */
export class KeepAlive {
  readonly #clock: Clock
  #timer: Cancellable | undefined
  #isHeld = false

  constructor(clock: Clock) {
    this.#clock = clock
  }

  hold(): void {
    if (this.#isHeld) return
    this.#isHeld = true
    if (this.#timer !== undefined) this.#timer.keepAlive?.(true)
    else this.#timer = this.#clock.after(LONG_MS, () => {}, { keepAlive: true })
  }

  /** An idle context does not keep Node alive. */
  release(): void {
    if (!this.#isHeld) return
    this.#isHeld = false
    if (this.#timer?.keepAlive === undefined) this.end()
    else this.#timer.keepAlive(false)
  }

  /** There will be no more jobs. */
  end(): void {
    this.#timer?.cancel()
    this.#timer = undefined
  }
}
