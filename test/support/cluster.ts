import { randomBytes } from 'node:crypto'
import { mkdirSync, readdirSync, readlinkSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DaemonOptions, MasterDaemonOptions, WorkerDaemonOptions } from '#publib/cli'
import { createSecretFile, type Role, roleToken } from '#publib/security'
import type { MasterStatus } from '../../master/index.ts'
import { TestDaemon } from './test-daemon.ts'

export interface TestClusterOptions {
  readonly workers?: number
  /** Of each worker. */
  readonly cores?: number
  readonly memoryMiB?: number
  readonly settings?: DaemonOptions['settings']
}

const POLL_MS = 25

/**
 * A real master and real workers of one test, each a process of its own, in a private folder, on ports of the system's
 * choice. Parts can be killed, paused and started again; `stop` leaves nothing behind, whatever the test did.
 *
 * @example
 * const cluster = await TestCluster.start({ workers: 2 })
 * await cluster.workers[0].kill('SIGKILL')
 * await cluster.until(({ workers }) => workers.some(({ state }) => state === 'DOWN'), 30_000)
 * await cluster.stop()
 */
export class TestCluster {
  readonly folder: string
  readonly workers: TestDaemon[] = []
  readonly #options: TestClusterOptions
  readonly #daemons: TestDaemon[] = []
  #secret = ''
  #master: TestDaemon | undefined
  #workerCount = 0

  private constructor(folder: string, options: TestClusterOptions) {
    this.folder = folder
    this.#options = options
  }

  static async start(options: TestClusterOptions = {}): Promise<TestCluster> {
    const folder = await mkdtemp(join(tmpdir(), 'simspark-cluster-'))
    const cluster = new TestCluster(folder, options)
    try {
      const { current } = await createSecretFile(cluster.secretFile)
      cluster.#secret = current
      await cluster.startMaster()
      const count = options.workers ?? 2
      await Promise.all(Array.from({ length: count }, () => cluster.startWorker()))
      return cluster
    } catch (error) {
      await cluster.stop()
      throw error
    }
  }

  get secretFile(): string {
    return join(this.folder, 'secret')
  }

  get secret(): string {
    return this.#secret
  }

  /** As a program names it: `simspark://127.0.0.1:40123`. */
  get url(): string {
    return this.master.state.url
  }

  get master(): TestDaemon {
    if (this.#master === undefined) throw new Error('the master was not started')
    return this.#master
  }

  /** Starts the master, or starts it again: on its port and its state. */
  async startMaster(changes: Partial<MasterDaemonOptions> = {}): Promise<TestDaemon> {
    const port = this.#master?.state.address.port ?? 0
    const options: MasterDaemonOptions = { role: 'master', ...this.#common('master'), port }
    this.#master = await TestDaemon.start({ ...options, ...changes })
    this.#daemons.push(this.#master)
    return this.#master
  }

  /** Starts one worker more, or one that ended again, on its state. */
  async startWorker(
    again?: TestDaemon,
    changes: Partial<WorkerDaemonOptions> = {},
  ): Promise<TestDaemon> {
    const options = (again?.options ?? this.#workerOptions()) as WorkerDaemonOptions
    const startId = randomBytes(8).toString('hex')
    const worker = await TestDaemon.start({ ...options, ...changes, startId })
    this.#daemons.push(worker)
    const place = again === undefined ? -1 : this.workers.indexOf(again)
    if (place < 0) this.workers.push(worker)
    else this.workers[place] = worker
    return worker
  }

  /** What the master says of everything. */
  async status(): Promise<MasterStatus> {
    const { status, body } = await this.ask('viewer', '/json/')
    if (status !== 200) throw new Error(`the master answered ${status}: ${body}`)
    return JSON.parse(body) as MasterStatus
  }

  async ask(
    role: Role,
    path: string,
    daemon: TestDaemon = this.master,
    method = 'GET',
  ): Promise<{ status: number; body: string }> {
    const { host, port } = daemon.state.address
    const authorization = `Bearer ${roleToken(this.#secret, role)}`
    const response = await fetch(`http://${host}:${port}${path}`, {
      ...{ method, headers: { authorization }, signal: AbortSignal.timeout(5_000) },
    })
    return { status: response.status, body: await response.text() }
  }

  /** Waits until the master's status is as claimed; gives how long it took. A hang is an error with the last status. */
  async until(claim: (status: MasterStatus) => boolean, limitMs: number): Promise<number> {
    const startedMs = performance.now()
    let last: unknown
    while (performance.now() - startedMs < limitMs) {
      try {
        const status = await this.status()
        last = status
        if (claim(status)) return performance.now() - startedMs
      } catch (error) {
        last = error
      }
      await new Promise(resolve => setTimeout(resolve, POLL_MS))
    }
    const shown = last instanceof Error ? last.message : JSON.stringify(last)
    throw new Error(`not so within ${limitMs} ms; the last: ${shown}`)
  }

  /** Waits until the processes in this cluster's folder are as claimed. */
  async untilProcesses(claim: (pids: number[]) => boolean, limitMs: number): Promise<void> {
    const deadlineMs = performance.now() + limitMs
    while (!claim(this.processes())) {
      if (performance.now() > deadlineMs)
        throw new Error(`after ${limitMs} ms: ${this.processes()}`)
      await new Promise(resolve => setTimeout(resolve, POLL_MS))
    }
  }

  /** Ends everything, workers first, hosts that were orphaned too, and deletes the folder. */
  async stop(): Promise<void> {
    for (const daemon of this.#daemons.splice(0).reverse()) {
      const timer = setTimeout(() => void daemon.kill('SIGKILL'), 12_000)
      await daemon.kill('SIGTERM')
      clearTimeout(timer)
    }
    for (const pid of this.processes()) process.kill(pid, 'SIGKILL')
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
  }

  /** A worker and the hosts that it has started: what stands on one machine. */
  processesOf(worker: TestDaemon): number[] {
    const folder = `${worker.options.stateDir}/`
    return [worker.pid, ...this.processes(folder).filter(pid => pid !== worker.pid)]
  }

  /** Processes whose working directory is in this cluster's folder: its hosts, also those whose worker was killed. */
  processes(folder = `${this.folder}/`): number[] {
    const pids = readdirSync('/proc').map(Number).filter(Number.isInteger)
    return pids.filter(pid => {
      try {
        return readlinkSync(`/proc/${pid}/cwd`).startsWith(folder)
      } catch {
        return false
      }
    })
  }

  readSecret(): Promise<string> {
    return readFile(this.secretFile, 'utf8')
  }

  #workerOptions(): WorkerDaemonOptions {
    const { cores = 2, memoryMiB = 2048 } = this.#options
    const common = this.#common(`worker-${++this.#workerCount}`)
    const workDir = join(common.stateDir, 'work')
    mkdirSync(workDir, { mode: 0o700 })
    const masters = [this.master.state.address]
    return { role: 'worker', ...common, masters, cores, memoryBytes: memoryMiB * 2 ** 20, workDir }
  }

  #common(name: string) {
    const stateDir = join(this.folder, name)
    mkdirSync(stateDir, { mode: 0o700, recursive: true })
    return {
      ...{ instance: 1, startId: randomBytes(8).toString('hex'), stateDir, foreground: false },
      ...{ logFile: join(stateDir, 'log'), host: '127.0.0.1', port: 0 },
      ...{ secretFile: this.secretFile, plaintextTrusted: false },
      ...{ allowedHosts: [], allowedOrigins: [], settings: this.#options.settings ?? {} },
    }
  }
}
