import {
  encodeIndexFile,
  type MapOutputId,
  mapOutputDataName,
  mapOutputIndexName,
} from '#publib/blocks'
import type { OpenFile, SyncFiles } from '#publib/env'
import { continueChecksum } from '#publib/serialization'
import { writeFailed } from '#publib/storage'
import { blockSalt } from './block-salt.ts'

const WRITE_BYTES = 256 * 1024
/** Larger pieces are written as they are. */
const COPIED_BYTES_MAX = 64 * 1024

/**
 * Writes the data file of a map output, partition by partition and block by block, then its index. Both get their names only when they are
 * complete, the index last, and never in the place of another file; on failure nothing stays.
 */
export function writeMapOutputFiles(
  files: SyncFiles,
  folder: string,
  id: MapOutputId,
  numPartitions: number,
  bytesOf: (partition: number) => Iterable<Uint8Array>,
): Float64Array {
  const dataPath = `${folder}/${mapOutputDataName(id)}`
  const indexPath = `${folder}/${mapOutputIndexName(id)}`
  const temporary = [`${dataPath}.tmp`, `${indexPath}.tmp`] as const
  const offsets = new Float64Array(numPartitions + 1)
  const checksums = new Uint32Array(numPartitions)
  try {
    writeFile(files, temporary[0], write => {
      for (let partition = 0; partition < numPartitions; partition++) {
        let end = offsets[partition]!
        for (const bytes of bytesOf(partition)) {
          write(bytes)
          end += bytes.length
          const salt = blockSalt(id, partition)
          checksums[partition] = continueChecksum(checksums[partition]!, bytes, salt)
        }
        offsets[partition + 1] = end
      }
    })
    const index = encodeIndexFile({ ...id, offsets, checksums })
    writeFile(files, temporary[1], write => write(index))
    files.renameNoReplace(temporary[0], dataPath)
    files.renameNoReplace(temporary[1], indexPath)
  } catch (error) {
    for (const path of temporary) removeIfThere(files, path)
    throw writeFailed(dataPath, error)
  }
  return offsets
}

/** Small pieces are written together. */
function writeFile(
  files: SyncFiles,
  path: string,
  content: (write: (bytes: Uint8Array) => void) => void,
): void {
  const file = files.open(path, 'w')
  try {
    const buffer = new Uint8Array(WRITE_BYTES)
    let filled = 0
    content(bytes => {
      if (filled + bytes.length > buffer.length) {
        flush(file, buffer, filled)
        filled = 0
      }
      if (bytes.length >= COPIED_BYTES_MAX) {
        flush(file, buffer, filled)
        filled = 0
        file.write(bytes)
      } else {
        buffer.set(bytes, filled)
        filled += bytes.length
      }
    })
    flush(file, buffer, filled)
  } finally {
    file.close()
  }
}

function flush(file: OpenFile, buffer: Uint8Array, filled: number): void {
  if (filled > 0) file.write(buffer.subarray(0, filled))
}

/** The error that is under way says more than one of cleaning up. */
function removeIfThere(files: SyncFiles, path: string): void {
  try {
    files.remove(path)
  } catch {
    // The folder goes with the application.
  }
}
