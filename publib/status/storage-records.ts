import type { RDDStorageInfo } from './info.ts'

/** Which process holds which cached partition, and how many bytes of it. */
export class StorageRecords {
  /** By RDD, then by `partition/host`. */
  readonly #rdds = new Map<number, Map<string, Block>>()

  update(rddId: number, partition: number, hostId: string, memoryBytes: number): void {
    const blocks = this.#rdds.get(rddId) ?? new Map<string, Block>()
    const key = `${partition}/${hostId}`
    if (memoryBytes > 0) blocks.set(key, { partition, hostId, memoryBytes })
    else blocks.delete(key)
    if (blocks.size > 0) this.#rdds.set(rddId, blocks)
    else this.#rdds.delete(rddId)
  }

  dropRdd(rddId: number): void {
    this.#rdds.delete(rddId)
  }

  dropHost(hostId: string): void {
    for (const [rddId, blocks] of [...this.#rdds]) {
      for (const block of [...blocks.values()]) {
        if (block.hostId === hostId) this.update(rddId, block.partition, hostId, 0)
      }
    }
  }

  bytesOf(hostId: string): number {
    let bytes = 0
    for (const blocks of this.#rdds.values()) {
      for (const block of blocks.values()) if (block.hostId === hostId) bytes += block.memoryBytes
    }
    return bytes
  }

  infos(): readonly RDDStorageInfo[] {
    return [...this.#rdds].map(([id, blocks]) => {
      const all = [...blocks.values()]
      const numCachedPartitions = new Set(all.map(({ partition }) => partition)).size
      const memoryBytes = all.reduce((sum, block) => sum + block.memoryBytes, 0)
      return { id, numCachedPartitions, memoryBytes }
    })
  }
}

interface Block {
  readonly partition: number
  readonly hostId: string
  readonly memoryBytes: number
}
