import { defaultRules, Master, type MasterStatus } from '#master'
import type { Env } from '#publib/env'
import type { Exposure, Secrets } from '#publib/security'
import { BlockService } from '../../worker/block-service/block-service.ts'
import { defaultWorkerRules } from '../../worker/site.ts'
import { Worker } from '../../worker/worker.ts'
import type { Quirks } from './quirks.ts'
import { simEnv } from './sim-env.ts'
import { simHost } from './sim-host.ts'
import { simLogger } from './sim-logger.ts'
import { SimNetwork } from './sim-network.ts'
import { type SimProgram, simProcesses } from './sim-processes.ts'
import type { Watch } from './watch.ts'
import type { SimMachine, SimProcess, World } from './world.ts'

const SECRET = 'a-secret-of-the-simulated-cluster-only'
export const SECRETS: Secrets = { current: SECRET, accepted: [SECRET] }
const EXPOSURE: Exposure = {
  allowedHosts: [],
  allowedOrigins: [],
  hasSecret: true,
  plaintextNetworkIsTrusted: true,
}
export const MASTER = { host: '127.0.1.1', port: 7077 }
export const LEASE_MS = 15_000
export const CONNECT_MS = 3_000
export const BACKOFF = { firstMs: 200, maxMs: 5_000 }
const WORKER_PORT = 7078
const EXECUTOR_MEMORY_MIB = 256
/** A supervisor starts a daemon again that could not be started. */
const SUPERVISOR_MS = 1_000

/** A daemon of the cluster: its process of the moment, and the production shell in it. */
export interface Daemon<Shell> {
  readonly machine: SimMachine
  readonly name: string
  process: SimProcess | undefined
  shell: Shell | undefined
}

/** A master and some workers on machines of their own; production shells all of them. */
export class SimCluster {
  readonly world: World
  readonly network: SimNetwork
  readonly master: Daemon<Master>
  readonly workers: readonly Daemon<Worker>[]
  readonly #watch: Watch
  readonly #quirks: Quirks
  readonly #cores: readonly number[]
  #isEnding = false

  constructor(world: World, watch: Watch, quirks: Quirks) {
    this.world = world
    this.network = new SimNetwork(world)
    this.#watch = watch
    this.#quirks = quirks
    const workerCount = world.random.integer(2, 3)
    this.#cores = Array.from({ length: workerCount }, () => world.random.integer(1, 2))
    this.master = daemon(world, MASTER.host, 'master')
    this.workers = this.#cores.map((_, i) => daemon(world, `127.0.2.${i + 1}`, `worker${i}`))
    for (const [i, { machine }] of this.workers.entries()) watch.offer(machine, this.#cores[i]!)
  }

  startAll(): void {
    this.startMaster()
    for (const worker of this.workers) this.startWorker(worker)
  }

  get isUp(): boolean {
    return this.master.shell !== undefined && this.workers.every(({ shell }) => shell !== undefined)
  }

  get masterStatus(): MasterStatus | undefined {
    return this.master.shell?.status()
  }

  /** Processes of executor hosts that run. */
  get hosts(): readonly SimProcess[] {
    return this.world.processes.filter(
      ({ isAlive, name }) => isAlive && name.startsWith('executor'),
    )
  }

  startMaster(): void {
    this.#start(this.master, env =>
      Master.start(env, {
        ...MASTER,
        ...{ exposure: EXPOSURE, secrets: SECRETS, stateDir: '/state', name: 'master' },
        rules: this.#quirks.masterRules?.(defaultRules) ?? defaultRules,
        log: simLogger(this.world, 'master'),
        health: () => '',
        onStepDown: () => this.master.process?.end(7, null),
      }),
    )
  }

  startWorker(worker: Daemon<Worker>): void {
    const { world } = this
    const cores = this.#cores[this.workers.indexOf(worker)]!
    const log = simLogger(world, worker.name)
    this.#start(worker, env =>
      Worker.start(env, {
        ...{ host: worker.machine.host, port: WORKER_PORT, masters: [MASTER] },
        ...{ exposure: EXPOSURE, secrets: SECRETS, ca: undefined, version: '0.1.0' },
        ...{ identityPath: '/state/worker.identity', workDir: '/work', log },
        rules: { ...defaultWorkerRules, cores, memoryMiB: cores * EXECUTOR_MEMORY_MIB },
        ...{ connectMs: CONNECT_MS, backoff: BACKOFF, registerMs: 4_000 },
        hostEnvironment: {},
        startBlocks: async options => {
          const service = await BlockService.start(env, options)
          return { port: service.port, close: () => service.close() }
        },
        residentBytes: () => 100 * 2 ** 20,
        health: () => '',
        onEnd: reason => {
          world.note(`${worker.name} ends by itself: ${reason}`)
          worker.process?.end(1, null)
        },
      }),
    )
  }

  kill({ process }: Daemon<unknown>): void {
    process?.end(null, 'SIGKILL')
  }

  /** Ends it as `stop` does; nothing is started any more. */
  async close(): Promise<void> {
    this.#isEnding = true
    await Promise.all(this.workers.map(({ shell }) => shell?.close('the simulation ends')))
    await this.master.shell?.close()
  }

  /** The programs that a process of this cluster may fork. */
  readonly programs: ReadonlyMap<string, SimProgram> = new Map([
    [
      'worker/executor/main.js',
      (process, parent) => {
        const env = this.envOf(process)
        simHost({ world: this.world, process, parent, env, watch: this.#watch })
      },
    ],
  ])

  envOf(process: SimProcess): Env {
    const processes = simProcesses(this.world, process, this.programs)
    return simEnv(this.world, this.network, process, processes)
  }

  #start<Shell>(daemon: Daemon<Shell>, start: (env: Env) => Promise<Shell>): void {
    if (daemon.process?.isAlive === true || this.#isEnding) return
    const { world } = this
    const process = world.process(daemon.machine, daemon.name)
    daemon.process = process
    process.onEnd(() => {
      if (daemon.process === process) daemon.shell = undefined
    })
    world.note(`${daemon.name} starts (${process.pid})`)
    process.enter(() => {
      start(this.envOf(process)).then(
        shell => {
          if (process.isAlive) daemon.shell = shell
        },
        error => {
          world.note(`${daemon.name} cannot be started: ${error}`)
          this.#watch.couldNotStart(daemon.name, error)
          process.end(3, null)
          world.after(SUPERVISOR_MS, () => this.#start(daemon, start))
        },
      )
    })
  }
}

function daemon<Shell>(world: World, host: string, name: string): Daemon<Shell> {
  return { machine: world.machine(host), name, process: undefined, shell: undefined }
}
