import { PriorityQueue } from '#publib/util'

/** What the choice of a worker rests on. */
export interface PlaceableWorker {
  readonly workerId: string
  /** Answers, takes part: neither suspect, draining nor set aside. */
  readonly isOpen: boolean
  /** Executors that it offers, and those of them that are granted to some application. */
  readonly cores: number
  readonly busy: number
  readonly memoryMiB: number
  readonly memoryUsedMiB: number
}

/** `spread` takes the least busy worker, `pack` fills the busiest that has room. */
export type PlacementPolicy = 'spread' | 'pack'

interface Seat {
  readonly workerId: string
  readonly cores: number
  readonly memoryMiB: number
  busy: number
  memoryUsedMiB: number
}

/**
 * Chooses workers for executors, one at a time: a min-heap by busy executors, ties by worker id.
 * It lives for one round of grants, because between rounds executors end and no heap can be told of it; filling it
 * costs less than one message.
 */
export class Placement {
  readonly #heap: PriorityQueue<Seat>

  constructor(workers: Iterable<PlaceableWorker>, policy: PlacementPolicy) {
    const direction = policy === 'spread' ? 1 : -1
    this.#heap = new PriorityQueue(
      (a, b) => direction * (a.busy - b.busy) || compareText(a.workerId, b.workerId),
    )
    for (const worker of workers) {
      if (worker.isOpen && worker.busy < worker.cores) {
        const { workerId, cores, busy, memoryMiB, memoryUsedMiB } = worker
        this.#heap.push({ workerId, cores, busy, memoryMiB, memoryUsedMiB })
      }
    }
  }

  /** The worker for one executor more, which counts as busy there from now on; undefined where there is no room. */
  take(
    executorMemoryMiB: number,
    isAvoided: (workerId: string) => boolean = () => false,
  ): string | undefined {
    const skipped: Seat[] = []
    let chosen: Seat | undefined
    while (chosen === undefined) {
      const seat = this.#heap.pop()
      if (seat === undefined) break
      const hasMemory = seat.memoryUsedMiB + executorMemoryMiB <= seat.memoryMiB
      if (hasMemory && !isAvoided(seat.workerId)) chosen = seat
      else skipped.push(seat)
    }
    for (const seat of skipped) this.#heap.push(seat)
    if (chosen === undefined) return undefined
    chosen.busy += 1
    chosen.memoryUsedMiB += executorMemoryMiB
    if (chosen.busy < chosen.cores) this.#heap.push(chosen)
    return chosen.workerId
  }
}

/** How many executors of this size find room at all. */
export function roomFor(
  workers: Iterable<PlaceableWorker>,
  executorMemoryMiB: number,
  isAvoided: (workerId: string) => boolean = () => false,
): number {
  let count = 0
  for (const worker of workers) {
    if (!worker.isOpen || isAvoided(worker.workerId)) continue
    const byMemory = Math.floor((worker.memoryMiB - worker.memoryUsedMiB) / executorMemoryMiB)
    count += Math.max(0, Math.min(worker.cores - worker.busy, byMemory))
  }
  return count
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
