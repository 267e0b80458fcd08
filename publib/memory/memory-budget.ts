import { getHeapStatistics } from 'node:v8'

/** What an executor thread may keep in memory while it computes. Every keeper of data asks it, and spills before the limit. */
export interface MemoryOptions {
  /** The heap limit of the executor. */
  readonly limitBytes: number
  /** The part of it that keepers may fill with data, by their own estimates. Default 0.4. */
  readonly fraction?: number
  /** How full the heap is, from 0 to 1; asked now and then. Default: V8's statistics. */
  readonly heapFullness?: () => number
}

/** The heap is this full: keepers spill whatever their estimates say. */
const HEAP_FULL = 0.85
const CALLS_BETWEEN_READINGS = 64
/** Of what `simspark.memory.fraction` allows, the part that operators fill by their own estimates, which may be wrong. */
const ESTIMATED_SHARE = 2 / 3

/** What a process takes beside the memory of its executors: a tenth of it, or this. */
const OVERHEAD_BYTES = 384 * 2 ** 20
const OVERHEAD_SHARE = 0.1

/** What a process may hold for executors that have so much memory together. */
export function processMemoryLimit(executorsBytes: number): number {
  return executorsBytes + Math.max(OVERHEAD_BYTES, executorsBytes * OVERHEAD_SHARE)
}

/** How an executor's memory is shared out, as parts of it: what operators may keep, and what caches may. */
export function memoryShares(memoryFraction: number, storageFraction: number) {
  return { operators: memoryFraction * ESTIMATED_SHARE, cache: memoryFraction * storageFraction }
}

/**
 * One for each executor thread. Keepers say how much they hold; together they stay below the limit. Estimates decide first,
 * because they follow from the data alone and give the same spills on every run; the heap's own figures are the safety net.
 */
export class MemoryBudget {
  /** What all keepers together may hold. */
  readonly dataBytes: number
  /** The most they ever held together. */
  peakBytes = 0
  readonly #heapFullness: () => number
  #heldBytes = 0
  #calls = 0
  #spills = 0
  #isHeapFull = false

  constructor(options: MemoryOptions) {
    this.dataBytes = Math.floor(options.limitBytes * (options.fraction ?? 0.4))
    this.#heapFullness = options.heapFullness ?? readHeapFullness
  }

  get heldBytes(): number {
    return this.#heldBytes
  }

  /** Something that keeps data from now on; closed when it has let go of it. */
  keeper(): MemoryKeeper {
    return new MemoryKeeper(this)
  }

  /** Called by keepers. */
  change(bytes: number): void {
    this.#heldBytes += bytes
    if (this.#heldBytes > this.peakBytes) this.peakBytes = this.#heldBytes
  }

  /** Whether one that holds `ownBytes` must let go. Called by keepers. */
  isExceeded(ownBytes: number): boolean {
    // Who holds little gains nothing by letting go: then it is the others' turn.
    if (this.#heldBytes > this.dataBytes && ownBytes >= this.dataBytes / 16) return true
    if (this.#calls++ % CALLS_BETWEEN_READINGS === 0) {
      this.#isHeapFull = this.#heapFullness() > HEAP_FULL
    }
    return this.#isHeapFull && ownBytes >= this.dataBytes / 64
  }

  /** The number of the next spill file; with the task's id it names it. */
  nextSpill(): number {
    return this.#spills++
  }

  /** Told when a keeper has let go, so that the heap is looked at anew. */
  spilled(): void {
    this.#isHeapFull = false
    this.#calls = 1
  }
}

/** One keeper's share. */
export class MemoryKeeper {
  readonly #budget: MemoryBudget
  #bytes = 0

  constructor(budget: MemoryBudget) {
    this.#budget = budget
  }

  get bytes(): number {
    return this.#bytes
  }

  /** Says how much it holds now, by its own estimate; true: it must spill before it takes in more. */
  shouldSpill(estimatedBytes: number): boolean {
    this.hold(estimatedBytes)
    return this.#budget.isExceeded(estimatedBytes)
  }

  hold(estimatedBytes: number): void {
    this.#budget.change(estimatedBytes - this.#bytes)
    this.#bytes = estimatedBytes
  }

  /** It holds nothing any more, for it has spilled or is done. May be called again and again. */
  release(): void {
    this.hold(0)
    this.#budget.spilled()
  }
}

function readHeapFullness(): number {
  const { used_heap_size, heap_size_limit } = getHeapStatistics()
  return used_heap_size / heap_size_limit
}
