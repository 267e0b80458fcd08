/**
 * One frame, little-endian, a multiple of 8 bytes long:
 *
 *   0  u32  magic
 *   4  u8   format version
 *   5  u8   flags: which kind of frame it is
 *   6  u16  number of payloads
 *   8  u32  bytes of the header
 *  12  u32  CRC-32 of everything before and after these four bytes
 *  16  u32  bytes of each payload
 *   …  the header, UTF-8 JSON, at once behind it
 *   …  each payload, at the next multiple of 8
 *
 * Padding is zero and counted in the checksum. Frames follow each other without anything between them, so that
 * several fit into one message.
 */
export const MAGIC = 0x5053_4d53
export const FORMAT_VERSION = 1
export const PREFIX_SIZE = 16
export const CHECKSUM_OFFSET = 12
export const LENGTH_SIZE = 4
export const ALIGNMENT = 8
export const PAYLOAD_COUNT_MAX = 0xffff
export const PART_BYTES_MAX = 0xffff_ffff

/** A message of the application. */
export const FLAGS_MESSAGE = 0
/** "I am here": no header, no payload. */
export const FLAGS_BEAT = 1

export function aligned(size: number): number {
  return Math.ceil(size / ALIGNMENT) * ALIGNMENT
}
