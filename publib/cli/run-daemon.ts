import { forgetLauncher } from '#publib/env'
import { SimSparkError, textOf } from '#publib/util'
import { type DaemonOptions, daemonName } from './daemon-contract.ts'
import { announceFailure, announceReady, announceStarting, withdrawReady } from './daemon-files.ts'
import { ExitCode } from './exit-codes.ts'
import { type StateLock, takeLock } from './state-lock.ts'

/** A daemon whose ports answer (and, for a worker, that its master has registered). */
export interface RunningDaemon {
  /** What was bound. */
  readonly address: { readonly host: string; readonly port: number }
  /** As `simspark://127.0.0.1:7077` of a master, `http://127.0.0.1:8081` of a worker. */
  readonly url: string
  readonly epoch: number
  /** Ends it in an orderly way: ports, children, journal, log. */
  close(reason: string): Promise<void>
}

/** What a daemon is given beside its options. */
export interface DaemonControl {
  /** Begins the orderly end, as SIGTERM does: a drained worker calls it. */
  stop(reason: string): void
}

export interface DaemonHooks {
  /** Called with what nobody caught, before the process ends with 70. */
  readonly onFault?: (error: unknown) => void
  /** Called with what hinders nothing, such as a second signal. */
  readonly onNotice?: (text: string) => void
}

/** An orderly end that takes longer is cut short; the CLI sends SIGKILL a little later. */
const CLOSE_LIMIT_MS = 10_000

/**
 * The life of a daemon: takes the lock of its name, starts, says that it is ready, ends at SIGTERM or SIGINT, takes
 * back what it said. A failed start is announced with its exit code. Ends the process; never returns before that.
 *
 * @example
 * const options = parseMasterOptions(process.argv[2])
 * await runDaemon(options, control => startMaster(options, realEnv(), control))
 */
export async function runDaemon(
  options: DaemonOptions,
  start: (control: DaemonControl) => Promise<RunningDaemon>,
  hooks: DaemonHooks = {},
): Promise<void> {
  process.umask(0o077)
  forgetLauncher()
  guardProcess(hooks)
  const stopping = stopRequest(options, hooks)
  const lock = await lockOrEnd(options)
  let running: RunningDaemon
  try {
    announceStarting(options)
    running = await start({ stop: stopping.request })
    announceReady(options, running)
  } catch (error) {
    endFailed(options, error)
    return
  }
  const reason = await stopping.requested
  await closeWithin(running, reason)
  withdrawReady(options)
  await lock.release()
  process.exit(ExitCode.ok)
}

async function lockOrEnd(options: DaemonOptions): Promise<StateLock> {
  const name = daemonName(options.role, options.instance)
  const lock = await takeLock(options.stateDir, name)
  if (lock !== undefined) return lock
  const message = `another ${name} runs on ${options.stateDir}`
  announceFailure(options, new SimSparkError('INTERNAL', message), ALREADY_RUNNING)
  process.exit(ExitCode.ok)
}

/** In the failure file of a daemon that found its name taken: the CLI then waits for the other one. */
export const ALREADY_RUNNING = -1

function endFailed(options: DaemonOptions, error: unknown): void {
  process.stderr.write(`${options.role} did not start: ${textOf(error)}\n`)
  try {
    announceFailure(options, error)
  } catch (unwritable) {
    process.stderr.write(`and could not say so in ${options.stateDir}: ${textOf(unwritable)}\n`)
  }
  process.exit(ExitCode.failed)
}

async function closeWithin(running: RunningDaemon, reason: string): Promise<void> {
  const limit = new Promise<void>(resolve => {
    setTimeout(resolve, CLOSE_LIMIT_MS).unref()
  })
  try {
    await Promise.race([running.close(reason), limit])
  } catch (error) {
    process.stderr.write(`stopping: ${textOf(error)}\n`)
  }
}

/** The first request counts; further signals while it ends change nothing. */
function stopRequest(
  options: DaemonOptions,
  hooks: DaemonHooks,
): {
  request: (reason: string) => void
  requested: Promise<string>
} {
  let request: (reason: string) => void = () => {}
  const requested = new Promise<string>(resolve => {
    request = resolve
  })
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    process.on(signal, () => {
      hooks.onNotice?.(`${signal} received`)
      // The terminal that a daemon was started from may close; the one it runs on may not.
      if (signal !== 'SIGHUP' || options.foreground) request(signal)
    })
  }
  return { request, requested }
}

function guardProcess(hooks: DaemonHooks): void {
  // Without a handler SIGUSR1 opens the inspector to every local user.
  process.on('SIGUSR1', () => hooks.onNotice?.('SIGUSR1 ignored'))
  // A full disk or a closed pipe behind stdout is no reason to die.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})
  const fault = (error: unknown): void => {
    const text = error instanceof Error ? (error.stack ?? error.message) : textOf(error)
    process.stderr.write(`bug: ${text}\n`)
    hooks.onFault?.(error)
    process.exit(ExitCode.internal)
  }
  process.on('uncaughtException', fault)
  process.on('unhandledRejection', fault)
}
