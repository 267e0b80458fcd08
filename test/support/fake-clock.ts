import type { Cancellable, Clock } from '#publib/env'

interface Timer {
  readonly call: () => void
  readonly sequence: number
  dueMs: number
  readonly periodMs: number | undefined
}

/** A clock that stands still until a test moves it. */
export class FakeClock implements Clock {
  #nowMs = 0
  #sequence = 0
  readonly #timers = new Set<Timer>()

  now(): number {
    return this.#nowMs
  }

  wallTime(): number {
    return 1_000_000_000_000 + this.#nowMs
  }

  /** Timers that wait; 0 where everything was cancelled. */
  get waiting(): number {
    return this.#timers.size
  }

  after(delayMs: number, call: () => void): Cancellable {
    return this.#add(Math.max(0, delayMs), call, undefined)
  }

  every(periodMs: number, call: () => void): Cancellable {
    return this.#add(periodMs, call, periodMs)
  }

  /** Moves time on; what falls due is called in order, and promises go on in between. */
  async pass(durationMs: number): Promise<void> {
    const endMs = this.#nowMs + durationMs
    await settle()
    for (let next = this.#next(endMs); next !== undefined; next = this.#next(endMs)) {
      this.#nowMs = Math.max(this.#nowMs, next.dueMs)
      if (next.periodMs === undefined) this.#timers.delete(next)
      else next.dueMs = this.#nowMs + next.periodMs
      next.call()
      await settle()
    }
    this.#nowMs = endMs
  }

  /** Moves time on without calling anything, as for a process that was stopped. */
  freeze(durationMs: number): void {
    this.#nowMs += durationMs
  }

  #next(endMs: number): Timer | undefined {
    const due = [...this.#timers].filter(timer => timer.dueMs <= endMs)
    return due.sort((a, b) => a.dueMs - b.dueMs || a.sequence - b.sequence)[0]
  }

  #add(delayMs: number, call: () => void, periodMs: number | undefined): Cancellable {
    const timer = { call, sequence: this.#sequence++, dueMs: this.#nowMs + delayMs, periodMs }
    this.#timers.add(timer)
    return { cancel: () => void this.#timers.delete(timer) }
  }
}

/** Lets promises that are ready go on, several deep. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve()
}
