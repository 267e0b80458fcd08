import { crc32 } from 'node:zlib'

/** `length u32 ‖ crc32 u32 ‖ sequence u64 ‖ payload`, little endian; the checksum covers sequence and payload. */
const HEADER = 16
/** No record is larger: what claims more is damage. */
const PAYLOAD_MAX = 64 * 1024 * 1024

export interface JournalEntry {
  readonly sequence: number
  readonly payload: Uint8Array
}

/** What is wrong with a journal, from `offset` on. */
export interface JournalDamage {
  /** `tornTail`: the last write did not finish, and was never acknowledged. `corrupt`: what was acknowledged has changed. */
  readonly kind: 'tornTail' | 'corrupt'
  readonly offset: number
}

export interface JournalScan {
  readonly entries: readonly JournalEntry[]
  /** Bytes up to the first damage. */
  readonly soundBytes: number
  readonly damage: JournalDamage | undefined
}

export function encodeEntry({ sequence, payload }: JournalEntry): Uint8Array {
  const bytes = Buffer.alloc(HEADER + payload.length)
  bytes.writeUInt32LE(payload.length, 0)
  bytes.writeBigUInt64LE(BigInt(sequence), 8)
  bytes.set(payload, HEADER)
  bytes.writeUInt32LE(crc32(bytes.subarray(8)), 4)
  return bytes
}

/** Reads a journal as far as it is sound; entries behind a damage are read too, for those who accept the loss. */
export function scanJournal(bytes: Uint8Array): JournalScan {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  const entries: JournalEntry[] = []
  let damage: JournalDamage | undefined
  let soundBytes = buffer.length
  let offset = 0
  while (offset < buffer.length) {
    const entry = entryAt(buffer, offset)
    if (entry !== undefined && entry.sequence > (entries.at(-1)?.sequence ?? -1)) {
      entries.push(entry)
      offset += HEADER + entry.payload.length
      continue
    }
    const next = nextEntry(buffer, offset + 1, entries.at(-1)?.sequence ?? -1)
    if (damage === undefined) {
      const isTorn = next === undefined && isUnfinished(buffer, offset)
      damage = { kind: isTorn ? 'tornTail' : 'corrupt', offset }
      soundBytes = offset
    }
    if (next === undefined) break
    offset = next
  }
  return { entries, soundBytes, damage }
}

function entryAt(buffer: Buffer, offset: number): JournalEntry | undefined {
  if (offset + HEADER > buffer.length) return undefined
  const length = buffer.readUInt32LE(offset)
  const end = offset + HEADER + length
  if (length > PAYLOAD_MAX || end > buffer.length) return undefined
  if (crc32(buffer.subarray(offset + 8, end)) !== buffer.readUInt32LE(offset + 4)) return undefined
  const sequence = Number(buffer.readBigUInt64LE(offset + 8))
  return { sequence, payload: buffer.subarray(offset + HEADER, end) }
}

/** Where a sound entry begins again. Cheap, because few places look like a header of the next entries. */
function nextEntry(buffer: Buffer, from: number, lastSequence: number): number | undefined {
  for (let offset = from; offset + HEADER <= buffer.length; offset++) {
    const sequence = buffer.readBigUInt64LE(offset + 8)
    if (sequence <= lastSequence || sequence > lastSequence + SEQUENCE_GAP_MAX) continue
    if (entryAt(buffer, offset) !== undefined) return offset
  }
  return undefined
}

/** Entries that one damage can have swallowed. */
const SEQUENCE_GAP_MAX = 1_000_000

/** The write was cut off: bytes are missing, or the file grew and what belongs there never came (zeros). */
function isUnfinished(buffer: Buffer, offset: number): boolean {
  if (offset + HEADER > buffer.length) return true
  // All bytes of a record are here and sound, only its length claims more: that was no cut.
  const rest = buffer.subarray(offset + 8)
  if (crc32(rest) === buffer.readUInt32LE(offset + 4)) return false
  const length = buffer.readUInt32LE(offset)
  if (length <= PAYLOAD_MAX && offset + HEADER + length > buffer.length) return true
  return buffer.at(-1) === 0
}
