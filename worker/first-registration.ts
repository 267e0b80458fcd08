import type { Clock } from '#publib/env'
import type { SimSparkError } from '#publib/util'
import { notRegistered } from './errors.ts'

/**
 * A worker that starts is given a while to find its master, which may be just starting too. What no waiting mends, such as
 * a wrong secret, ends it at once. Once a master has taken it in, it waits for masters for ever.
 */
export class FirstRegistration {
  readonly done: Promise<void>
  readonly #clock: Clock
  readonly #deadlineMs: number
  #resolve: () => void = () => {}
  #reject: (error: Error) => void = () => {}

  constructor(clock: Clock, waitMs: number) {
    this.#clock = clock
    this.#deadlineMs = clock.now() + waitMs
    this.done = new Promise<void>((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    // It is awaited a little later than it may fail.
    this.done.catch(() => undefined)
  }

  succeeded(): void {
    this.#resolve()
  }

  /** The master could not be dialled. */
  failed(error: SimSparkError): void {
    if (!error.retryable || this.#isLate) this.#reject(error)
  }

  /** A master hung up before it had taken the worker in. */
  closed(place: string, code: number, reason: string): void {
    if (this.#isLate) this.#reject(notRegistered(place, reason || `closed with ${code}`))
  }

  get #isLate(): boolean {
    return this.#clock.now() >= this.#deadlineMs
  }
}
