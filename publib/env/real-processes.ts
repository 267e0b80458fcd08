import type { ChildProcess as NodeChild, Serializable } from 'node:child_process'
import type { Socket } from 'node:net'
import { CappedLog } from './capped-log.ts'
import { entryPath } from './entry.ts'
import type { ChildProcess, ForkOptions, Processes } from './env.ts'

/** How long output is waited for after the end of a child whose pipes a grandchild still holds. */
const OUTPUT_WAIT_MS = 250
/** The exit code that shells give for "could not be started". */
const NOT_STARTED = 127

/** Child processes in groups of their own: a kill reaches everything that a child started. */
export const realProcesses: Processes = { fork: options => new RealChildProcess(options) }

class RealChildProcess implements ChildProcess {
  onMessage: ((message: unknown) => void) | undefined
  onExit: ((code: number | null, signal: string | null) => void) | undefined
  readonly #child: NodeChild
  readonly #log: CappedLog
  readonly #output: Promise<unknown>
  #hasExited = false

  constructor(options: ForkOptions) {
    this.#log = new CappedLog(options.logPath, options.logBytesMax)
    // Slow to load, and most drivers start no process.
    this.#child = process
      .getBuiltinModule('node:child_process')
      .spawn(
        process.execPath,
        [...(options.nodeFlags ?? []), entryPath(options.entry), ...(options.args ?? [])],
        {
          cwd: options.cwd,
          env: { ...options.env },
          detached: true,
          stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
          serialization: 'advanced',
          windowsHide: true,
        },
      )
    const streams = [this.#child.stdout, this.#child.stderr]
    if (options.keepAlive === false) {
      this.#child.unref()
      this.#child.channel?.unref()
      for (const stream of streams) (stream as Socket | null)?.unref()
    }
    this.#output = Promise.all(streams.map(stream => stream && this.#log.follow(stream)))
    this.#child.on('message', message => this.onMessage?.(message))
    this.#child.on('exit', (code, signal) => void this.#end(code, signal))
    this.#child.on('error', error => {
      if (this.#child.pid === undefined) void this.#notStarted(error)
    })
  }

  /** 0 where the system refused to start it; `onExit` follows with 127. */
  get pid(): number {
    return this.#child.pid ?? 0
  }

  send(message: unknown): void {
    if (!this.#child.connected) return
    // A channel that breaks while it is written to has its sequel in onExit.
    this.#child.send(message as Serializable, () => undefined)
  }

  kill(signal: 'SIGTERM' | 'SIGKILL'): void {
    if (!this.#hasExited) this.#killGroup(signal)
  }

  #killGroup(signal: 'SIGTERM' | 'SIGKILL'): void {
    if (this.#child.pid === undefined) return
    try {
      process.kill(-this.#child.pid, signal)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') this.#child.kill(signal)
    }
  }

  async #end(code: number | null, signal: string | null): Promise<void> {
    if (this.#hasExited) return
    this.#hasExited = true
    // Nobody else can have the number of this group at this moment: what the child started goes with it.
    this.#killGroup('SIGKILL')
    await this.#outputOrTimeout()
    await this.#log.close()
    this.onExit?.(code, signal)
  }

  async #outputOrTimeout(): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    const timeout = new Promise(resolve => {
      timer = setTimeout(resolve, OUTPUT_WAIT_MS)
    })
    await Promise.race([this.#output, timeout])
    clearTimeout(timer)
    this.#child.stdout?.destroy()
    this.#child.stderr?.destroy()
  }

  async #notStarted(error: Error): Promise<void> {
    await this.#log.write(Buffer.from(`could not be started: ${error.message}\n`))
    await this.#end(NOT_STARTED, null)
  }
}
