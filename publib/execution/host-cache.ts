import type { CachedBlockUpdate, CacheKey, FromExecutorThread } from '#publib/protocol'
import { type CacheBudget, MemoryStore } from '#publib/storage'
import type { ExecutorId, RddId } from '#publib/util'
import type { ExecutorLink } from './executor-link.ts'

type Links = () => ReadonlyMap<ExecutorId, ExecutorLink>
type Tell = (blocks: readonly CachedBlockUpdate[]) => void

/** The cached partitions of a host, as its executors and its driver are told of them. */
export class HostCache {
  readonly #store: MemoryStore
  readonly #links: Links
  readonly #tellDriver: Tell

  constructor(budget: CacheBudget, links: Links, tellDriver: Tell) {
    this.#store = new MemoryStore(budget)
    this.#links = links
    this.#tellDriver = tellDriver
  }

  /** What an executor that starts must know. */
  tellAll(link: ExecutorLink): void {
    for (const { key, blocks } of this.#store.partitions) {
      link.post({ type: 'cached', ...key, blocks })
    }
  }

  touch(keys: readonly CacheKey[]): void {
    for (const key of keys) this.#store.touch(key)
  }

  put(by: ExecutorId, { key, blocks, bytes }: FromExecutorThread & { type: 'store' }): void {
    if (!this.#store.put({ key, blocks, bytes })) return
    for (const [executorId, link] of this.#links()) {
      if (executorId !== by) link.post({ type: 'cached', ...key, blocks })
    }
    this.#tellDriver([{ ...key, memoryBytes: bytes }])
  }

  makeRoom(bytes: number, rddId: RddId): boolean {
    const { isGranted, evicted } = this.#store.makeRoom(bytes, rddId)
    this.#dropped(evicted)
    return isGranted
  }

  unpersist(rddId: RddId): void {
    this.#dropped(this.#store.unpersist(rddId))
  }

  #dropped(keys: readonly CacheKey[]): void {
    if (keys.length === 0) return
    for (const { rddId, partition } of keys) {
      for (const link of this.#links().values()) {
        link.post({ type: 'uncached', rddId, partitions: [partition] })
      }
    }
    this.#tellDriver(keys.map(key => ({ ...key, memoryBytes: 0 })))
  }
}
