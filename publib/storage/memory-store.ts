import { rddBlockName } from '#publib/blocks'
import type { CacheKey, RoomAnswer } from '#publib/protocol'
import type { RddId } from '#publib/util'
import type { CacheBudget } from './cache-budget.ts'

/** A cached partition: encoded blocks in shared memory. */
export interface StoredPartition {
  readonly key: CacheKey
  readonly blocks: readonly Uint8Array[]
  readonly bytes: number
  /** Whether it must be written to disk before it gives way. */
  readonly mayGoToDisk: boolean
}

/**
 * The cached partitions of one host in memory, the least recently used first. What it evicts is computed again when it is
 * needed, unless its level has disk: then it stays until somebody has written it there. An RDD never evicts partitions of its own.
 */
export class MemoryStore {
  readonly #budget: CacheBudget
  /** A Map keeps insertion order: used anew means inserted anew. */
  readonly #partitions = new Map<string, StoredPartition>()

  constructor(budget: CacheBudget) {
    this.#budget = budget
  }

  get size(): number {
    return this.#partitions.size
  }

  has(key: CacheKey): boolean {
    return this.#partitions.has(nameOf(key))
  }

  /** Keeps a partition whose room was taken already; a second copy of one gives its room back. */
  put(partition: StoredPartition): boolean {
    const name = nameOf(partition.key)
    if (this.#partitions.has(name)) {
      this.#budget.give(partition.bytes)
      return false
    }
    this.#partitions.set(name, partition)
    return true
  }

  touch(key: CacheKey): void {
    const name = nameOf(key)
    const partition = this.#partitions.get(name)
    if (partition === undefined) return
    this.#partitions.delete(name)
    this.#partitions.set(name, partition)
  }

  /**
   * Evicts partitions of other RDDs until `bytes` could be taken, and takes them. Evicts nothing if that cannot be, or while
   * some of them must go to disk first.
   */
  makeRoom(bytes: number, rddId: RddId): RoomAnswer & { readonly evicted: readonly CacheKey[] } {
    if (this.#budget.take(bytes)) return { isGranted: true, toDisk: [], evicted: [] }
    const victims: StoredPartition[] = []
    let free = this.#budget.limitBytes - this.#budget.usedBytes
    for (const partition of this.#partitions.values()) {
      if (free >= bytes) break
      if (partition.key.rddId === rddId) continue
      victims.push(partition)
      free += partition.bytes
    }
    if (free < bytes) return { isGranted: false, toDisk: [], evicted: [] }
    const toDisk = victims.filter(({ mayGoToDisk }) => mayGoToDisk)
    if (toDisk.length > 0) return { isGranted: false, toDisk, evicted: [] }
    for (const victim of victims) this.#drop(victim)
    const evicted = victims.map(victim => victim.key)
    return { isGranted: this.#budget.take(bytes), toDisk: [], evicted }
  }

  /** Whether it was there. */
  drop(key: CacheKey): boolean {
    const partition = this.#partitions.get(nameOf(key))
    if (partition !== undefined) this.#drop(partition)
    return partition !== undefined
  }

  /** Drops all of an RDD. */
  unpersist(rddId: RddId): readonly CacheKey[] {
    const dropped = [...this.#partitions.values()].filter(({ key }) => key.rddId === rddId)
    for (const partition of dropped) this.#drop(partition)
    return dropped.map(partition => partition.key)
  }

  /** What a new executor must be told. */
  get partitions(): Iterable<StoredPartition> {
    return this.#partitions.values()
  }

  #drop(partition: StoredPartition): void {
    this.#partitions.delete(nameOf(partition.key))
    this.#budget.give(partition.bytes)
  }
}

export function nameOf({ rddId, partition }: CacheKey): string {
  return rddBlockName(rddId, partition)
}
