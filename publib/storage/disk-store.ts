import type { CacheKey, DiskPartitionFile } from '#publib/protocol'
import type { RddId } from '#publib/util'
import { nameOf } from './memory-store.ts'

/** Which cached partitions of a host lie in which files. Executors write them, and read them; who deletes them is told which. */
export class DiskStore {
  readonly #files = new Map<string, DiskPartitionFile>()

  has(key: CacheKey): boolean {
    return this.#files.has(nameOf(key))
  }

  /** False where there is another one already: the new one is of no use. */
  put(file: DiskPartitionFile): boolean {
    if (this.has(file.key)) return false
    this.#files.set(nameOf(file.key), file)
    return true
  }

  drop(key: CacheKey): DiskPartitionFile | undefined {
    const file = this.#files.get(nameOf(key))
    this.#files.delete(nameOf(key))
    return file
  }

  unpersist(rddId: RddId): readonly DiskPartitionFile[] {
    const dropped = [...this.#files.values()].filter(({ key }) => key.rddId === rddId)
    for (const { key } of dropped) this.#files.delete(nameOf(key))
    return dropped
  }

  /** What a new executor must be told. */
  get files(): Iterable<DiskPartitionFile> {
    return this.#files.values()
  }
}
