import type { SimCluster } from './sim-cluster.ts'
import type { SimDriver } from './sim-driver.ts'
import { SimRandom } from './sim-random.ts'
import type { Watch } from './watch.ts'
import type { SimProcess } from './world.ts'

export const FAULT_KINDS = [
  'killWorker',
  'killHost',
  'killMaster',
  'crashExecutor',
  'pauseWorker',
  'pauseHost',
  'pauseMaster',
  'pauseDriver',
  'cut',
  'cutOneWay',
  'reset',
  'slow',
  'damageFile',
  'killDriver',
] as const
export type FaultKind = (typeof FAULT_KINDS)[number]
/** All but the one after which there is no answer to be judged. */
const USUAL_KINDS = FAULT_KINDS.filter(kind => kind !== 'killDriver')

/** A driver that stands still for longer may have lost its lease: what is left of 15 s when it last renewed it 5 s ago. */
const LEASE_LEFT_MS = 9_500
/** Faults come within so long from the start of the program, most of them early. */
const FAULTS_MS = 12_000

/** Does to a cluster what its seed says, and undoes it: when all faults are over, everything is as it was. */
export class Faults {
  readonly counts = new Map<FaultKind, number>()
  /** One of them alone may end the application, as leases are meant to. */
  mayEndApplication = false
  readonly #cluster: SimCluster
  readonly #driver: SimDriver
  readonly #watch: Watch
  readonly #random: SimRandom
  #open = 0
  #planned = 0

  constructor(cluster: SimCluster, driver: SimDriver, watch: Watch) {
    this.#cluster = cluster
    this.#driver = driver
    this.#watch = watch
    this.#random = cluster.world.random.fork()
  }

  /** None in one of six seeds; more are rarer. */
  plan(): void {
    const random = this.#random
    const count = random.chance(1 / 6) ? 0 : Math.ceil(random.number() ** 2 * 7)
    for (let index = 0; index < count; index++) {
      const kind = random.pick(USUAL_KINDS)
      this.#plan(kind, random.number())
    }
    const fate = new SimRandom(this.#cluster.world.seed + 1_000_000)
    if (fate.chance(1 / 15)) this.#plan('killDriver', fate.number())
  }

  #plan(kind: FaultKind, when: number): void {
    this.#planned++
    this.#cluster.world.after(100 + when ** 2 * FAULTS_MS, () => {
      this.#planned--
      this.#inject(kind)
    })
  }

  get areOver(): boolean {
    return this.#open === 0 && this.#planned === 0
  }

  get total(): number {
    return [...this.counts.values()].reduce((sum, count) => sum + count, 0)
  }

  #inject(kind: FaultKind): void {
    const what = this.#perform(kind)
    if (what === undefined) return
    this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1)
    this.#cluster.world.note(`FAULT ${kind} ${what}`)
  }

  /** Gives whom it befell; undefined: nobody was there. */
  #perform(kind: FaultKind): string | undefined {
    const { workers, master, hosts } = this.#cluster
    const random = this.#random
    switch (kind) {
      case 'killWorker': {
        const worker = random.pick(workers)
        this.#cluster.kill(worker)
        this.#later(random.integer(200, 6_000), () => this.#cluster.startWorker(worker))
        return worker.name
      }
      case 'killMaster':
        this.#cluster.kill(master)
        this.#later(random.integer(200, 8_000), () => this.#cluster.startMaster())
        return master.name
      case 'killHost':
        if (hosts.length === 0) return undefined
        return this.#killed(random.pick(hosts))
      case 'crashExecutor': {
        const { crashes } = this.#watch
        if (crashes.length === 0) return undefined
        random.pick(crashes)()
        return ''
      }
      case 'pauseWorker':
        return this.#paused(random.pick(workers).process)
      case 'pauseMaster':
        return this.#paused(master.process)
      case 'pauseHost':
        return hosts.length === 0 ? undefined : this.#paused(random.pick(hosts))
      case 'pauseDriver':
        return this.#pausedDriver()
      case 'killDriver':
        this.#driver.kill()
        return ''
      case 'slow':
        return this.#slowed()
      case 'damageFile':
        return this.#damaged()
      default:
        return this.#wire(kind)
    }
  }

  #killed(process: SimProcess): string {
    process.end(null, 'SIGKILL')
    return process.name
  }

  #paused(process: SimProcess | undefined): string | undefined {
    if (process?.isAlive !== true || process.isPaused) return undefined
    process.pause()
    const ms = this.#random.integer(3_000, 15_000)
    this.#later(ms, () => process.resume())
    return `${process.name} for ${ms} ms`
  }

  /** Sometimes only its main thread, which then computes for long, and sometimes all of it. */
  #pausedDriver(): string | undefined {
    const { process, leases } = this.#driver
    const isWhole = this.#random.chance(0.5)
    const text = this.#paused(process)
    if (text === undefined || !isWhole || leases.isPaused) return text
    leases.pause()
    const ms = this.#random.integer(3_000, 15_000)
    if (ms > LEASE_LEFT_MS) this.mayEndApplication = true
    this.#later(ms, () => leases.resume())
    return `${text}, its leases too`
  }

  #slowed(): string {
    const { machine, name } = this.#random.pick([...this.#cluster.workers, this.#cluster.master])
    machine.slowness = this.#random.integer(2, 6)
    this.#later(this.#random.integer(3_000, 15_000), () => {
      machine.slowness = 1
    })
    return `${name} by ${machine.slowness}`
  }

  /** A file of a map output goes, or a bit of it changes. */
  #damaged(): string | undefined {
    const random = this.#random
    const { machine } = random.pick(this.#cluster.workers)
    const paths = [...machine.disk.keys()].filter(path => path.includes('/shuffle/'))
    if (paths.length === 0) return undefined
    const path = random.pick(paths)
    const bytes = machine.disk.get(path)!.slice()
    if (bytes.length === 0 || random.chance(0.5)) machine.disk.delete(path)
    else {
      bytes[random.integer(0, bytes.length - 1)]! ^= 1 << random.integer(0, 7)
      machine.disk.set(path, bytes)
    }
    return `${path} of ${machine.host}`
  }

  #wire(kind: 'cut' | 'cutOneWay' | 'reset'): string {
    const { network, master, workers } = this.#cluster
    const random = this.#random
    const machines = [master.machine, this.#driver.machine, ...workers.map(each => each.machine)]
    const from = random.pick(machines)
    const to = random.pick(machines.filter(machine => machine !== from))
    const text = `${from.host} ${kind === 'cutOneWay' ? '→' : '↔'} ${to.host}`
    if (kind === 'reset') {
      network.reset(from.host, to.host)
      return text
    }
    network.cut(from.host, to.host, kind === 'cutOneWay')
    const ms = random.integer(500, 14_000)
    this.#later(ms, () => {
      if (random.chance(0.5)) network.reset(from.host, to.host)
      network.heal(from.host, to.host)
    })
    return `${text} for ${ms} ms`
  }

  #later(ms: number, call: () => void): void {
    this.#open++
    this.#cluster.world.after(ms, () => {
      this.#open--
      this.#cluster.world.note('a fault is over')
      call()
    })
  }
}
