import { crc32 } from 'node:zlib'
import { shiftCrc } from './crc-shift.ts'
import { corruptBlock } from './errors.ts'

/*
 * A block: 16 bytes of header, then its payload. Little endian.
 *   0 u16 mark   2 u8 version   3 u8 kind   4 u32 rows   8 u32 bytes of the payload   12 u32 CRC-32
 * The checksum covers the first 12 bytes and the payload, and begins with the block's identity (`salt`), so that a block
 * read in another's place is as damaged as one with a flipped bit.
 */
export const HEADER_BYTES = 16
const MARK = 0x4253
const VERSION = 1

export type BlockKind = 'columns' | 'value' | 'list'
const KINDS: readonly BlockKind[] = ['columns', 'value', 'list']

export interface BlockHeader {
  readonly kind: BlockKind
  readonly rows: number
  readonly payloadBytes: number
}

/** Fills in the header of a block that is complete but for it. */
export function sealBlock(block: Uint8Array, kind: BlockKind, rows: number, salt: number): void {
  const view = new DataView(block.buffer, block.byteOffset, block.byteLength)
  view.setUint16(0, MARK, true)
  view.setUint8(2, VERSION)
  view.setUint8(3, KINDS.indexOf(kind))
  view.setUint32(4, rows, true)
  view.setUint32(8, block.length - HEADER_BYTES, true)
  view.setUint32(12, checksum(block, salt), true)
}

/** The header of the block that begins at `position`; its checksum is not checked. @throws CORRUPT_BLOCK */
export function readHeader(bytes: Uint8Array, position = 0): BlockHeader {
  if (bytes.length - position < HEADER_BYTES) throw corruptBlock('it ends within its header')
  const view = new DataView(bytes.buffer, bytes.byteOffset + position, HEADER_BYTES)
  const kind = KINDS[view.getUint8(3)]
  if (view.getUint16(0, true) !== MARK || kind === undefined) {
    throw corruptBlock('it does not begin like a block')
  }
  if (view.getUint8(2) !== VERSION) {
    throw corruptBlock(`it is of version ${view.getUint8(2)}, and only ${VERSION} is known here`)
  }
  return { kind, rows: view.getUint32(4, true), payloadBytes: view.getUint32(8, true) }
}

/** The size of the block that begins at `position`, header included. */
export function blockSize(bytes: Uint8Array, position = 0): number {
  return HEADER_BYTES + readHeader(bytes, position).payloadBytes
}

/** The header of a whole block whose bytes are those that were written. @throws CORRUPT_BLOCK */
export function openBlock(block: Uint8Array, salt: number): BlockHeader {
  const header = readHeader(block)
  if (block.length !== HEADER_BYTES + header.payloadBytes) {
    throw corruptBlock(
      `it should have ${HEADER_BYTES + header.payloadBytes} bytes and has ${block.length}`,
    )
  }
  const view = new DataView(block.buffer, block.byteOffset, block.byteLength)
  if (view.getUint32(12, true) !== checksum(block, salt)) {
    throw corruptBlock('its checksum does not match')
  }
  return header
}

function checksum(block: Uint8Array, salt: number): number {
  return crc32(block.subarray(HEADER_BYTES), checksumOfHead(block, salt))
}

function checksumOfHead(block: Uint8Array, salt: number): number {
  return crc32(block.subarray(0, 12), salt)
}

/**
 * The CRC-32 of some bytes and, behind them, all bytes of a block: what the block says of its payload serves, so that it is not
 * looked at again.
 *
 * @param before the CRC-32 of the bytes before the block
 */
export function continueChecksum(before: number, block: Uint8Array, salt: number): number {
  const view = new DataView(block.buffer, block.byteOffset, HEADER_BYTES)
  const behindHeader = crc32(block.subarray(0, HEADER_BYTES), before)
  const difference = behindHeader ^ checksumOfHead(block, salt)
  return (view.getUint32(12, true) ^ shiftCrc(difference, block.length - HEADER_BYTES)) >>> 0
}
