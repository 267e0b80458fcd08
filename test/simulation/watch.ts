import type { ExecutorId } from '#publib/util'
import type { SimMachine, SimProcess, World } from './world.ts'

interface WatchedExecutor {
  readonly executorId: ExecutorId
  readonly process: SimProcess
  readonly crash: () => void
  taskCount: number
}

/**
 * One who sees all machines at once, and says what must never be: an executor in two hosts, more executors than a worker
 * offers, more attempts at an executor than it takes.
 */
export class Watch {
  readonly breaches: string[] = []
  readonly #world: World
  readonly #offered = new Map<SimMachine, number>()
  readonly #executors = new Set<WatchedExecutor>()
  /** The process in which each executor was first seen. */
  readonly #homes = new Map<ExecutorId, SimProcess>()
  taskCount = 0
  jobCount = 0
  executorCount = 0

  constructor(world: World) {
    this.#world = world
  }

  breach(text: string): void {
    this.#world.note(`BREACH: ${text}`)
    this.breaches.push(text)
  }

  offer(machine: SimMachine, cores: number): void {
    this.#offered.set(machine, cores)
  }

  couldNotStart(name: string, error: unknown): void {
    const { code } = error as { readonly code?: unknown }
    const isExpected = name !== 'master' && code === 'MASTER_UNREACHABLE'
    const isRefused = name !== 'master' && typeof code === 'string' && code !== 'INTERNAL'
    if (!isExpected && !isRefused) this.breach(`${name} could not be started: ${error}`)
  }

  executorStarted(executorId: ExecutorId, process: SimProcess, crash: () => void): void {
    this.executorCount++
    this.#executors.add({ executorId, process, crash, taskCount: 0 })
    const home = this.#homes.get(executorId) ?? process
    this.#homes.set(executorId, home)
    if (home !== process) {
      this.breach(`executor ${executorId} was given to two hosts: ${home.pid} and ${process.pid}`)
    }
    const { machine } = process
    const running = [...this.#executors].filter(
      each => each.process.machine === machine && isCounted(each.process),
    )
    const offered = this.#offered.get(machine) ?? 0
    const ids = new Set(running.map(each => each.executorId))
    if (ids.size > offered) {
      this.breach(`${machine.host} offers ${offered} executors and runs ${[...ids].join(', ')}`)
    }
  }

  executorEnded(executorId: ExecutorId, process: SimProcess): void {
    const found = this.#of(executorId, process)
    if (found !== undefined) this.#executors.delete(found)
  }

  /** Given to the executor, whether it runs or waits. */
  taskGiven(executorId: ExecutorId, process: SimProcess, attemptsMax: number): void {
    this.taskCount++
    const found = this.#of(executorId, process)
    if (found === undefined) return
    found.taskCount++
    if (found.taskCount > attemptsMax) {
      this.breach(`executor ${executorId} was given ${found.taskCount} attempts at once`)
    }
  }

  taskEnded(executorId: ExecutorId, process: SimProcess): void {
    const found = this.#of(executorId, process)
    if (found !== undefined) found.taskCount--
  }

  /** Those that run now, for the one who makes faults. */
  get crashes(): readonly (() => void)[] {
    return [...this.#executors].filter(({ process }) => process.isAlive).map(({ crash }) => crash)
  }

  #of(executorId: ExecutorId, process: SimProcess): WatchedExecutor | undefined {
    return [...this.#executors].find(
      each => each.executorId === executorId && each.process === process,
    )
  }
}

/** A host that its worker has lost sight of counts for nobody: it ends as soon as it runs again. */
function isCounted({ isAlive, parent }: SimProcess): boolean {
  return isAlive && parent?.isAlive === true
}
