import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { TestCluster } from './cluster.ts'

const ENTRY = fileURLToPath(new URL('./entries/cluster-driver.js', import.meta.url))

/** A driver in a process of its own, which a test can kill or pause. */
export class DriverProcess {
  readonly #child: ChildProcess
  readonly #exited: Promise<number | string | null>
  #output = ''
  #errors = ''

  constructor(cluster: TestCluster, what: 'jobs' | 'blocks' | 'hangs' | 'waits' | 'shuffles') {
    const args = [ENTRY, cluster.url, cluster.secretFile, what]
    this.#child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.#output += text
    })
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#errors += text
    })
    this.#exited = new Promise(resolve => {
      this.#child.once('close', (code, signal) => resolve(signal ?? code))
    })
  }

  get output(): string {
    return this.#output
  }

  get exited(): Promise<number | string | null> {
    return this.#exited
  }

  /** Waits until it has said something. */
  async says(text: string, limitMs = 30_000): Promise<void> {
    const deadlineMs = performance.now() + limitMs
    while (!this.#output.includes(text)) {
      const isOver = this.#child.exitCode !== null || performance.now() > deadlineMs
      if (isOver) throw new Error(`it never said ${text}: ${this.#output}${this.#errors}`)
      await new Promise(resolve => setTimeout(resolve, 10))
    }
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name)
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.#exited
  }
}
