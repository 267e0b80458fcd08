import type { BlockLocation, BlockRange } from '#publib/blocks'
import type { ExecutorLink, ExecutorLinks, LinkOptions } from '#publib/execution'
import { MemoryBudget } from '#publib/memory'
import type { FromExecutorThread, HostAnswer, ToExecutorThread } from '#publib/protocol'
import type { FetchedPart } from '#publib/shuffle'
import { CacheBudget } from '#publib/storage'
import type { ExecutorId } from '#publib/util'
import { ControlBlock, type Progress } from '../../publib/execution/control-block.ts'
import { Executor } from '../../publib/execution/executor.ts'
import { POSTED_MAX } from '../../publib/execution/host-state.ts'
import { registerRevivers } from '../../publib/execution/revivers.ts'
import { simClock } from './sim-env.ts'
import { syncFiles } from './sim-files.ts'
import type { SimProcess, World } from './world.ts'

/** What the executors of one simulated host have in common, and who watches them. */
export interface SimLinksOptions {
  readonly world: World
  readonly process: SimProcess
  readonly shuffleFolder: string
  readonly spillFolder: string
  readonly location: BlockLocation
  readonly watch: ExecutorWatch
}

/** Told what each executor does, as one who stands beside all machines at once. */
export interface ExecutorWatch {
  executorStarted(executorId: ExecutorId, process: SimProcess, crash: () => void): void
  executorEnded(executorId: ExecutorId, process: SimProcess): void
  /** `attemptsMax`: so many it may have at hand, the running one included. */
  taskGiven(executorId: ExecutorId, process: SimProcess, attemptsMax: number): void
  taskEnded(executorId: ExecutorId, process: SimProcess): void
}

/**
 * Executors without threads, on simulated time: a task takes a while before it computes and a while before its end is
 * told, so that whatever goes wrong can go wrong in the middle of it.
 */
export class SimLinks implements ExecutorLinks {
  readonly #options: SimLinksOptions

  constructor(options: SimLinksOptions) {
    this.#options = options
    registerRevivers()
  }

  start(options: LinkOptions): ExecutorLink {
    return new SimLink(this.#options, options)
  }

  setBusy(): void {}
}

type RunTask = ToExecutorThread & { readonly type: 'runTask' }
type TaskEnded = FromExecutorThread & { readonly type: 'taskEnded' }

/** Tells the task at hand that it is to stop, as a running thread would see it between two batches. */
class WatchedControl extends ControlBlock {
  onKill: (() => void) | undefined

  override raiseKill(slot: number): void {
    super.raiseKill(slot)
    this.onKill?.()
  }
}

class SimLink implements ExecutorLink {
  readonly control = new WatchedControl()
  readonly #common: SimLinksOptions
  readonly #options: LinkOptions
  readonly #executor: Executor
  readonly #inbox: ToExecutorThread[] = []
  #task: RunTask | undefined
  /** What is planned for the task at hand. */
  #next: { cancel(): void } | undefined
  #hasComputed = false
  /** Its tasks are so short that many lie ready with it. */
  readonly #isHasty: boolean
  #isEnded = false
  #arrivesAt = 0
  #toldAt = 0
  /** Ranges that have come for the task at hand, and those that it asked for in vain. */
  readonly #fetched = new Map<string, FetchedPart[]>()
  #wanted: readonly BlockRange[] = []
  #callId = 0

  constructor(common: SimLinksOptions, options: LinkOptions) {
    this.#common = common
    this.#options = options
    const { world, process, shuffleFolder, spillFolder, location, watch } = common
    const { executorId } = options
    const random = world.random.fork()
    this.#isHasty = random.chance(0.3)
    this.#executor = new Executor(
      {
        ...{ executorId, shuffleFolder, spillFolder, location, liveStages: undefined },
        clock: simClock(world, process),
        random: { bytes: size => random.bytes(size), number: () => random.number() },
        files: syncFiles(process.machine, () => world.now),
        memory: new MemoryBudget({ limitBytes: 64 * 2 ** 20, heapFullness: () => 0 }),
        control: this.control,
        cacheBudget: new CacheBudget(options.cacheBudget),
        post: message => this.#posted(message),
        fetch: requests => this.#fetch(requests),
        makeRoom: options.makeRoom,
      },
      async () => undefined,
    )
    this.control.onKill = () => this.#killed()
    process.onEnd(() => this.#gone())
    watch.executorStarted(executorId, process, () => this.#crash())
    this.#tell({ type: 'ready' }, 5 + world.random.number() * 20)
  }

  get progress(): Progress {
    return this.control.progress
  }

  post(message: ToExecutorThread): void {
    const { world, process, watch } = this.#common
    if (message.type === 'runTask') {
      watch.taskGiven(this.#options.executorId, process, POSTED_MAX)
    }
    this.#arrivesAt = Math.max(this.#arrivesAt, world.now + 0.05 + world.random.number() * 0.2)
    this.#after(this.#arrivesAt - world.now, () => {
      this.#inbox.push(message)
      this.#work()
    })
  }

  answer(answer: HostAnswer): void {
    if (this.#isEnded || answer.kind === 'room' || answer.callId !== this.#callId) return
    const range = this.#wanted[answer.index]
    if (range === undefined) return
    const parts = this.#fetched.get(nameOf(range)) ?? []
    this.#fetched.set(nameOf(range), parts)
    if (answer.kind === 'failed') parts.push({ index: 0, error: answer.error })
    else {
      const { bytes, isLast } = answer
      parts.push({ index: 0, bytes, isLast })
      this.#tell({
        type: 'call',
        call: { kind: 'consumed', callId: this.#callId, bytes: bytes.length },
      })
    }
    if (this.#wanted.every(each => isWhole(this.#fetched.get(nameOf(each))))) this.#fetchedAll()
  }

  terminate(): void {
    this.#end({ kind: 'exitCode', message: 'its thread was terminated', counts: true })
  }

  // ── a task

  #work(): void {
    while (this.#task === undefined) {
      const message = this.#inbox.shift()
      if (message === undefined) return
      if (message.type !== 'runTask') {
        this.#executor.receive(message)
        continue
      }
      this.#task = message
      this.#hasComputed = false
      this.#next = this.#after(this.#duration(), () => this.#compute())
    }
  }

  #compute(): void {
    this.#hasComputed = true
    this.#wanted = []
    if (this.#task !== undefined) this.#executor.receive(this.#task)
  }

  /** A thread looks between two batches; one in ten is in a long one. */
  #killed(): void {
    const { world } = this.#common
    if (this.#task === undefined || !this.control.isKilled(this.#task.slot)) return
    if (world.random.chance(0.1)) return
    if (this.#hasComputed && this.#wanted.length === 0) return
    this.#next?.cancel()
    this.#closeCall()
    this.#next = this.#after(world.random.number() * 20, () => this.#compute())
  }

  #posted(message: FromExecutorThread): void {
    if (message.type !== 'taskEnded') {
      this.#tell(message)
      return
    }
    if (this.#wanted.length > 0 && message.end.kind !== 'killed') this.#askForWanted()
    else this.#next = this.#after(this.#duration(), () => this.#taskEnded(message))
  }

  #taskEnded(message: TaskEnded): void {
    this.#task = undefined
    this.#fetched.clear()
    this.#common.watch.taskEnded(this.#options.executorId, this.#common.process)
    this.#tell(message)
    this.#work()
  }

  // ── blocks of other workers: asked for like a thread does, but the attempt begins anew when they have come

  *#fetch(requests: readonly BlockRange[]): Generator<FetchedPart> {
    const missing = requests.filter(range => !isWhole(this.#fetched.get(nameOf(range))))
    if (missing.length > 0) {
      this.#wanted = missing
      throw new Error('begins anew when its blocks have come')
    }
    for (const [index, range] of requests.entries()) {
      for (const part of this.#fetched.get(nameOf(range)) ?? []) yield { ...part, index }
    }
  }

  #askForWanted(): void {
    const callId = ++this.#callId
    for (const range of this.#wanted) this.#fetched.delete(nameOf(range))
    this.#tell({ type: 'call', call: { kind: 'fetch', callId, requests: this.#wanted } })
  }

  #fetchedAll(): void {
    this.#closeCall()
    this.#next = this.#after(0.1, () => this.#compute())
  }

  #closeCall(): void {
    this.#tell({ type: 'call', call: { kind: 'close', callId: this.#callId++ } })
    this.#wanted = []
  }

  // ── its end

  #crash(): void {
    const message = 'nobody caught Error: the simulator ended this executor'
    this.#end({ kind: 'threadExit', message, counts: false })
  }

  #end(cause: Parameters<LinkOptions['onExit']>[0]): void {
    if (this.#isEnded) return
    this.#gone()
    const { world, process } = this.#common
    // after all that it has said
    const at = Math.max(this.#toldAt, world.now + 1 + world.random.number() * 20)
    world.after(at - world.now, () => process.enter(() => this.#options.onExit(cause)))
  }

  #gone(): void {
    if (this.#isEnded) return
    this.#isEnded = true
    const { watch, process } = this.#common
    watch.executorEnded(this.#options.executorId, process)
  }

  /** In order. */
  #tell(message: FromExecutorThread, delayMs?: number): void {
    const { world, process } = this.#common
    const delay = delayMs ?? 0.05 + world.random.number() * 0.2
    this.#toldAt = Math.max(this.#toldAt, world.now + delay)
    // what a thread has posted is heard even if the thread ends right after
    world.after(this.#toldAt - world.now, () =>
      process.enter(() => this.#options.onMessage(message)),
    )
  }

  #after(delayMs: number, call: () => void): { cancel(): void } {
    const { world, process } = this.#common
    return world.after(delayMs, () =>
      process.enter(() => {
        if (!this.#isEnded) call()
      }),
    )
  }

  /** Mostly short, now and then long. */
  #duration(): number {
    const { world, process } = this.#common
    if (this.#isHasty) return 0.01 + world.random.number() * 0.1
    const most = world.random.chance(0.2) ? 4000 : world.random.chance(0.4) ? 800 : 40
    return (1 + world.random.number() * most) * process.machine.slowness
  }
}

function nameOf({ shuffleId, mapPartition, taskId, start, end }: BlockRange): string {
  return `${shuffleId}/${mapPartition}/${taskId}/${start}-${end}`
}

function isWhole(parts: readonly FetchedPart[] | undefined): boolean {
  const last = parts?.at(-1)
  return last !== undefined && ('error' in last || last.isLast)
}
