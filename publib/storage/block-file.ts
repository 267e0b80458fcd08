import { crc32 } from 'node:zlib'
import type { OpenFile, SyncFiles } from '#publib/env'
import { cachedFileDamaged, writeFailed } from './errors.ts'

/*
 * Cached blocks on disk, as they lie in memory, one behind another:
 *   0 u32 bytes of the block   4 u32 CRC-32 of it, begun with its number   8 the block
 * Like the blocks themselves such a file never leaves the process that made it.
 */
const HEADER_BYTES = 8

/** Writes blocks to a file of its own. */
export class BlockFileWriter {
  readonly path: string
  /** What the blocks take so far. */
  bytes = 0
  #blockCount = 0
  readonly #files: SyncFiles
  #file: OpenFile | undefined

  /** @throws DISK_FULL, and what else the file system refuses */
  constructor(files: SyncFiles, path: string) {
    this.#files = files
    this.path = path
    try {
      this.#file = files.open(path, 'wx')
    } catch (error) {
      throw writeFailed(path, error)
    }
  }

  /** @throws DISK_FULL, and what else the file system refuses */
  add(block: Uint8Array): void {
    const header = new Uint8Array(HEADER_BYTES)
    const view = new DataView(header.buffer)
    view.setUint32(0, block.length, true)
    view.setUint32(4, crc32(block, this.#blockCount), true)
    try {
      this.#file?.write(header)
      this.#file?.write(block)
    } catch (error) {
      throw writeFailed(this.path, error)
    }
    this.bytes += HEADER_BYTES + block.length
    this.#blockCount += 1
  }

  /** The file stays, under its last name. @throws what the file system refuses */
  finish(path: string): void {
    this.#files.renameNoReplace(this.path, path)
    this.#closeFile()
  }

  /** Removes the file unless it is finished. */
  close(): void {
    if (this.#file === undefined) return
    this.#closeFile()
    this.#files.remove(this.path)
  }

  #closeFile(): void {
    this.#file?.close()
    this.#file = undefined
  }
}

/**
 * The blocks in the first `bytes` of a file, each in memory of its own. The file is opened when this is called.
 *
 * @throws what the file system refuses, at once; CORRUPT_BLOCK while it is read
 */
export function readBlocks(files: SyncFiles, path: string, bytes: number): Generator<Uint8Array> {
  return blocksOf(files.open(path, 'r'), path, bytes)
}

function* blocksOf(file: OpenFile, path: string, bytes: number): Generator<Uint8Array> {
  try {
    if (file.size < bytes) throw cachedFileDamaged(path, 'it is cut off')
    let position = 0
    for (let number = 0; position < bytes; number++) {
      const header = new Uint8Array(HEADER_BYTES)
      readFully(file, header, position)
      const view = new DataView(header.buffer)
      const size = view.getUint32(0, true)
      if (position + HEADER_BYTES + size > bytes) {
        throw cachedFileDamaged(path, `block ${number} does not end in it`)
      }
      const block = new Uint8Array(size)
      readFully(file, block, position + HEADER_BYTES)
      if (crc32(block, number) !== view.getUint32(4, true)) {
        throw cachedFileDamaged(path, `the checksum of block ${number} does not match`)
      }
      position += HEADER_BYTES + size
      yield block
    }
  } finally {
    file.close()
  }
}

function readFully(file: OpenFile, into: Uint8Array, position: number): void {
  let done = 0
  while (done < into.length) {
    const count = file.read(into.subarray(done), position + done)
    if (count === 0) break
    done += count
  }
}
