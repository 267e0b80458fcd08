import type { BlockLocation, BlockRange } from '#publib/blocks'
import type { Clock, Random, SyncFiles } from '#publib/env'
import type { MemoryBudget } from '#publib/memory'
import type { FromExecutorThread, ToExecutorThread } from '#publib/protocol'
import type { FetchedPart } from '#publib/shuffle'
import { CacheBudget } from '#publib/storage'
import { ControlBlock, type Progress } from './control-block.ts'
import { Executor } from './executor.ts'
import type { ExecutorLink, ExecutorLinks, LinkOptions } from './executor-link.ts'
import type { LiveStages } from './live-stages.ts'
import { registerRevivers } from './revivers.ts'
import type { ThreadUsage } from './thread-usage.ts'

/** What executors without a thread of their own have around them. */
export interface InlineLinksOptions {
  readonly clock: Clock
  readonly random: Random
  readonly files: SyncFiles
  readonly memory: MemoryBudget
  readonly shuffleFolder: string
  readonly spillFolder: string
  readonly location: BlockLocation
  readonly liveStages?: LiveStages
  readonly usage?: ThreadUsage
  /** Ranges of other workers, there at once. Default: there are none. */
  readonly fetch?: (requests: readonly BlockRange[]) => Iterable<FetchedPart>
  /** Resolves when others have had their turn; between tasks. */
  readonly turn: () => Promise<void>
}

/**
 * Executors in the thread of their host: breakpoints, mocks and coverage work in user functions, and the simulator needs
 * no threads. What is asked of the host is answered at once. A task that computes for ever cannot be stopped here.
 */
export class InlineLinks implements ExecutorLinks {
  readonly #options: InlineLinksOptions

  constructor(options: InlineLinksOptions) {
    this.#options = options
    registerRevivers()
  }

  start(options: LinkOptions): ExecutorLink {
    return new InlineLink(this.#options, options)
  }

  /** Tasks that run keep the process busy by themselves. */
  setBusy(): void {}
}

class InlineLink implements ExecutorLink {
  readonly control = new ControlBlock()
  readonly #executor: Executor
  readonly #options: LinkOptions
  #isEnded = false
  #toHost: FromExecutorThread[] = []

  constructor(common: InlineLinksOptions, options: LinkOptions) {
    this.#options = options
    const surroundings = {
      ...common,
      executorId: options.executorId,
      liveStages: common.liveStages,
      control: this.control,
      cacheBudget: new CacheBudget(options.cacheBudget),
      post: (message: FromExecutorThread) => this.#tell(message),
      fetch: common.fetch ?? nobodyElse,
      makeRoom: options.makeRoom,
    }
    this.#executor = new Executor(surroundings, common.turn)
    this.#tell({ type: 'ready' })
  }

  get progress(): Progress {
    return this.control.progress
  }

  post(message: ToExecutorThread): void {
    queueMicrotask(() => {
      if (!this.#isEnded) this.#executor.receive(message)
    })
  }

  answer(): void {
    // Nothing stands still here.
  }

  terminate(): void {
    if (this.#isEnded) return
    this.#isEnded = true
    const cause = { kind: 'stopped', message: 'it was stopped', counts: false } as const
    queueMicrotask(() => this.#options.onExit(cause))
  }

  #tell(message: FromExecutorThread): void {
    this.#toHost.push(message)
    if (this.#toHost.length > 1) return
    queueMicrotask(() => {
      const messages = this.#toHost
      this.#toHost = []
      for (const each of messages) if (!this.#isEnded) this.#options.onMessage(each)
    })
  }
}

function* nobodyElse(requests: readonly BlockRange[]): Generator<FetchedPart> {
  for (const [index, { location }] of requests.entries()) {
    yield { index, error: `worker ${location.workerId} cannot be reached from here` }
  }
}
