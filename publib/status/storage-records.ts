import type { CachedBytes } from './info.ts'

/** Which process holds which cached partition, and how many bytes of it. */
export class StorageRecords {
  /** By RDD, then by `partition/host`. */
  readonly #rdds = new Map<number, Map<string, Block>>()

  update(rddId: number, partition: number, hostId: string, held: Held): void {
    const blocks = this.#rdds.get(rddId) ?? new Map<string, Block>()
    const key = `${partition}/${hostId}`
    const { memoryBytes, diskBytes } = held
    if (memoryBytes + diskBytes > 0) blocks.set(key, { partition, hostId, memoryBytes, diskBytes })
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
        if (block.hostId === hostId) this.update(rddId, block.partition, hostId, NOTHING)
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

  infos(): readonly CachedBytes[] {
    return [...this.#rdds].map(([id, blocks]) => {
      const all = [...blocks.values()]
      const numCachedPartitions = new Set(all.map(({ partition }) => partition)).size
      const memoryBytes = all.reduce((sum, block) => sum + block.memoryBytes, 0)
      const diskBytes = all.reduce((sum, block) => sum + block.diskBytes, 0)
      return { id, numCachedPartitions, memoryBytes, diskBytes }
    })
  }
}

/** Bytes of a cached partition; none at all: it is gone. */
export interface Held {
  readonly memoryBytes: number
  readonly diskBytes: number
}
const NOTHING: Held = { memoryBytes: 0, diskBytes: 0 }

interface Block extends Held {
  readonly partition: number
  readonly hostId: string
}
