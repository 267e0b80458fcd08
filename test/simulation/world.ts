import { PriorityQueue } from '#publib/util'
import { SimRandom } from './sim-random.ts'

interface Scheduled {
  readonly at: number
  readonly run: () => void
  isCancelled: boolean
}

/** What a simulated process is to the world: alive, paused or dead. What it was promised while paused waits. */
export class SimProcess {
  readonly pid: number
  readonly machine: SimMachine
  readonly name: string
  isAlive = true
  isPaused = false
  #waiting: (() => void)[] = []
  readonly #ends: ((code: number | null, signal: string | null) => void)[] = []

  constructor(pid: number, machine: SimMachine, name: string) {
    this.pid = pid
    this.machine = machine
    this.name = name
  }

  /** Runs `call` if the process lives, later if it is paused, never if it is dead. */
  enter(call: () => void): void {
    if (!this.isAlive) return
    if (this.isPaused) this.#waiting.push(call)
    else call()
  }

  onEnd(call: (code: number | null, signal: string | null) => void): void {
    this.#ends.push(call)
  }

  end(code: number | null, signal: string | null): void {
    if (!this.isAlive) return
    this.isAlive = false
    this.#waiting = []
    for (const call of this.#ends.splice(0)) call(code, signal)
  }

  pause(): void {
    this.isPaused = true
  }

  /** Everything that waited happens now, in its order. */
  resume(): void {
    this.isPaused = false
    for (const call of this.#waiting.splice(0)) this.enter(call)
  }
}

/** A simulated computer: its disk outlives its processes. */
export class SimMachine {
  readonly host: string
  readonly disk = new Map<string, Uint8Array>()
  readonly folders = new Set<string>(['/'])

  constructor(host: string) {
    this.host = host
  }
}

/**
 * Simulated time, chance and computers. One event happens after the other; between two of them all promises that can
 * settle do. An hour without events takes no time.
 */
export class World {
  readonly random: SimRandom
  readonly machines: SimMachine[] = []
  readonly processes: SimProcess[] = []
  #now = 0
  #pids = 100
  readonly #queue = new PriorityQueue<Scheduled>((a, b) => a.at - b.at)
  readonly #trace: string[] = []

  constructor(seed: number) {
    this.random = new SimRandom(seed)
  }

  get now(): number {
    return this.#now
  }

  /** The last lines of what happened, for the report of a failing seed. */
  get trace(): readonly string[] {
    return this.#trace
  }

  note(text: string): void {
    this.#trace.push(`${this.#now.toFixed(0).padStart(7)} ${text}`)
    if (this.#trace.length > 2000) this.#trace.splice(0, 1000)
  }

  machine(host: string): SimMachine {
    const machine = new SimMachine(host)
    this.machines.push(machine)
    return machine
  }

  process(machine: SimMachine, name: string): SimProcess {
    const process = new SimProcess(this.#pids++, machine, name)
    this.processes.push(process)
    return process
  }

  after(delayMs: number, run: () => void): { cancel(): void } {
    const scheduled: Scheduled = { at: this.#now + Math.max(0, delayMs), run, isCancelled: false }
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
      const next = this.#queue.pop()
      if (next === undefined || next.at > end) {
        if (next !== undefined) this.#queue.push(next)
        return isDone()
      }
      if (next.isCancelled) continue
      this.#now = Math.max(this.#now, next.at)
      next.run()
      await settle()
    }
    return true
  }
}

/** Lets every promise settle that needs nothing from outside. */
async function settle(): Promise<void> {
  await new Promise<void>(resolve => setImmediate(resolve))
}
