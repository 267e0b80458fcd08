/** Why a host ends by itself. */
export interface EndReason {
  readonly cause: 'leaseExpired' | 'driverGone'
  readonly message: string
}

/** With neither connection a driver that lives would have come back within this: its lease thread tries at least every 300 ms. */
const RECONNECT_MS = 1_300

/**
 * Whether the driver is still there. Its lease thread renews while the driver computes or the master is away; a driver that
 * dies closes both connections at once. Pure: told of time, it never looks at a clock.
 */
export class Lease {
  readonly #leaseMs: number
  #renewedMs: number
  #openCount = 0
  /** When the last connection closed; undefined before the first, and while one is open. */
  #closedMs: number | undefined

  constructor(leaseMs: number, nowMs: number) {
    this.#leaseMs = leaseMs
    this.#renewedMs = nowMs
  }

  opened(nowMs: number): void {
    this.#openCount += 1
    this.#closedMs = undefined
    this.renewed(nowMs)
  }

  closed(nowMs: number): void {
    this.#openCount -= 1
    if (this.#openCount === 0) this.#closedMs = nowMs
  }

  /** Any message of the driver renews it. */
  renewed(nowMs: number): void {
    this.#renewedMs = nowMs
  }

  /** What this process slept through itself is not the driver's silence. */
  forgive(lateMs: number): void {
    this.#renewedMs += lateMs
    if (this.#closedMs !== undefined) this.#closedMs += lateMs
  }

  ended(nowMs: number): EndReason | undefined {
    if (this.#closedMs !== undefined && nowMs - this.#closedMs >= RECONNECT_MS) {
      const message = `its driver closed all connections and did not come back within ${RECONNECT_MS} ms`
      return { cause: 'driverGone', message }
    }
    if (nowMs - this.#renewedMs < this.#leaseMs) return undefined
    const message = `its driver did not renew its lease for ${this.#leaseMs} ms`
    return { cause: 'leaseExpired', message }
  }
}
