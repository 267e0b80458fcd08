import type { WorkerId } from '#publib/util'

/** When a task is slow beside the others of its set: Spark's terms. */
export interface SpeculationLimits {
  /** So large a part of the tasks must be done before any is called slow. */
  readonly quantile: number
  /** Slow: has run for so many times the median of those that are done … */
  readonly multiplier: number
  /** … and for at least so long. */
  readonly minRunTimeMs: number
}

/** Medians are taken anew when so much more is done. */
const MEDIAN_GROWTH = 1.1

/** How long the tasks of a set took, and which of those that run are slow: they get a second copy elsewhere. */
export class SlowTasks {
  readonly #limits: SpeculationLimits
  readonly #runTimes: Float32Array
  #doneCount = 0
  #median = { ofCount: 0, valueMs: 0 }
  /** By place in the set, the worker on which the only copy runs. */
  readonly #slow = new Map<number, WorkerId>()

  constructor(size: number, limits: SpeculationLimits) {
    this.#limits = limits
    this.#runTimes = new Float32Array(size)
  }

  /** Those that want a second copy; may hold some that have ended since. */
  get slow(): ReadonlyMap<number, WorkerId> {
    return this.#slow
  }

  noteDone(at: number, runTimeMs: number): void {
    this.#runTimes[this.#doneCount++] = runTimeMs
    this.#slow.delete(at)
  }

  /** Beyond it a task is slow; undefined: too few are done to tell. */
  get thresholdMs(): number | undefined {
    const { quantile, multiplier, minRunTimeMs } = this.#limits
    const size = this.#runTimes.length
    if (this.#doneCount < Math.max(1, Math.floor(size * quantile))) return undefined
    return Math.max(minRunTimeMs, multiplier * this.#medianMs())
  }

  /** Says whether it is news. */
  markSlow(at: number, workerId: WorkerId): boolean {
    if (this.#slow.has(at)) return false
    this.#slow.set(at, workerId)
    return true
  }

  forget(at: number): void {
    this.#slow.delete(at)
  }

  #medianMs(): number {
    const count = this.#doneCount
    if (this.#median.ofCount === 0 || count > this.#median.ofCount * MEDIAN_GROWTH) {
      const sorted = this.#runTimes.slice(0, count).sort()
      const middle = count >> 1
      const valueMs =
        count % 2 === 1
          ? (sorted[middle] as number)
          : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2
      this.#median = { ofCount: count, valueMs }
    }
    return this.#median.valueMs
  }
}
