import type { ChildProcess, Env } from '#publib/env'
import { fromHost, type HostToWorker, type StartHost, type WorkerToHost } from '#publib/protocol'
import { textOf } from '#publib/util'

/** Where a host's files are. */
export interface HostFiles {
  /** Of its application: `shuffle/` and `spill/` are below it. */
  readonly folder: string
  /** The host's own working directory. */
  readonly workFolder: string
  readonly logPath: string
}

export interface HostProcessHooks {
  readonly onMessage: (message: HostToWorker) => void
  readonly onExit: (code: number | null, signal: string | null, output: string) => void
  /** Something that is no message of a host came over its channel. */
  readonly onNonsense: () => void
}

const ENTRY = 'worker/executor/main.js'
/** What user functions print, per host. */
const LOG_BYTES_MAX = 10 * 1024 * 1024
const OUTPUT_BYTES = 4096
/** The exit code for what could not be started. */
const NOT_STARTED = 127

/** What makes a process load code before its own. */
const LOADING = /^(?:NODE_|LD_|DYLD_)/

/** The worker's part of a host's environment, and what the application wishes beside it or in its place. */
export function environmentOf(
  own: Readonly<Record<string, string>>,
  wished: Readonly<Record<string, string>>,
): Record<string, string> {
  const allowed = Object.entries(wished).filter(([name]) => !LOADING.test(name))
  return { ...own, ...Object.fromEntries(allowed) }
}

/** One executor host: its folders, its process, its channel. Told its first message before any other. */
export class HostProcess {
  readonly #env: Pick<Env, 'files' | 'processes'>
  readonly #files: HostFiles
  readonly #hooks: HostProcessHooks
  #child: ChildProcess | undefined
  #unsent: WorkerToHost[] = []
  #pendingSignal: 'SIGTERM' | 'SIGKILL' | undefined
  #hasExited = false

  constructor(env: Pick<Env, 'files' | 'processes'>, files: HostFiles, hooks: HostProcessHooks) {
    this.#env = env
    this.#files = files
    this.#hooks = hooks
  }

  /** Never rejects: what hinders it is told as an exit. */
  async start(first: StartHost, environment: Readonly<Record<string, string>>): Promise<void> {
    const { folder, workFolder, logPath } = this.#files
    try {
      for (const path of [`${folder}/shuffle`, `${folder}/spill`, workFolder]) {
        await this.#env.files.makeFolder(path)
      }
      if (this.#pendingSignal !== undefined) {
        this.#exited(null, this.#pendingSignal, '')
        return
      }
      const child = this.#env.processes.fork({
        ...{ entry: ENTRY, env: environment, cwd: workFolder, logPath },
        logBytesMax: LOG_BYTES_MAX,
      })
      this.#attend(child)
      child.send(first)
      for (const message of this.#unsent.splice(0)) child.send(message)
    } catch (error) {
      this.#exited(NOT_STARTED, null, `could not be started: ${textOf(error)}`)
    }
  }

  send(message: WorkerToHost): void {
    if (this.#child === undefined) this.#unsent.push(message)
    else if (!this.#hasExited) this.#child.send(message)
  }

  /** To the whole process group: grandchildren go too. */
  kill(signal: 'SIGTERM' | 'SIGKILL'): void {
    if (this.#child === undefined) this.#pendingSignal = signal
    else this.#child.kill(signal)
  }

  #attend(child: ChildProcess): void {
    this.#child = child
    child.onMessage = given => {
      // Code of users runs there and can send what it likes.
      const decoded = fromHost.decode(given, [])
      if (decoded.ok) this.#hooks.onMessage(decoded.message)
      else this.#hooks.onNonsense()
    }
    child.onExit = (code, signal) => {
      void this.#lastOutput().then(output => this.#exited(code, signal, output))
    }
  }

  #exited(code: number | null, signal: string | null, output: string): void {
    if (this.#hasExited) return
    this.#hasExited = true
    this.#hooks.onExit(code, signal, output)
  }

  /** The end of what it printed, where V8 says that the heap was full. */
  async #lastOutput(): Promise<string> {
    const { files } = this.#env
    const { logPath } = this.#files
    try {
      const size = (await files.stat(logPath))?.size ?? 0
      const bytes = new Uint8Array(Math.min(size, OUTPUT_BYTES))
      const count = await files.readRange(logPath, size - bytes.length, bytes)
      return Buffer.from(bytes.subarray(0, count)).toString('utf8')
    } catch {
      // It printed nothing.
      return ''
    }
  }
}
