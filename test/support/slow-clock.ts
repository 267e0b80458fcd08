import { type Clock, realClock } from '#publib/env'

/** The real clock, on which time passes so many times slower. */
export function slowClock(factor: number): Clock {
  return {
    now: () => realClock.now() / factor,
    wallTime: () => realClock.wallTime(),
    after: (delayMs, call) => realClock.after(delayMs * factor, call),
    every: (periodMs, call) => realClock.every(periodMs * factor, call),
  }
}
