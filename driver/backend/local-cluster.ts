import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Resolved } from '#config'
import type { DaemonOptions, MasterDaemonOptions, WorkerDaemonOptions } from '#publib/cli'
import type { Address, Env } from '#publib/env'
import type { JobSummary } from '#publib/protocol'
import { createSecretFile } from '#publib/security'
import type { ExecutorId } from '#publib/util'
import type { Application, Backend, BackendEvents } from './backend.ts'
import { LocalDaemon } from './local-daemon.ts'
import { driverEnv, openStandalone } from './open-standalone.ts'
import type { StandaloneBackend } from './standalone.ts'
import { claimFolder, sweepFolders } from './temp-folder.ts'

export interface LocalClusterOptions {
  readonly workers: number
  readonly executorsPerWorker: number
  readonly executorMiB: number
  readonly appName: string
  readonly user: string
  readonly settings: Resolved
}

/**
 * `local-cluster[workers,executors,MiB]`: a real master and real workers, started for this context on free loopback ports
 * in a private folder, and gone with it. However the program ends, they end: their pipe to it closes.
 */
export class LocalClusterBackend implements Backend {
  readonly #options: LocalClusterOptions
  readonly #env: Env
  readonly #daemons: LocalDaemon[] = []
  readonly #folder: string
  readonly #atExit = () => this.#removeNow()
  #backend: StandaloneBackend | undefined
  #sweeping: Promise<void> | undefined
  #stopping: Promise<void> | undefined

  constructor(options: LocalClusterOptions, env: Env = driverEnv()) {
    this.#options = options
    this.#env = env
    this.#folder = mkdtempSync(join(tmpdir(), 'simspark-local-cluster-'))
    process.on('exit', this.#atExit)
  }

  async start(events: BackendEvents, signal?: AbortSignal): Promise<Application> {
    try {
      claimFolder(this.#env.files, this.#folder)
      this.#sweeping = sweepFolders(this.#env.files, dirname(this.#folder))
      const secretFile = join(this.#folder, 'secret')
      await createSecretFile(secretFile)
      const master = await this.#start(this.#masterOptions(secretFile)).ready(signal)
      const { workers, executorsPerWorker, executorMiB, settings, appName, user } = this.#options
      const started = Array.from({ length: workers }, (_, index) =>
        this.#start(this.#workerOptions(secretFile, index + 1, master.address)).ready(signal),
      )
      await Promise.all(started)
      const masters = [master.address]
      const request = { masters, settings, appName, user, secretFile }
      const backend = await openStandalone(
        { ...request, executorMemoryMiB: executorMiB },
        this.#env,
      )
      this.#backend = backend
      const application = await backend.start(events, signal)
      const executorsMax = application.executorsMax ?? workers * executorsPerWorker
      return { ...application, executorsMax }
    } catch (error) {
      await this.stop(undefined)
      throw error
    }
  }

  requestExecutors(total: number): void {
    this.#backend?.requestExecutors(total)
  }

  releaseExecutors(executorIds: readonly ExecutorId[]): void {
    this.#backend?.releaseExecutors(executorIds)
  }

  reportJobs(jobs: readonly JobSummary[]): void {
    this.#backend?.reportJobs(jobs)
  }

  stop(exitCode: number | undefined): Promise<void> {
    this.#stopping ??= this.#stop(exitCode)
    return this.#stopping
  }

  /** Workers first, so that the master sees them go. */
  async #stop(exitCode: number | undefined): Promise<void> {
    await this.#backend?.stop(exitCode)
    const [master, ...workers] = this.#daemons
    await Promise.all(workers.map(worker => worker.stop()))
    await master?.stop()
    process.off('exit', this.#atExit)
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 5 })
    await this.#sweeping
  }

  #removeNow(): void {
    for (const daemon of this.#daemons) daemon.killNow()
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5 })
  }

  #start(options: DaemonOptions): LocalDaemon {
    const daemon = new LocalDaemon(this.#env.processes, this.#env.clock, options)
    this.#daemons.push(daemon)
    return daemon
  }

  #masterOptions(secretFile: string): MasterDaemonOptions {
    const common = this.#common('master', secretFile)
    return { role: 'master', ...common, deleteWithParent: this.#folder }
  }

  #workerOptions(secretFile: string, number: number, master: Address): WorkerDaemonOptions {
    const { executorsPerWorker: cores, executorMiB } = this.#options
    const common = this.#common(`worker-${number}`, secretFile)
    const workDir = join(common.stateDir, 'work')
    mkdirSync(workDir, { mode: 0o700 })
    const memoryBytes = cores * executorMiB * 2 ** 20
    return { role: 'worker', ...common, masters: [master], cores, memoryBytes, workDir }
  }

  #common(name: string, secretFile: string) {
    const stateDir = join(this.#folder, name)
    mkdirSync(stateDir, { mode: 0o700 })
    return {
      ...{ instance: 1, startId: randomBytes(8).toString('hex'), stateDir, secretFile },
      ...{ logFile: join(stateDir, 'log'), foreground: false, host: '127.0.0.1', port: 0 },
      ...{ plaintextTrusted: false, allowedHosts: [], allowedOrigins: [] },
      settings: timings(this.#options.settings),
    }
  }
}

/** The program's own settings rule its cluster; paths and addresses of daemons are this cluster's. */
function timings(settings: Resolved): DaemonOptions['settings'] {
  const entries = Object.entries(settings.toJSON()).filter(([key]) => RULING.test(key))
  return Object.fromEntries(entries) as DaemonOptions['settings']
}

const RULING = /^simspark\.(?:network\.\w+(?:Timeout|Interval|Min|Max)$|network\.timeout$|deploy\.)/
