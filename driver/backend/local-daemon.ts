import {
  type DaemonOptions,
  type DaemonState,
  readDaemonState,
  takeDaemonFailure,
} from '#publib/cli'
import { type ChildProcess, type Clock, type Processes, passedEnvironment } from '#publib/env'
import { localClusterFailed } from './errors.ts'

const START_MS = 15_000
const POLL_MS = 15
/** A daemon has 10 s for its end. */
const STOP_MS = 12_000
const LOG_BYTES_MAX = 1024 * 1024

/** A master or worker of a local cluster: a child of this program that ends with it. */
export class LocalDaemon {
  readonly options: DaemonOptions
  readonly #clock: Clock
  readonly #child: ChildProcess
  readonly #exited: Promise<void>
  #hasExited = false

  constructor(processes: Processes, clock: Clock, options: DaemonOptions) {
    this.options = options
    this.#clock = clock
    this.#child = processes.fork({
      ...{ entry: `${options.role}/main.js`, args: [JSON.stringify(options)], keepAlive: false },
      ...{ env: passedEnvironment(process.env), cwd: options.stateDir },
      ...{ logPath: `${options.stateDir}/output`, logBytesMax: LOG_BYTES_MAX },
    })
    this.#exited = new Promise(resolve => {
      this.#child.onExit = () => {
        this.#hasExited = true
        resolve()
      }
    })
  }

  /** Resolves when its port answers. */
  async ready(signal: AbortSignal | undefined): Promise<DaemonState> {
    const { options } = this
    const { role, instance, stateDir } = options
    const deadlineMs = this.#clock.now() + START_MS
    for (;;) {
      signal?.throwIfAborted()
      const state = readDaemonState(stateDir, role, instance)
      if (state !== undefined && state.pid === this.#child.pid) return state
      const failure = takeDaemonFailure(stateDir, options)
      if (failure !== undefined) throw localClusterFailed(role, failure.message)
      if (this.#hasExited) throw localClusterFailed(role, 'its process ended')
      if (this.#clock.now() > deadlineMs) throw localClusterFailed(role, 'it took too long')
      await this.#pause(POLL_MS)
    }
  }

  /** Asks it to end, and makes it end; resolves when it is gone. */
  async stop(): Promise<void> {
    if (this.#hasExited) return
    this.#child.kill('SIGTERM')
    // Nothing else of it keeps the program running while it is waited for.
    const limit = this.#clock.after(STOP_MS, () => this.#child.kill('SIGKILL'), { keepAlive: true })
    await this.#exited
    limit.cancel()
  }

  /** At once: for the exit of the program, which waits for nothing. */
  killNow(): void {
    if (!this.#hasExited) this.#child.kill('SIGKILL')
  }

  #pause(delayMs: number): Promise<void> {
    return new Promise(resolve => {
      this.#clock.after(delayMs, resolve, { keepAlive: true })
    })
  }
}
