import { Buffer } from 'node:buffer'
import type { Batch } from '#publib/columnar'
import type { SyncFiles } from '#publib/env'
import { blockSize, decodeBatch, HEADER_BYTES } from '#publib/serialization'
import type { TaskMetrics } from '#publib/task'
import { formatBytes } from '#publib/util'
import { type ByteSource, openSource } from '../byte-source.ts'
import { corruptFile } from '../errors.ts'
import type { FileRange, Split } from '../input-file.ts'
import { type Encoding, markSize } from '../line-ends.ts'

const FILE_BYTES_MAX = 1 << 30
const RECORDS_BYTES = 1 << 20

/** `[path, bytes]` of each file of a split, whole. @throws FILE_UNREADABLE, CORRUPT_FILE */
export function* readFiles(
  split: Split,
  files: SyncFiles,
  metrics: TaskMetrics,
): Generator<Batch<[string, Buffer]>> {
  for (const range of split.ranges) {
    const source = openSource(range, 0, files, metrics)
    try {
      const bytes = readAll(source, range)
      metrics.input.records++
      yield [[range.path, bytes]]
    } finally {
      source.close()
    }
  }
}

function readAll(source: ByteSource, range: FileRange): Buffer {
  const pieces: Buffer[] = []
  let size = 0
  for (;;) {
    const expected = range.codec === 'none' ? range.size + 1 - size : RECORDS_BYTES
    const piece = Buffer.allocUnsafeSlow(Math.max(4096, expected))
    const count = source.read(piece)
    if (count === 0) break
    size += count
    if (size > FILE_BYTES_MAX) {
      throw corruptFile(range.path, `it is larger than ${formatBytes(FILE_BYTES_MAX)}`, {
        hint: 'A file is one element: read large ones by lines or records.',
      })
    }
    pieces.push(piece.subarray(0, count))
  }
  return pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces, size)
}

/** A whole file as text, without its byte order mark; bytes that are no UTF-8 become U+FFFD. */
export function textOfFile(bytes: Uint8Array, encoding: Encoding): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return buffer.toString(encoding, markSize(buffer, encoding))
}

/** Records of equal length that begin in the ranges of a split. @throws CORRUPT_FILE where a file ends within a record */
export function* readFixedRecords(
  split: Split,
  recordBytes: number,
  files: SyncFiles,
  metrics: TaskMetrics,
): Generator<Batch<Buffer>> {
  for (const range of split.ranges) {
    const isWhole = range.codec !== 'none'
    const first = isWhole ? 0 : Math.ceil(range.start / recordBytes) * recordBytes
    const end = isWhole ? Number.POSITIVE_INFINITY : range.end
    if (first >= end) continue
    const source = openSource(range, first, files, metrics)
    try {
      const perBatch = Math.max(1, Math.min(4096, Math.floor(RECORDS_BYTES / recordBytes)))
      for (let position = first; position < end; ) {
        const wanted = Math.min(perBatch, Math.ceil((end - position) / recordBytes))
        const bytes = Buffer.allocUnsafeSlow(wanted * recordBytes)
        const size = fill(source, bytes)
        if (size % recordBytes !== 0) {
          throw corruptFile(
            range.path,
            `its record at byte ${position + size - (size % recordBytes)} has ${size % recordBytes} bytes, and records have ${recordBytes}`,
          )
        }
        if (size === 0) break
        const batch = Array.from({ length: size / recordBytes }, (_, i) =>
          bytes.subarray(i * recordBytes, (i + 1) * recordBytes),
        )
        metrics.input.records += batch.length
        yield batch
        position += size
      }
    } finally {
      source.close()
    }
  }
}

/** What `saveAsObjectFile` wrote: blocks, one after another. @throws CORRUPT_FILE */
export function* readObjects(
  split: Split,
  files: SyncFiles,
  metrics: TaskMetrics,
): Generator<Batch<unknown>> {
  for (const range of split.ranges) {
    const source = openSource(range, 0, files, metrics)
    try {
      const header = Buffer.allocUnsafeSlow(HEADER_BYTES)
      for (let position = 0; ; ) {
        const count = fill(source, header)
        if (count === 0) break
        const batch = decoding(range.path, position, () => readBlock(source, header, count))
        metrics.input.records += batch.records.length
        position += batch.size
        yield batch.records
      }
    } finally {
      source.close()
    }
  }
}

function readBlock(
  source: ByteSource,
  header: Buffer,
  count: number,
): { readonly records: unknown[]; readonly size: number } {
  if (count < HEADER_BYTES) throw new Error('it ends within a block')
  const size = blockSize(header)
  const block = Buffer.allocUnsafeSlow(size)
  header.copy(block)
  if (HEADER_BYTES + fill(source, block.subarray(HEADER_BYTES)) < size) {
    throw new Error('it ends within a block')
  }
  return { records: decodeBatch(block), size }
}

function decoding<T>(path: string, position: number, decode: () => T): T {
  try {
    return decode()
  } catch (cause) {
    throw corruptFile(path, `its block at byte ${position} is no block of an object file`, {
      cause,
      hint: 'Only what saveAsObjectFile wrote can be read.',
    })
  }
}

/** Reads until `into` is full, or the file ends. */
function fill(source: ByteSource, into: Uint8Array): number {
  let size = 0
  while (size < into.length) {
    const count = source.read(into.subarray(size))
    if (count === 0) break
    size += count
  }
  return size
}
