import { SimSparkError } from '#publib/util'
import { type FaultKind, Faults } from './faults.ts'
import { describeProgram, randomProgram } from './program.ts'
import { NO_QUIRKS, type Quirks } from './quirks.ts'
import { referenceContext } from './reference.ts'
import { type Answer, runProgram } from './run-program.ts'
import { SimCluster } from './sim-cluster.ts'
import { SimDriver } from './sim-driver.ts'
import { Watch } from './watch.ts'
import { World } from './world.ts'

/** What came of one seed. */
export interface Outcome {
  readonly seed: number
  /** Empty: all is well. */
  readonly breaches: readonly string[]
  /** The code of the error that the program ended with; undefined: the right answers. */
  readonly errorCode: string | undefined
  readonly faults: ReadonlyMap<FaultKind, number>
  readonly jobs: number
  readonly tasks: number
  readonly simulatedMs: number
  readonly events: number
  readonly fingerprint: number
  readonly program: string
  readonly trace: readonly string[]
}

const START_LIMIT_MS = 10_000
/** From the end of the last fault on, a program must come to its end within this. */
const LIVENESS_LIMIT_MS = 60_000
const FAULTS_LIMIT_MS = 60_000
/** Until everything that was begun has ended everywhere. */
const EMPTY_LIMIT_MS = 40_000
const LOOK_MS = 100
/** Whatever is tried again is tried four times: fewer faults than that are no reason to give up. */
const FAULTS_MIN = 4

/** Runs the program of a seed on the cluster of the seed under the faults of the seed, and says what was wrong. */
export async function simulate(seed: number, quirks: Quirks = NO_QUIRKS): Promise<Outcome> {
  const world = new World(seed)
  const onRejection = (error: unknown): void => void world.crashes.push(error)
  process.on('unhandledRejection', onRejection)
  try {
    return await new Simulation(seed, world, quirks).run()
  } finally {
    process.off('unhandledRejection', onRejection)
  }
}

type Ended = { readonly answers: readonly Answer[] } | { readonly error: unknown }

class Simulation {
  readonly #seed: number
  readonly #world: World
  readonly #watch: Watch
  readonly #cluster: SimCluster
  readonly #driver: SimDriver
  readonly #faults: Faults
  readonly #program
  #ended: Ended | undefined
  #errorCode: string | undefined
  #isStopping = false
  #isStopped = false

  constructor(seed: number, world: World, quirks: Quirks) {
    this.#seed = seed
    this.#world = world
    this.#watch = new Watch(world)
    this.#program = randomProgram(world.random.fork())
    this.#cluster = new SimCluster(world, this.#watch, quirks)
    this.#driver = new SimDriver(this.#cluster, this.#watch, quirks)
    this.#faults = new Faults(this.#cluster, this.#driver, this.#watch)
  }

  async run(): Promise<Outcome> {
    const expected = await this.#expected()
    try {
      await this.#runAll(expected)
    } catch (error) {
      this.#watch.breach(`the simulation itself: ${error instanceof Error ? error.stack : error}`)
    }
    for (const crash of this.#world.crashes) {
      this.#watch.breach(`nobody caught ${crash instanceof Error ? crash.stack : crash}`)
    }
    await this.#driver.discard()
    const { now, eventCount, fingerprint, trace } = this.#world
    return {
      ...{ seed: this.#seed, breaches: this.#watch.breaches, errorCode: this.#errorCode },
      ...{ faults: this.#faults.counts, jobs: this.#watch.jobCount, tasks: this.#watch.taskCount },
      ...{ simulatedMs: now, events: eventCount, fingerprint, trace },
      program: describeProgram(this.#program),
    }
  }

  async #expected(): Promise<readonly Answer[]> {
    const reference = referenceContext()
    try {
      return await runProgram(reference, this.#program)
    } finally {
      await reference.stop()
    }
  }

  async #runAll(expected: readonly Answer[]): Promise<void> {
    const world = this.#world
    this.#cluster.startAll()
    if (!(await world.runUntil(() => this.#cluster.isUp, START_LIMIT_MS))) {
      this.#watch.breach('the cluster does not come up')
      return
    }
    this.#driver.process.enter(() => void this.#drive())
    if (!(await world.runUntil(() => this.#driver.context !== undefined, START_LIMIT_MS))) {
      this.#watch.breach('the driver cannot connect')
      return
    }
    this.#faults.plan()
    const stopsAtOnce = world.random.chance(0.4)
    await world.runUntil(() => {
      if (stopsAtOnce && this.#ended !== undefined) this.#stop()
      return this.#isOver && this.#faults.areOver
    }, FAULTS_LIMIT_MS)
    if (!this.#faults.areOver) throw new Error('the faults are not over')
    await world.runUntil(() => this.#isOver, LIVENESS_LIMIT_MS)
    if (world.crashes.length > 0) return
    if (!this.#isOver) {
      const state = this.#driver.scheduler?.describe()
      this.#watch.breach(`no answer ${LIVENESS_LIMIT_MS} ms after the last fault:\n${state}`)
      return
    }
    if (this.#ended !== undefined) this.#judge(this.#ended, expected)
    await this.#leaveNothing()
  }

  /** There is an answer, or nobody who waits for one. */
  get #isOver(): boolean {
    return this.#ended !== undefined || !this.#driver.process.isAlive
  }

  async #drive(): Promise<void> {
    try {
      const context = await this.#driver.connect()
      this.#ended = { answers: await runProgram(context, this.#program) }
    } catch (error) {
      this.#ended = { error }
    }
    this.#world.note('the program has ended')
  }

  #judge(ended: Ended, expected: readonly Answer[]): void {
    if ('answers' in ended) {
      for (const [index, answer] of ended.answers.entries()) {
        if (answer === expected[index]) continue
        this.#watch.breach(
          `action ${index} gave ${answer}\n     in the place of ${expected[index]}`,
        )
      }
      return
    }
    const { error } = ended
    const isNamed = error instanceof SimSparkError && error.code !== 'INTERNAL'
    this.#errorCode = isNamed ? error.code : 'UNNAMED'
    const text = error instanceof Error ? error.stack : String(error)
    this.#world.note(`the program failed: ${text}`)
    if (!isNamed) this.#watch.breach(`failed without a named error: ${text}`)
    else if (this.#faults.total < FAULTS_MIN && !this.#faults.mayEndApplication) {
      this.#watch.breach(`failed after ${this.#faults.total} faults: ${text}`)
    }
  }

  /** What has ended has ended everywhere: every machine is empty, every process and file of the application gone. */
  async #leaveNothing(): Promise<void> {
    const world = this.#world
    const { scheduler } = this.#driver
    // A scheduler that was stopped hears no more of the attempts that it has given up.
    const isGone = (): boolean => this.#isStopping || !this.#driver.process.isAlive
    const isIdle = (): boolean => isGone() || (scheduler?.isEmpty ?? true)
    if (!(await world.runUntil(isIdle, EMPTY_LIMIT_MS))) {
      this.#watch.breach(`the scheduler is not empty:\n${scheduler?.describe()}`)
    }
    this.#stop()
    const isStopped = (): boolean => this.#isStopped || !this.#driver.process.isAlive
    if (!(await world.runUntil(isStopped, EMPTY_LIMIT_MS))) {
      this.#watch.breach('the context cannot be stopped')
    }
    let lookAtMs = 0
    const isClean = (): boolean => {
      if (world.now < lookAtMs) return false
      lookAtMs = world.now + LOOK_MS
      return this.#leftovers().length === 0
    }
    if (!(await world.runUntil(isClean, EMPTY_LIMIT_MS))) {
      this.#watch.breach(`left behind: ${this.#leftovers().join('; ')}`)
    }
    let isClosed = false
    void this.#cluster.close().then(() => {
      isClosed = true
    })
    if (!(await world.runUntil(() => isClosed, EMPTY_LIMIT_MS))) {
      this.#watch.breach('the cluster cannot be closed')
    }
  }

  #stop(): void {
    if (this.#isStopping) return
    this.#isStopping = true
    this.#world.note('the program stops its context')
    this.#driver.process.enter(() => {
      void this.#driver.context?.stop().then(() => {
        this.#isStopped = true
      })
    })
  }

  #leftovers(): readonly string[] {
    const left: string[] = []
    const { masterStatus, workers, hosts } = this.#cluster
    if (masterStatus === undefined) left.push('no master')
    else {
      const { applications, coresBusy } = masterStatus
      if (applications.length > 0) left.push(`${applications.length} applications at the master`)
      if (coresBusy > 0) left.push(`${coresBusy} busy executors at the master`)
    }
    for (const { name, shell, machine } of workers) {
      const status = shell?.status()
      if (status === undefined) left.push(`no ${name}`)
      else if (status.hosts.length + status.applications.length > 0) {
        left.push(`${status.hosts.length} hosts, ${status.applications.length} apps at ${name}`)
      }
      const files = [...machine.disk.keys()].filter(path => path.startsWith('/work/apps/'))
      if (files.length > 0) left.push(`files at ${name}: ${files[0]}`)
    }
    for (const host of hosts) left.push(`${host.name} (${host.pid})`)
    return left
  }
}
