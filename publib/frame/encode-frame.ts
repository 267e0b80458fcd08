import { crc32 } from 'node:zlib'
import { assert } from '#publib/util'
import {
  aligned,
  CHECKSUM_OFFSET,
  FLAGS_BEAT,
  FLAGS_MESSAGE,
  FORMAT_VERSION,
  LENGTH_SIZE,
  MAGIC,
  PART_BYTES_MAX,
  PAYLOAD_COUNT_MAX,
  PREFIX_SIZE,
} from './layout.ts'

const ZEROS = new Uint8Array(8)

/**
 * A frame as parts to be written in order. The payloads are among them as they are, not copied: whoever sends them
 * must not change them before they are gone.
 */
export function encodeFrame(header: unknown, payloads: readonly Uint8Array[] = []): Uint8Array[] {
  return encode(FLAGS_MESSAGE, JSON.stringify(header), payloads)
}

/** The frame that says no more than that its sender is alive. */
export function encodeBeat(): Uint8Array[] {
  return encode(FLAGS_BEAT, '', [])
}

function encode(flags: number, header: string, payloads: readonly Uint8Array[]): Uint8Array[] {
  assert(payloads.length <= PAYLOAD_COUNT_MAX, `a frame of ${payloads.length} payloads`)
  const headerSize = Buffer.byteLength(header)
  const headerOffset = PREFIX_SIZE + payloads.length * LENGTH_SIZE
  const first = Buffer.alloc(aligned(headerOffset + headerSize))
  first.writeUInt32LE(MAGIC, 0)
  first.writeUInt8(FORMAT_VERSION, 4)
  first.writeUInt8(flags, 5)
  first.writeUInt16LE(payloads.length, 6)
  first.writeUInt32LE(headerSize, 8)
  payloads.forEach((payload, index) => {
    assert(payload.length <= PART_BYTES_MAX, `a payload of ${payload.length} bytes`)
    first.writeUInt32LE(payload.length, PREFIX_SIZE + index * LENGTH_SIZE)
  })
  first.write(header, headerOffset, 'utf8')
  const parts = [first, ...payloads.flatMap(padded)]
  first.writeUInt32LE(checksum(parts), CHECKSUM_OFFSET)
  return parts
}

function padded(payload: Uint8Array): Uint8Array[] {
  const padding = aligned(payload.length) - payload.length
  return padding === 0 ? [payload] : [payload, ZEROS.subarray(0, padding)]
}

function checksum(parts: readonly Uint8Array[]): number {
  let sum = 0
  parts.forEach((part, index) => {
    sum =
      index === 0
        ? crc32(part.subarray(PREFIX_SIZE), crc32(part.subarray(0, CHECKSUM_OFFSET)))
        : crc32(part, sum)
  })
  return sum
}
