import { PriorityQueue } from '#publib/util'
import { SimRandom } from './sim-random.ts'

interface Scheduled {
  readonly at: number
  /** Of two at the same time the one that was planned first comes first. */
  readonly order: number
  readonly run: () => void
  isCancelled: boolean
}

/** What a simulated process is to the world: alive, paused or dead. What it was promised while paused waits. */
export class SimProcess {
  readonly pid: number
  readonly machine: SimMachine
  readonly name: string
  /** Who forked it. */
  readonly parent: SimProcess | undefined
  isAlive = true
  isPaused = false
  readonly #world: World
  #waiting: (() => void)[] = []
  readonly #ends: ((code: number | null, signal: string | null) => void)[] = []

  constructor(
    world: World,
    pid: number,
    machine: SimMachine,
    name: string,
    parent: SimProcess | undefined,
  ) {
    this.#world = world
    this.parent = parent
    this.pid = pid
    this.machine = machine
    this.name = name
  }

  /** Runs `call` if the process lives, later if it is paused, never if it is dead. */
  enter(call: () => void): void {
    if (!this.isAlive) return
    if (this.isPaused) {
      this.#waiting.push(call)
      return
    }
    this.#world.touched()
    call()
  }

  onEnd(call: (code: number | null, signal: string | null) => void): void {
    if (this.isAlive) this.#ends.push(call)
  }

  end(code: number | null, signal: string | null): void {
    if (!this.isAlive) return
    this.isAlive = false
    this.#waiting = []
    this.#world.note(`${this.name} (${this.pid}) ends: ${signal ?? code}`)
    for (const call of this.#ends.splice(0)) call(code, signal)
  }

  pause(): void {
    this.isPaused = true
  }

  /** Everything that waited happens now, in its order; after each its promises settle. */
  resume(): void {
    this.isPaused = false
    for (const call of this.#waiting.splice(0)) this.#world.after(0, () => this.enter(call))
  }
}

/** A simulated computer: its disk outlives its processes. */
export class SimMachine {
  readonly host: string
  readonly disk = new Map<string, Uint8Array>()
  readonly folders = new Set<string>(['/'])
  /** How many times longer than elsewhere everything takes here. */
  slowness = 1

  constructor(host: string) {
    this.host = host
  }
}

/**
 * Simulated time, chance and computers. One event happens after the other; between two of them all promises that can
 * settle do. An hour without events takes no time.
 */
export class World {
  readonly seed: number
  readonly random: SimRandom
  readonly machines: SimMachine[] = []
  readonly processes: SimProcess[] = []
  /** Rejections that nobody handled and assertions that failed outside of any promise. */
  readonly crashes: unknown[] = []
  /** How many events have happened. */
  eventCount = 0
  #now = 0
  #pids = 100
  #order = 0
  #isTouched = true
  readonly #queue = new PriorityQueue<Scheduled>((a, b) => a.at - b.at || a.order - b.order)
  readonly #trace: string[] = []
  #fingerprint = 0

  constructor(seed: number) {
    this.seed = seed
    this.random = new SimRandom(seed)
  }

  get now(): number {
    return this.#now
  }

  /** The last lines of what happened, for the report of a failing seed. */
  get trace(): readonly string[] {
    return this.#trace
  }

  /** A number made of all that was noted: equal runs have equal ones. */
  get fingerprint(): number {
    return this.#fingerprint
  }

  note(text: string): void {
    const line = `${this.#now.toFixed(0).padStart(7)} ${text}`
    for (let at = 0; at < line.length; at++) {
      this.#fingerprint = (Math.imul(this.#fingerprint, 31) + line.charCodeAt(at)) | 0
    }
    this.#trace.push(line)
    if (this.#trace.length > 2000) this.#trace.splice(0, 1000)
  }

  /** Something of a process ran: its promises are to settle before the next event. */
  touched(): void {
    this.#isTouched = true
  }

  machine(host: string): SimMachine {
    const machine = new SimMachine(host)
    this.machines.push(machine)
    return machine
  }

  process(machine: SimMachine, name: string, parent?: SimProcess): SimProcess {
    const process = new SimProcess(this, this.#pids++, machine, name, parent)
    this.processes.push(process)
    return process
  }

  after(delayMs: number, run: () => void): { cancel(): void } {
    const at = this.#now + Math.max(0, delayMs)
    const scheduled: Scheduled = { at, order: this.#order++, run, isCancelled: false }
    this.#queue.push(scheduled)
    return {
      cancel: () => {
        scheduled.isCancelled = true
      },
    }
  }

  /** Lets things happen until `isDone`, or until `limitMs` of simulated time have gone: then it says false. */
  async runUntil(isDone: () => boolean, limitMs: number): Promise<boolean> {
    const end = this.#now + limitMs
    await settle()
    while (!isDone()) {
      if (this.crashes.length > 0) return false
      const next = this.#queue.pop()
      if (next === undefined || next.at > end) {
        if (next !== undefined) this.#queue.push(next)
        this.#now = Math.max(this.#now, end)
        return isDone()
      }
      if (next.isCancelled) continue
      this.#now = Math.max(this.#now, next.at)
      this.eventCount++
      this.#isTouched = false
      this.#run(next)
      if (this.#isTouched) await settle()
    }
    return true
  }

  #run(next: Scheduled): void {
    try {
      next.run()
    } catch (error) {
      this.crashes.push(error)
    }
  }
}

/** Lets every promise settle that needs nothing from outside. */
async function settle(): Promise<void> {
  await new Promise<void>(resolve => setImmediate(resolve))
}
