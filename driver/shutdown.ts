import { inspect } from 'node:util'
import { SimSparkError } from '#publib/util'

/** What the end of the program asks of a context. */
export interface Ending {
  stop(exitCode: number | undefined): Promise<void>
}

const SIGNALS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const
type Signal = keyof typeof SIGNALS

/**
 * Stops a context when its program ends without having done so: nothing is left to do, a signal, an error that nobody caught,
 * `process.exit`. Exit codes stay what they are, and 128 + n for signals. A signal that the program handles itself is its own.
 *
 * @returns ends the watch
 */
export function watchEnd(context: Ending): () => void {
  const stop = (): void => {
    void context.stop(exitCodeSoFar())
  }
  const bySignal = new Map<Signal, () => void>()
  for (const signal of Object.keys(SIGNALS) as Signal[]) {
    bySignal.set(signal, () => {
      if (process.listenerCount(signal) > 1) return
      unwatch()
      stopAndExit(context, SIGNALS[signal], signal)
    })
  }
  const unwatch = (): void => {
    process.off('beforeExit', stop)
    process.off('exit', stop)
    for (const [signal, listener] of bySignal) process.off(signal, listener)
  }
  process.on('beforeExit', stop)
  // Only what stop does in its first turn still happens here: sockets close, so executors are free at once.
  process.on('exit', stop)
  for (const [signal, listener] of bySignal) process.on(signal, listener)
  return unwatch
}

/** A second signal ends the program at once, as does a stop that hangs. */
function stopAndExit(context: Ending, code: number, signal: Signal): void {
  const exit = (): void => process.exit(code)
  process.once(signal, exit)
  if (process.listenerCount('uncaughtException') === 0) process.on('uncaughtException', uncaught)
  setTimeout(exit, STOP_MS_MAX).unref()
  context.stop(code).then(exit, exit)
}

/** An action that the program awaits without a catch ends with its context: the signal is what ends the program, not that. */
function uncaught(error: unknown): void {
  if (error instanceof SimSparkError && error.code === 'CONTEXT_STOPPED') return
  process.stderr.write(`Uncaught ${inspect(error)}\n`)
  process.exit(1)
}

const STOP_MS_MAX = 10_000

function exitCodeSoFar(): number | undefined {
  const { exitCode } = process
  return typeof exitCode === 'number' ? exitCode : undefined
}
