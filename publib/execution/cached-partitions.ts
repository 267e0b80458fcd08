import type { Batch } from '#publib/columnar'
import type { ComputeContext, Lineage } from '#publib/lineage'
import type { CacheKey } from '#publib/protocol'
import { decodeBatch, encodeBatches } from '#publib/serialization'
import { nameOf } from '#publib/storage'
import { type RddId, sharedCopy } from '#publib/util'
import type { Surroundings } from './surroundings.ts'

/** Room for cached blocks is taken in steps of this size. */
const STEP_BYTES = 1 << 20

/**
 * The cached partitions that this executor knows, in memory that all executors of the host share. A partition that is not
 * there is computed to its end and kept, if there is room; what does not fit is passed on as it comes.
 */
export class CachedPartitions {
  readonly #surroundings: Surroundings
  readonly #known = new Map<string, readonly Uint8Array[]>()
  readonly #onLostClass: (className: string) => void
  #reads: CacheKey[] = []

  /** @param onLostClass told the name of each class whose instances are kept as plain objects */
  constructor(surroundings: Surroundings, onLostClass: (className: string) => void) {
    this.#surroundings = surroundings
    this.#onLostClass = onLostClass
  }

  put(key: CacheKey, blocks: readonly Uint8Array[]): void {
    this.#known.set(nameOf(key), blocks)
  }

  drop(rddId: RddId, partitions: readonly number[]): void {
    for (const partition of partitions) this.#known.delete(nameOf({ rddId, partition }))
  }

  has(lineage: Lineage<unknown>, partition: number): boolean {
    return this.#known.has(nameOf({ rddId: lineage.id, partition }))
  }

  /** What was read since this was last asked. */
  takeReads(): readonly CacheKey[] {
    const reads = this.#reads
    this.#reads = []
    return reads
  }

  /** `anew` computes what is not there. */
  *compute<T>(
    lineage: Lineage<T>,
    partition: number,
    context: ComputeContext,
    anew: () => Iterable<Batch<T>>,
  ): Generator<Batch<T>> {
    const key = { rddId: lineage.id, partition }
    const known = this.#known.get(nameOf(key))
    if (known !== undefined) {
      this.#reads.push(key)
      yield* decoded<T>(known)
      return
    }
    const rest = anew()[Symbol.iterator]()
    const kept = new Kept(this.#surroundings, key, this.#onLostClass)
    let refused: Batch<T> | undefined
    try {
      for (let step = rest.next(); step.done !== true; step = rest.next()) {
        context.checkCancelled()
        if (kept.add(step.value)) continue
        refused = step.value
        break
      }
      if (refused === undefined) this.#store(key, kept)
      yield* decoded<T>(kept.blocks)
      if (refused === undefined) return
      yield refused
      for (let step = rest.next(); step.done !== true; step = rest.next()) yield step.value
    } finally {
      kept.release()
      rest.return?.()
    }
  }

  #store(key: CacheKey, kept: Kept): void {
    const { blocks } = kept
    const bytes = kept.settle()
    this.put(key, blocks)
    this.#surroundings.post({ type: 'store', key, blocks, bytes })
  }
}

/** A partition on its way into the cache: the room that it takes is given back unless it is stored. */
class Kept {
  readonly blocks: Uint8Array[] = []
  /** Room that was taken, in whole KiB as the budget counts it. */
  bytes = 0
  readonly #surroundings: Surroundings
  readonly #key: CacheKey
  readonly #onLostClass: (className: string) => void
  #used = 0
  #isStored = false

  constructor(surroundings: Surroundings, key: CacheKey, onLostClass: (className: string) => void) {
    this.#surroundings = surroundings
    this.#key = key
    this.#onLostClass = onLostClass
  }

  /** Whether there was room for it. */
  add(batch: Batch<unknown>): boolean {
    const encoded = encodeBatches(batch, { onLostClass: this.#onLostClass })
    const size = encoded.reduce((sum, block) => sum + block.length, 0)
    if (this.#used + size > this.bytes && !this.#take(this.#used + size - this.bytes)) return false
    this.#used += size
    for (const block of encoded) this.blocks.push(sharedCopy(block))
    return true
  }

  /** Stays for good: the room that was taken in advance goes back; gives what it really takes. */
  settle(): number {
    this.#isStored = true
    const bytes = Math.ceil(this.#used / 1024) * 1024
    this.#surroundings.cacheBudget.give(this.bytes - bytes)
    this.bytes = bytes
    return bytes
  }

  release(): void {
    if (!this.#isStored && this.bytes > 0) this.#surroundings.cacheBudget.give(this.bytes)
    this.bytes = 0
  }

  #take(bytes: number): boolean {
    const { cacheBudget } = this.#surroundings
    const step = Math.max(bytes, STEP_BYTES)
    const granted = [step, bytes].find(
      wanted => cacheBudget.take(wanted) || this.#surroundings.makeRoom(wanted, this.#key.rddId),
    )
    this.bytes += granted === undefined ? 0 : Math.ceil(granted / 1024) * 1024
    return granted !== undefined
  }
}

function* decoded<T>(blocks: readonly Uint8Array[]): Generator<Batch<T>> {
  for (const block of blocks) yield decodeBatch(block) as Batch<T>
}
