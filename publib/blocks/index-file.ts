import { crc32 } from 'node:zlib'

/*
 * Which bytes of a map output's data file belong to which reducer. Little endian:
 *   u32 mark   u32 version   u32 shuffle   u32 map partition   f64 task   u32 reducers (n)   u32 reserved
 *   (n + 1) × f64 offsets, rising   n × u32 CRC-32 of the bytes of each reducer   u32 CRC-32 of all before it
 */
export interface IndexFile {
  readonly shuffleId: number
  readonly mapPartition: number
  readonly taskId: number
  /** Reducer r has the bytes from `offsets[r]` up to `offsets[r + 1]`. */
  readonly offsets: Float64Array
  /** To tell a damaged disk from a damaged transfer; readers check each block on their own. */
  readonly checksums: Uint32Array
}

const MARK = 0x78695373
const VERSION = 1
const HEADER_BYTES = 32

export function encodeIndexFile(index: IndexFile): Uint8Array {
  const count = index.checksums.length
  const bytes = new Uint8Array(sizeOf(count))
  const view = new DataView(bytes.buffer)
  view.setUint32(0, MARK, true)
  view.setUint32(4, VERSION, true)
  view.setUint32(8, index.shuffleId, true)
  view.setUint32(12, index.mapPartition, true)
  view.setFloat64(16, index.taskId, true)
  view.setUint32(24, count, true)
  for (let i = 0; i <= count; i++) view.setFloat64(HEADER_BYTES + 8 * i, index.offsets[i]!, true)
  const sums = HEADER_BYTES + 8 * (count + 1)
  for (let i = 0; i < count; i++) view.setUint32(sums + 4 * i, index.checksums[i]!, true)
  view.setUint32(bytes.length - 4, crc32(bytes.subarray(0, bytes.length - 4)), true)
  return bytes
}

/** What an index file says; undefined where it is cut or damaged. Never throws. */
export function parseIndexFile(bytes: Uint8Array): IndexFile | undefined {
  if (bytes.length < sizeOf(0)) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const count = view.getUint32(24, true)
  if (view.getUint32(0, true) !== MARK || view.getUint32(4, true) !== VERSION) return undefined
  if (bytes.length !== sizeOf(count)) return undefined
  const sum = view.getUint32(bytes.length - 4, true)
  if (sum !== crc32(bytes.subarray(0, bytes.length - 4))) return undefined
  const sums = HEADER_BYTES + 8 * (count + 1)
  return {
    shuffleId: view.getUint32(8, true),
    mapPartition: view.getUint32(12, true),
    taskId: view.getFloat64(16, true),
    offsets: Float64Array.from({ length: count + 1 }, (_, i) =>
      view.getFloat64(HEADER_BYTES + 8 * i, true),
    ),
    checksums: Uint32Array.from({ length: count }, (_, i) => view.getUint32(sums + 4 * i, true)),
  }
}

/** Where the bytes of the reducers `start` up to `end` stand in the data file; undefined where there are no such reducers. */
export function rangeInData(
  index: IndexFile,
  start: number,
  end: number,
): { readonly offset: number; readonly length: number } | undefined {
  const count = index.checksums.length
  if (!Number.isInteger(start) || !Number.isInteger(end)) return undefined
  if (start < 0 || end < start || end > count) return undefined
  const offset = index.offsets[start]!
  return { offset, length: index.offsets[end]! - offset }
}

function sizeOf(count: number): number {
  return HEADER_BYTES + 8 * (count + 1) + 4 * count + 4
}
