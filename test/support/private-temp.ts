import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { TEMP_PREFIX } from './temp-folder.ts'

const POLL_MS = 25

/**
 * A temporary folder of one test, which everything that the test starts takes for the system's. So what is left behind can be
 * told from what others do on the same machine: files in the folder, and processes that were started with it.
 */
export class PrivateTemp {
  readonly path: string
  readonly #before = process.env['TMPDIR']

  constructor() {
    this.path = mkdtempSync(join(tmpdir(), TEMP_PREFIX))
    process.env['TMPDIR'] = this.path
  }

  /** Processes that were started with this folder and still run, by pid. */
  processes(): ReadonlyMap<number, string> {
    const found = new Map<number, string>()
    for (const pid of readdirSync('/proc').map(Number).filter(Number.isInteger)) {
      if (pid === process.pid) continue
      const environment = readOr(`/proc/${pid}/environ`).split('\0')
      const isOurs = environment.includes(`TMPDIR=${this.path}`) || isInside(pid, this.path)
      // What has ended and only waits to be asked for its exit code has no command line.
      const command = readOr(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim()
      if (isOurs && command !== '') found.set(pid, command.slice(0, 200))
    }
    return found
  }

  /** Nothing of it runs and nothing lies in it, or will within the limit; else an error that names what. */
  async assertEmpty(limitMs: number): Promise<void> {
    const deadlineMs = performance.now() + limitMs
    for (;;) {
      const left = [
        ...[...this.processes()].map(([pid, command]) => `process ${pid}: ${command}`),
        ...readdirSync(this.path).map(name => `path ${name}`),
      ]
      if (left.length === 0) return
      if (performance.now() > deadlineMs) throw new Error(`left behind:\n${left.join('\n')}`)
      await new Promise(resolve => setTimeout(resolve, POLL_MS))
    }
  }

  /** Ends what still runs and deletes the folder, whatever the test found. */
  dispose(): void {
    for (const pid of this.processes().keys()) {
      try {
        process.kill(pid, 'SIGKILL')
      } catch {
        // It has just ended.
      }
    }
    if (this.#before === undefined) delete process.env['TMPDIR']
    else process.env['TMPDIR'] = this.#before
    rmSync(this.path, { recursive: true, force: true, maxRetries: 5 })
  }
}

function isInside(pid: number, folder: string): boolean {
  try {
    return readlinkSync(`/proc/${pid}/cwd`).startsWith(`${folder}/`)
  } catch {
    return false
  }
}

function readOr(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
