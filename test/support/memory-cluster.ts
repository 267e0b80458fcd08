import type { Env, Threads } from '#publib/env'
import { silentLogger } from '#publib/log'
import { type Exposure, roleToken } from '#publib/security'
import { type MemoryNetwork, memoryNetwork } from '#publib/transport'
import { LeaseKeeper } from '../../driver/backend/lease-keeper.ts'
import { StandaloneBackend } from '../../driver/backend/standalone.ts'
import type { StandaloneOptions } from '../../driver/backend/standalone-options.ts'
import { defaultRules, Master, type MasterRules } from '../../master/index.ts'
import { BlockService, defaultWorkerRules, Worker } from '../../worker/index.ts'
import { FakeClock } from './fake-clock.ts'
import { FakeProcesses } from './fake-hosts.ts'
import { hostSettings } from './host-settings.ts'
import { MemoryFiles } from './memory-files.ts'

const SECRET = 'a secret of a test cluster, forty characters'
const SECRETS = { current: SECRET, accepted: [SECRET] }
const EXPOSURE: Exposure = {
  ...{ allowedHosts: [], allowedOrigins: [], hasSecret: true, plaintextNetworkIsTrusted: true },
}
const BACKOFF = { firstMs: 200, maxMs: 2_000 }
const MASTER = { host: 'master', port: 7077 }
const noThreads: Threads = {
  start: () => {
    throw new Error('no threads in memory')
  },
}

export interface MemoryWorker {
  readonly worker: Worker
  readonly processes: FakeProcesses
  readonly files: MemoryFiles
  readonly machine: string
  readonly ends: string[]
}

/** The shells of master, worker and driver backend on one clock and one network in memory, with fake hosts. */
export class MemoryCluster {
  readonly clock = new FakeClock()
  readonly network: MemoryNetwork = memoryNetwork({ clock: this.clock })
  readonly masterFiles = new MemoryFiles()
  readonly steppedDown: Error[] = []
  master!: Master
  #chance = 0

  async startMaster(rules: Partial<MasterRules> = {}): Promise<Master> {
    const env = this.#env('master', this.masterFiles)
    this.master = await this.#passing(
      Master.start(env, {
        ...{ ...MASTER, exposure: EXPOSURE, secrets: SECRETS, stateDir: '/state', name: 'master' },
        ...{ rules: { ...defaultRules, ...rules }, log: silentLogger, health: () => '{}' },
        onStepDown: error => void this.steppedDown.push(error),
      }),
    )
    return this.master
  }

  /** The master is killed: no goodbye. */
  async killMaster(): Promise<void> {
    this.network.crash('master')
    await this.master.close()
  }

  async startWorker(
    machine: string,
    { cores = 2, memoryMiB = 4096, files = new MemoryFiles() } = {},
  ): Promise<MemoryWorker> {
    const network = this.network.at(machine)
    const processes = new FakeProcesses(network, this.clock)
    const env = { ...this.#env(machine, files), processes }
    const ends: string[] = []
    const worker = await this.#passing(
      Worker.start(env, {
        ...{ host: machine, port: 0, masters: [MASTER], exposure: EXPOSURE, secrets: SECRETS },
        ...{ ca: undefined, version: '0.1.0', identityPath: '/state/identity', workDir: '/work' },
        ...{
          rules: { ...defaultWorkerRules, cores, memoryMiB },
          connectMs: 3_000,
        },
        ...{ backoff: BACKOFF, registerMs: 4_000, hostEnvironment: {}, log: silentLogger },
        ...{ residentBytes: () => 1, health: () => '{}' },
        startBlocks: options => BlockService.start(env, options),
        onEnd: reason => void ends.push(reason),
      }),
    )
    return { worker, processes, files, machine, ends }
  }

  driver(machine: string, changes: Partial<StandaloneOptions> = {}): StandaloneBackend {
    const env = this.#env(machine, new MemoryFiles())
    return new StandaloneBackend(env, {
      ...{ masters: [MASTER], token: roleToken(SECRET, 'driver'), ca: undefined },
      ...{ name: 'a test', user: 'ann', version: '0.1.0', executorsWanted: 4, executorsMin: 1 },
      ...{ executorsMax: undefined, executorsPerWorkerMax: undefined, executorMemoryMiB: 512 },
      ...{ connectMs: 3_000, backoff: BACKOFF },
      hostSettings: { ...hostSettings, messageBytesMax: 1 << 20 },
      startLeases: options => {
        const keeper = new LeaseKeeper(env, options)
        return { handle: command => keeper.handle(command), close: async () => keeper.close() }
      },
      ...changes,
    })
  }

  /** Lets the clock run until a promise has settled. */
  async settle<T>(promise: Promise<T>, limitMs = 60_000): Promise<T> {
    return this.#passing(promise, limitMs)
  }

  #env(machine: string, files: MemoryFiles): Env {
    return {
      clock: this.clock,
      network: this.network.at(machine),
      random: {
        number: () => 0,
        bytes: size => new Uint8Array(size).map(() => this.#chance++ % 256),
      },
      files: files.files,
      processes: new FakeProcesses(this.network.at(machine), this.clock),
      threads: noThreads,
    }
  }

  async #passing<T>(promise: Promise<T>, limitMs = 60_000): Promise<T> {
    let isSettled = false
    const settled = (): void => {
      isSettled = true
    }
    promise.then(settled, settled)
    for (let passedMs = 0; !isSettled && passedMs <= limitMs; passedMs += 50) {
      await this.clock.pass(50)
    }
    if (!isSettled) throw new Error(`not settled within ${limitMs} ms`)
    return promise
  }
}
