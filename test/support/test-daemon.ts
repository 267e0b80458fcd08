import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  type DaemonOptions,
  type DaemonState,
  readDaemonState,
  takeDaemonFailure,
} from '#publib/cli'

const dist = fileURLToPath(new URL('../..', import.meta.url))
const POLL_MS = 20
const START_MS = 20_000

/** One real daemon of a test, started as its main is by the command line; ends with the process of the test. */
export class TestDaemon {
  readonly options: DaemonOptions
  readonly state: DaemonState
  readonly #child: ChildProcess
  readonly #exited: Promise<number | string | null>

  private constructor(
    options: DaemonOptions,
    state: DaemonState,
    child: ChildProcess,
    exited: Promise<number | string | null>,
  ) {
    this.options = options
    this.state = state
    this.#child = child
    this.#exited = exited
  }

  /** Resolves when its port answers; rejects with why it does not. */
  static async start(options: DaemonOptions): Promise<TestDaemon> {
    const output = join(options.stateDir, 'output')
    const file = openSync(output, 'a', 0o600)
    const entry = join(dist, options.role, 'main.js')
    const child = spawn(process.execPath, [entry, JSON.stringify(options)], {
      stdio: ['ignore', file, file, 'ipc'],
    })
    closeSync(file)
    // The test may end with a daemon that it killed: nothing of it holds the process.
    child.unref()
    child.channel?.unref()
    const exited = new Promise<number | string | null>(resolve => {
      child.once('exit', (code, signal) => resolve(signal ?? code))
    })
    const state = await ready(options, child)
    if (state !== undefined) return new TestDaemon(options, state, child, exited)
    child.kill('SIGKILL')
    const ended = child.signalCode ?? child.exitCode
    const failure = takeDaemonFailure(options.stateDir, options)
    const said = failure?.message ?? readFileSync(output, 'utf8').slice(-2000)
    const what = `the ${options.role} did not start (${ended}): ${said}`
    throw Object.assign(new Error(what), { failure })
  }

  get pid(): number {
    return this.#child.pid ?? 0
  }

  get log(): string {
    return readFileSync(this.options.logFile, 'utf8')
  }

  /** What it ended with: a code, or the name of a signal. */
  get exited(): Promise<number | string | null> {
    return this.#exited
  }

  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<number | string | null> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      this.#child.ref()
      if (signal !== 'SIGSTOP') this.#child.kill('SIGCONT')
      this.#child.kill(signal)
    }
    return this.#exited
  }

  pause(): void {
    this.#child.kill('SIGSTOP')
  }

  resume(): void {
    this.#child.kill('SIGCONT')
  }
}

async function ready(
  options: DaemonOptions,
  child: ChildProcess,
): Promise<DaemonState | undefined> {
  const deadline = performance.now() + START_MS
  while (performance.now() < deadline && child.exitCode === null && child.signalCode === null) {
    const state = readDaemonState(options.stateDir, options.role, options.instance)
    if (state?.pid === child.pid) return state
    await new Promise(resolve => setTimeout(resolve, POLL_MS))
  }
  return undefined
}
