import type { Lineage } from '#publib/lineage'
import type { HostId, RddId } from '#publib/util'

/** Which hosts hold which cached partitions. */
export class CacheTracker {
  /** By RDD, partition and host: bytes in memory and on disk. */
  readonly #blocks = new Map<RddId, Map<number, Map<HostId, number>>>()

  update(hostId: HostId, rddId: RddId, partition: number, bytes: number): void {
    if (bytes > 0) {
      getOrMake(getOrMake(this.#blocks, rddId), partition).set(hostId, bytes)
      return
    }
    const partitions = this.#blocks.get(rddId)
    const hosts = partitions?.get(partition)
    if (partitions === undefined || hosts === undefined) return
    hosts.delete(hostId)
    if (hosts.size === 0) partitions.delete(partition)
    if (partitions.size === 0) this.#blocks.delete(rddId)
  }

  dropHost(hostId: HostId): void {
    for (const [rddId, partitions] of [...this.#blocks]) {
      for (const partition of [...partitions.keys()]) this.update(hostId, rddId, partition, 0)
    }
  }

  dropRdd(rddId: RddId): void {
    this.#blocks.delete(rddId)
  }

  hostsOf(rddId: RddId, partition: number): readonly HostId[] {
    return [...(this.#blocks.get(rddId)?.get(partition)?.keys() ?? [])]
  }

  hasAnyOf(rddId: RddId): boolean {
    return this.#blocks.has(rddId)
  }

  /** Whether the RDD can be read from the cache alone. */
  isComplete(lineage: Lineage<unknown>): boolean {
    return lineage.about.isCached && this.#blocks.get(lineage.id)?.size === lineage.numPartitions
  }

  /** Whether a host holds any: giving it back would cost a computation. */
  isUsed(hostId: HostId): boolean {
    for (const partitions of this.#blocks.values()) {
      for (const hosts of partitions.values()) if (hosts.has(hostId)) return true
    }
    return false
  }
}

function getOrMake<K, L, V>(map: Map<K, Map<L, V>>, key: K): Map<L, V> {
  let inner = map.get(key)
  if (inner === undefined) {
    inner = new Map()
    map.set(key, inner)
  }
  return inner
}
