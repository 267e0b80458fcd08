import type { CacheKey, DiskPartitionFile } from '#publib/protocol'
import { BlockFileWriter, nameOf } from '#publib/storage'
import type { Surroundings } from './surroundings.ts'

/**
 * A cached partition on its way to disk, in the spill folder. Its first name begins with the task, so that it goes with what
 * the task leaves behind if it does not end well; its last one does not.
 */
export class DiskPartition {
  readonly #writer: BlockFileWriter
  readonly #key: CacheKey
  readonly #path: string

  /** @throws what the file system refuses */
  constructor({ files, spillFolder, control }: Surroundings, key: CacheKey) {
    const { taskId } = control.progress
    this.#key = key
    this.#path = `${spillFolder}/${nameOf(key)}_${taskId}.cache`
    this.#writer = new BlockFileWriter(files, `${spillFolder}/${taskId}-${nameOf(key)}.cache`)
  }

  /** @throws DISK_FULL, and what else the file system refuses */
  add(block: Uint8Array): void {
    this.#writer.add(block)
  }

  /** It is whole, and stays. @throws what the file system refuses */
  settle(): DiskPartitionFile {
    this.#writer.finish(this.#path)
    return { key: this.#key, path: this.#path, bytes: this.#writer.bytes }
  }

  /** Removes what is not whole. */
  close(): void {
    this.#writer.close()
  }
}

/** A partition that must give way in memory, in a file; undefined where the disk does not take it. */
export function moveToDisk(
  surroundings: Surroundings,
  key: CacheKey,
  blocks: readonly Uint8Array[],
): DiskPartitionFile | undefined {
  let partition: DiskPartition | undefined
  try {
    partition = new DiskPartition(surroundings, key)
    for (const block of blocks) partition.add(block)
    return partition.settle()
  } catch {
    // Then it stays in memory, and who asked for its room goes without.
    return undefined
  } finally {
    partition?.close()
  }
}
