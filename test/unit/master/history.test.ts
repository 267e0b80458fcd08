import { expect } from 'chai'
import { incarnation } from '#publib/util'
import { chooseSeed, seeded } from '../../support/random.ts'
import { MasterStory } from './story.ts'

const HISTORIES = 60
const STEPS = 60

/** Workers, drivers and what they do, chosen by a seed; they behave as real ones would. */
class History {
  readonly story = new MasterStory({ launchFailuresMax: 1000, setAsideFailures: 1000 })
  readonly #random: () => number
  readonly #cores = new Map<string, number>()
  readonly #lives = new Map<string, number>()
  readonly #drivers = new Map<string, 'connected' | 'away'>()
  #nextDriver = 0

  constructor(random: () => number) {
    this.#random = random
    for (const name of ['w1', 'w2', 'w3']) {
      this.#cores.set(name, 1 + this.#upTo(4))
      this.#lives.set(name, 1)
      this.#register(name)
    }
  }

  step(): void {
    const steps = [
      () => this.#newDriver(),
      () => this.#anyDriver(name => this.#ask(name)),
      () => this.#anyDriver(name => this.#giveBack(name)),
      () => this.#anyDriver(name => this.#end(name)),
      () => this.#anyWorker(name => this.story.ready(name)),
      () => this.#anyWorker(name => this.story.ready(name)),
      () => this.#anyWorker(name => this.#stopWhatIsTold(name)),
      () => this.#anyWorker(name => this.#hostDies(name)),
      () => this.#anyWorker(name => this.#reconnect(name)),
      () => this.#anyWorker(name => this.#startAnew(name)),
      () => this.story.pass(500 + 500 * this.#upTo(4)),
      () => this.#restart(),
    ]
    steps[this.#upTo(steps.length)]!()
  }

  /** What must hold at any moment. */
  holds(where: string): void {
    const { workers } = this.story.master.status(this.story.nowMs)
    const owners = new Map<string, string>()
    for (const { workerId, cores, coresBusy, executors } of workers) {
      expect(coresBusy, `${where}: busy on ${workerId}`).to.be.at.most(cores)
      for (const { executorId, applicationId } of executors) {
        expect(owners.get(executorId), `${where}: owner of ${executorId}`).to.equal(undefined)
        owners.set(executorId, applicationId)
      }
    }
    for (const [name, hosts] of this.story.running) {
      const ids = [...hosts.values()].flatMap(host => [
        ...host.executorIds,
        ...host.executorsStarting,
      ])
      expect(new Set(ids).size, `${where}: ids on ${name}`).to.equal(ids.length)
      expect(ids.length, `${where}: runs on ${name}`).to.be.at.most(this.#cores.get(name)!)
    }
  }

  /** All applications end, everything stops: nothing may be left. */
  finish(): void {
    for (const [name, state] of this.#drivers) {
      if (state === 'away') this.#comeBack(name)
      this.story.request(name, { type: 'endApplication' })
    }
    for (const name of this.#cores.keys()) {
      for (const { applicationId } of [...this.story.running.get(name)!.values()]) {
        this.story.endHost(name, applicationId, 'stopped')
      }
    }
    this.story.pass(20_000)
  }

  #upTo(n: number): number {
    return Math.floor(this.#random() * n)
  }

  #newDriver(): void {
    if (this.#drivers.size >= 4) return
    const name = `d${this.#nextDriver++}`
    this.#drivers.set(name, 'connected')
    this.story.driver(name, 1 + this.#upTo(8), { executorsMin: 1 + this.#upTo(2) })
  }

  #anyDriver(act: (name: string) => void): void {
    const names = [...this.#drivers].filter(([, state]) => state === 'connected')
    const [name] = names[this.#upTo(names.length)] ?? []
    if (name !== undefined) act(name)
  }

  #anyWorker(act: (name: string) => void): void {
    const names = [...this.#cores.keys()]
    act(names[this.#upTo(names.length)]!)
  }

  #ask(name: string): void {
    this.story.request(name, { type: 'requestExecutors', total: this.#upTo(9) })
  }

  #giveBack(name: string): void {
    const held = this.story.heldBy(name).filter(() => this.#random() < 0.5)
    this.story.request(name, { type: 'releaseExecutors', executorIds: held })
  }

  #end(name: string): void {
    this.story.request(name, { type: 'endApplication', exitCode: this.#upTo(2) })
    this.#drivers.delete(name)
  }

  /** What the master has ended, or wants stopped, stops there. */
  #stopWhatIsTold(name: string): void {
    const { workers, applications } = this.story.master.status(this.story.nowMs)
    const live = new Set(applications.map(({ applicationId }) => applicationId))
    const stopping = workers
      .find(({ workerId }) => workerId === name)
      ?.executors.filter(({ phase }) => phase === 'stopping')
    for (const host of [...this.story.running.get(name)!.values()]) {
      const { applicationId } = host
      if (!live.has(applicationId)) this.story.endHost(name, applicationId, 'stopped')
      for (const { executorId } of stopping ?? []) this.#stopOne(name, host.hostId, executorId)
    }
  }

  #stopOne(name: string, hostId: string, executorId: string): void {
    const hosts = this.story.running.get(name)!
    const host = [...hosts.values()].find(each => each.hostId === hostId)
    if (host === undefined || !host.executorIds.some(id => id === executorId)) return
    const executorIds = host.executorIds.filter(id => id !== executorId)
    const hostEnded = executorIds.length + host.executorsStarting.length === 0
    if (hostEnded) hosts.delete(hostId)
    else hosts.set(hostId, { ...host, executorIds })
    const gone = host.executorIds.filter(id => id === executorId)
    this.story.report(name, {
      ...{ type: 'executorsEnded', applicationId: host.applicationId, hostId: host.hostId },
      ...{ executorIds: gone, hostEnded, cause: 'released', message: 'released' },
    })
  }

  #hostDies(name: string): void {
    const hosts = [...this.story.running.get(name)!.values()]
    const host = hosts[this.#upTo(hosts.length)]
    if (host !== undefined) this.story.endHost(name, host.applicationId)
  }

  #reconnect(name: string): void {
    this.story.close(name)
    this.#register(name)
  }

  #startAnew(name: string): void {
    this.story.kill(name)
    this.#lives.set(name, this.#lives.get(name)! + 1)
    this.#register(name)
  }

  /** All come back, workers and drivers in some order, each with what it has. */
  #restart(): void {
    const heldBefore = [...this.#drivers.keys()].map(
      name => [name, this.story.heldBy(name)] as const,
    )
    this.story.restart()
    for (const name of this.#cores.keys()) {
      if (this.#random() < 0.5) this.#register(name)
      else {
        for (const driver of this.#drivers.keys()) this.#comeBack(driver)
        this.#register(name)
      }
    }
    for (const driver of this.#drivers.keys()) this.#comeBack(driver)
    for (const [name, before] of heldBefore) {
      const { workers } = this.story.master.status(this.story.nowMs)
      const now = workers
        .flatMap(({ executors }) => executors)
        .filter(({ applicationId }) => applicationId === `app-${name}`)
        .map(({ executorId }) => executorId)
      for (const id of before) expect(now, `executors of ${name}`).to.include(id)
    }
  }

  #comeBack(name: string): void {
    this.#drivers.set(name, 'connected')
    this.story.driver(name, 4, {
      ...{ applicationId: `app-${name}` as never, ticket: 'right' },
      executorsHeld: this.story.heldBy(name),
    })
  }

  #register(name: string): void {
    this.story.worker(name, this.#cores.get(name)!, {
      incarnation: incarnation(this.#lives.get(name)!),
    })
  }
}

describe('a master in random histories', () => {
  it('never oversubscribes a worker, never gives an executor twice, and is empty at the end', function () {
    this.timeout(30_000)
    const seed = chooseSeed()
    const random = seeded(seed)
    for (let index = 0; index < HISTORIES; index++) {
      const history = new History(random)
      for (let step = 0; step < STEPS; step++) {
        history.step()
        history.holds(`seed ${seed}, history ${index}, step ${step}`)
      }
      history.finish()
      const status = history.story.master.status(history.story.nowMs)
      const where = `seed ${seed}, history ${index}`
      expect(status.coresBusy, where).to.equal(0)
      expect(status.memoryUsedMiB, where).to.equal(0)
      expect(status.applications, where).to.deep.equal([])
    }
  })
})
