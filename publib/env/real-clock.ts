import type { Cancellable, Clock } from './env.ts'

/** Node fires a longer timeout after 1 ms instead. */
const DELAY_MS_MAX = 2 ** 31 - 1

/** The clock of the machine. Setting the machine's date moves `wallTime` only. */
export const realClock: Clock = {
  now: () => performance.now(),
  wallTime: () => Date.now(),

  after(delayMs, call, options): Cancellable {
    const timer = setTimeout(call, clampDelay(delayMs))
    if (options?.keepAlive !== true) timer.unref()
    return {
      cancel: () => clearTimeout(timer),
      keepAlive(does) {
        if (does) timer.ref()
        else timer.unref()
      },
    }
  },

  every(periodMs, call): Cancellable {
    let waiting: NodeJS.Immediate | undefined
    // Timers fire before sockets are read. After a pause of this process (SIGSTOP, a sleeping laptop) the beats that
    // prove others alive lie unread at that moment; one turn later they have been heard.
    const timer = setInterval(() => {
      clearImmediate(waiting)
      waiting = setImmediate(call)
    }, clampDelay(periodMs))
    timer.unref()
    return {
      cancel() {
        clearInterval(timer)
        clearImmediate(waiting)
      },
    }
  },
}

/** A delay that a timer can keep; what is no number counts as none. */
export function clampDelay(delayMs: number): number {
  return delayMs > 0 ? Math.min(delayMs, DELAY_MS_MAX) : 0
}
