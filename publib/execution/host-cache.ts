import type { Files } from '#publib/env'
import type {
  CachedBlockUpdate,
  CacheKey,
  DiskPartitionFile,
  ExecutorToDriver,
  FromExecutorThread,
  RoomAnswer,
  RoomRequest,
} from '#publib/protocol'
import { DiskStore, MemoryStore } from '#publib/storage'
import type { ExecutorId, RddId } from '#publib/util'
import type { ExecutorHostOptions } from './executor-host-options.ts'
import type { ExecutorLink } from './executor-link.ts'

type Links = () => ReadonlyMap<ExecutorId, ExecutorLink>

type Told = FromExecutorThread & { readonly type: 'store' | 'storeOnDisk' | 'lostOnDisk' }

/** The cached partitions of a host, in memory and on disk, as its executors and its driver are told of them. */
export class HostCache {
  readonly #memory: MemoryStore
  readonly #disk = new DiskStore()
  readonly #files: Pick<Files, 'remove'>
  readonly #links: Links
  readonly #send: (message: ExecutorToDriver) => void
  #removing: Promise<void> = Promise.resolve()

  constructor(
    { cacheBudget, files }: Pick<ExecutorHostOptions, 'cacheBudget' | 'files'>,
    links: Links,
    send: (message: ExecutorToDriver) => void,
  ) {
    this.#memory = new MemoryStore(cacheBudget)
    this.#files = files
    this.#links = links
    this.#send = send
  }

  /** Resolves when no file is being deleted. */
  settled(): Promise<void> {
    return this.#removing
  }

  /** What an executor that starts must know. */
  tellAll(link: ExecutorLink): void {
    for (const { key, blocks } of this.#memory.partitions) {
      link.post({ type: 'cached', ...key, blocks })
    }
    for (const { key, path, bytes } of this.#disk.files) {
      link.post({ type: 'cachedOnDisk', ...key, path, bytes })
    }
  }

  touch(keys: readonly CacheKey[]): void {
    for (const key of keys) this.#memory.touch(key)
  }

  /** What an executor keeps, or found gone. */
  take(by: ExecutorId, message: Told): void {
    if (message.type === 'store') this.#put(by, message)
    else if (message.type === 'storeOnDisk') this.#putOnDisk(message)
    else this.#lose(message.key)
  }

  #put(by: ExecutorId, { key, blocks, bytes, mayGoToDisk }: Told & { type: 'store' }): void {
    if (!this.#memory.put({ key, blocks, bytes, mayGoToDisk })) return
    for (const [executorId, link] of this.#links()) {
      if (executorId !== by) link.post({ type: 'cached', ...key, blocks })
    }
    // Of nothing in it there is something all the same: that it is kept.
    this.#tellDriver([{ ...key, memoryBytes: Math.max(1, bytes), diskBytes: 0 }])
  }

  /** Takes in a partition that an executor wrote to disk; its memory, if it was there, is free from now on. */
  #putOnDisk({ key, path, bytes }: DiskPartitionFile): void {
    if (!this.#disk.put({ key, path, bytes })) {
      this.#remove([path])
      return
    }
    this.#memory.drop(key)
    for (const link of this.#links().values()) {
      link.post({ type: 'cachedOnDisk', ...key, path, bytes })
    }
    this.#tellDriver([{ ...key, memoryBytes: 0, diskBytes: Math.max(1, bytes) }])
  }

  /** The file of a partition cannot be read. */
  #lose(key: CacheKey): void {
    const file = this.#disk.drop(key)
    if (file === undefined) return
    this.#remove([file.path])
    this.#dropped([key])
  }

  makeRoom({ bytes, rddId, moved }: RoomRequest): RoomAnswer {
    for (const file of moved) {
      // It may have been dropped meanwhile: then nobody wants the file.
      if (this.#memory.has(file.key)) this.#putOnDisk(file)
      else this.#remove([file.path])
    }
    const { isGranted, toDisk, evicted } = this.#memory.makeRoom(bytes, rddId)
    this.#dropped(evicted)
    return { isGranted, toDisk: toDisk.map(({ key, blocks }) => ({ key, blocks })) }
  }

  unpersist(rddId: RddId): void {
    const files = this.#disk.unpersist(rddId)
    this.#remove(files.map(({ path }) => path))
    this.#dropped([...this.#memory.unpersist(rddId), ...files.map(({ key }) => key)])
  }

  #dropped(keys: readonly CacheKey[]): void {
    if (keys.length === 0) return
    for (const { rddId, partition } of keys) {
      for (const link of this.#links().values()) {
        link.post({ type: 'uncached', rddId, partitions: [partition] })
      }
    }
    this.#tellDriver(keys.map(key => ({ ...key, memoryBytes: 0, diskBytes: 0 })))
  }

  #tellDriver(blocks: readonly CachedBlockUpdate[]): void {
    this.#send({ type: 'cachedBlocks', blocks })
  }

  /** What cannot be deleted now goes with the application's folder. */
  #remove(paths: readonly string[]): void {
    if (paths.length === 0) return
    const removals = paths.map(path => this.#files.remove(path).catch(() => undefined))
    this.#removing = Promise.all([this.#removing, ...removals]).then(() => undefined)
  }
}
