import type { MapStatus } from '#publib/blocks'
import type { ShuffleId, TaskId, WorkerId } from '#publib/util'
import { assert } from '#publib/util'

/** Where each map output is, how large per reducer, versioned by epoch. Outlives jobs: what is there is not computed again. */
export class MapOutputTracker {
  readonly #shuffles = new Map<ShuffleId, ShuffleState>()

  get shuffleCount(): number {
    return this.#shuffles.size
  }

  /** Makes a shuffle known; a known one stays as it is. `reads`: the shuffles that its map tasks read. */
  add(shuffleId: ShuffleId, mapCount: number, reads: readonly ShuffleId[]): void {
    const known = this.#shuffles.get(shuffleId)
    assert(
      known === undefined || known.statuses.length === mapCount,
      `shuffle ${shuffleId} has changed its number of maps`,
    )
    if (known !== undefined) return
    this.#shuffles.set(shuffleId, {
      statuses: new Array<MapStatus | undefined>(mapCount).fill(undefined),
      hashes: new Array<string | undefined>(mapCount).fill(undefined),
      reads,
      availableCount: 0,
      epoch: 0,
      known: undefined,
    })
  }

  /** Takes in an output; says whether an earlier run of the same partition had another content. */
  register(shuffleId: ShuffleId, status: MapStatus): 'first' | 'same' | 'different' {
    const shuffle = this.#of(shuffleId)
    const { mapPartition, contentHash } = status
    assert(mapPartition < shuffle.statuses.length, `shuffle ${shuffleId} has no such map`)
    if (shuffle.statuses[mapPartition] === undefined) shuffle.availableCount++
    shuffle.statuses[mapPartition] = status
    shuffle.epoch++
    const before = shuffle.hashes[mapPartition]
    shuffle.hashes[mapPartition] = contentHash
    if (before === undefined) return 'first'
    return before === contentHash ? 'same' : 'different'
  }

  has(shuffleId: ShuffleId, mapPartition: number): boolean {
    return this.#of(shuffleId).statuses[mapPartition] !== undefined
  }

  isComplete(shuffleId: ShuffleId): boolean {
    const shuffle = this.#shuffles.get(shuffleId)
    return shuffle !== undefined && shuffle.availableCount === shuffle.statuses.length
  }

  /** The outputs that are known: the same list as long as nothing changes. */
  statuses(shuffleId: ShuffleId): readonly MapStatus[] {
    const shuffle = this.#shuffles.get(shuffleId)
    if (shuffle === undefined) return []
    if (shuffle.known?.epoch !== shuffle.epoch) {
      const statuses = shuffle.statuses.filter(status => status !== undefined)
      shuffle.known = { epoch: shuffle.epoch, statuses }
    }
    return shuffle.known.statuses
  }

  /** Rises with every change. */
  epochOf(shuffleId: ShuffleId): number {
    return this.#shuffles.get(shuffleId)?.epoch ?? 0
  }

  /** Forgets one output if it is still the one of that attempt; says whether it was. */
  forgetOutput(shuffleId: ShuffleId, mapPartition: number, taskId: TaskId): boolean {
    const shuffle = this.#shuffles.get(shuffleId)
    if (shuffle?.statuses[mapPartition]?.taskId !== taskId) return false
    forget(shuffle, mapPartition)
    return true
  }

  /** Forgets all that lies with a worker; gives how many outputs that were. */
  forgetWorker(workerId: WorkerId): number {
    let count = 0
    for (const shuffle of this.#shuffles.values()) {
      shuffle.statuses.forEach((status, mapPartition) => {
        if (status?.location.workerId !== workerId) return
        forget(shuffle, mapPartition)
        count++
      })
    }
    return count
  }

  /** Forgets all outputs and that they ever were: what they are made of has changed. */
  reset(shuffleId: ShuffleId): void {
    const shuffle = this.#of(shuffleId)
    shuffle.statuses.fill(undefined)
    shuffle.hashes.fill(undefined)
    shuffle.availableCount = 0
    shuffle.epoch++
  }

  /** Shuffles whose map tasks read this one and have given at least one output. */
  consumersOf(shuffleId: ShuffleId): readonly ShuffleId[] {
    const consumers: ShuffleId[] = []
    for (const [id, shuffle] of this.#shuffles) {
      if (shuffle.reads.includes(shuffleId) && shuffle.hashes.some(isThere)) consumers.push(id)
    }
    return consumers
  }

  /** Forgets the shuffle itself. */
  drop(shuffleId: ShuffleId): void {
    this.#shuffles.delete(shuffleId)
  }

  #of(shuffleId: ShuffleId): ShuffleState {
    const shuffle = this.#shuffles.get(shuffleId)
    assert(shuffle !== undefined, `shuffle ${shuffleId} is unknown`)
    return shuffle
  }
}

interface ShuffleState {
  /** By map partition. */
  readonly statuses: (MapStatus | undefined)[]
  /** By map partition: the content of the last run, kept when its output is lost. */
  readonly hashes: (string | undefined)[]
  readonly reads: readonly ShuffleId[]
  availableCount: number
  epoch: number
  /** What was known at some epoch, as one list: it goes to every host. */
  known: { readonly epoch: number; readonly statuses: readonly MapStatus[] } | undefined
}

function forget(shuffle: ShuffleState, mapPartition: number): void {
  shuffle.statuses[mapPartition] = undefined
  shuffle.availableCount--
  shuffle.epoch++
}

function isThere(hash: string | undefined): boolean {
  return hash !== undefined
}
