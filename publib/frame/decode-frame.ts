import { crc32 } from 'node:zlib'
import {
  ALIGNMENT,
  aligned,
  CHECKSUM_OFFSET,
  FLAGS_BEAT,
  FLAGS_MESSAGE,
  FORMAT_VERSION,
  LENGTH_SIZE,
  MAGIC,
  PREFIX_SIZE,
} from './layout.ts'
import { parseJson } from './parse-json.ts'

/** What a receiver lets a frame cost. */
export interface FrameLimits {
  readonly headerBytesMax: number
  readonly headerDepthMax: number
  readonly payloadCountMax: number
}

export const FRAME_LIMITS: FrameLimits = {
  headerBytesMax: 8 * 1024 * 1024,
  headerDepthMax: 64,
  payloadCountMax: 4096,
}

/** A frame that was read. `isBeat`: it holds nothing. */
export interface Frame {
  readonly ok: true
  readonly isBeat: boolean
  readonly header: unknown
  /** Each at an address that is a multiple of 8. */
  readonly payloads: readonly Uint8Array[]
}
export interface BadFrame {
  readonly ok: false
  readonly reason: string
}

/**
 * Reads exactly one frame. Total: it never throws, and allocates nothing before lengths and checksum are right.
 *
 * Payloads are views into `bytes` where that lies at a multiple of 8, and share its memory: what is kept for long
 * should be copied, or it keeps the whole message alive. Elsewhere the frame is copied once.
 */
export function decodeFrame(
  bytes: Uint8Array,
  limits: FrameLimits = FRAME_LIMITS,
): Frame | BadFrame {
  const frames = decodeFrames(bytes, limits)
  if (!frames.ok) return frames
  const [frame] = frames.frames
  return frames.frames.length === 1 && frame !== undefined
    ? frame
    : bad(`${frames.frames.length} frames where one belongs`)
}

/** Reads all frames of a message, or says what is wrong with the first bad one. */
export function decodeFrames(
  bytes: Uint8Array,
  limits: FrameLimits = FRAME_LIMITS,
): { readonly ok: true; readonly frames: readonly Frame[] } | BadFrame {
  if (bytes.length === 0) return bad('an empty message')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const frames: Frame[] = []
  let offset = 0
  while (offset < bytes.length) {
    const extent = measure(view, offset, limits)
    if (!extent.ok) return extent
    const frame = read(bytes.subarray(offset, extent.end), view.getUint8(offset + 5), limits)
    if (!frame.ok) return frame
    frames.push(frame)
    offset = extent.end
  }
  return { ok: true, frames }
}

/** Where the frame ends by its own account, if that is inside the message and within the limits. */
function measure(
  view: DataView,
  start: number,
  limits: FrameLimits,
): { ok: true; end: number } | BadFrame {
  const room = view.byteLength - start
  if (room < PREFIX_SIZE) return bad(`${room} bytes are too few for a frame`)
  if (view.getUint32(start, true) !== MAGIC) return bad('no frame begins here')
  const version = view.getUint8(start + 4)
  if (version !== FORMAT_VERSION) return bad(`frame format ${version} is not known`)
  const payloadCount = view.getUint16(start + 6, true)
  if (payloadCount > limits.payloadCountMax) return bad(`${payloadCount} payloads are too many`)
  const headerSize = view.getUint32(start + 8, true)
  if (headerSize > limits.headerBytesMax) return bad(`a header of ${headerSize} bytes is too long`)
  let size = aligned(PREFIX_SIZE + payloadCount * LENGTH_SIZE + headerSize)
  if (size > room) return bad('the frame is longer than the message')
  for (let index = 0; index < payloadCount; index++) {
    size += aligned(view.getUint32(start + PREFIX_SIZE + index * LENGTH_SIZE, true))
  }
  return size > room ? bad('the frame is longer than the message') : { ok: true, end: start + size }
}

function read(bytes: Uint8Array, flags: number, limits: FrameLimits): Frame | BadFrame {
  const frame = bytes.byteOffset % ALIGNMENT === 0 ? bytes : new Uint8Array(bytes)
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength)
  const sum = crc32(frame.subarray(PREFIX_SIZE), crc32(frame.subarray(0, CHECKSUM_OFFSET)))
  if (sum !== view.getUint32(CHECKSUM_OFFSET, true)) return bad('the checksum does not match')
  const payloadCount = view.getUint16(6, true)
  const headerOffset = PREFIX_SIZE + payloadCount * LENGTH_SIZE
  const headerEnd = headerOffset + view.getUint32(8, true)
  if (flags === FLAGS_BEAT) {
    const isEmpty = payloadCount === 0 && headerEnd === headerOffset
    return isEmpty ? BEAT : bad('a beat that carries something')
  }
  if (flags !== FLAGS_MESSAGE) return bad(`frame kind ${flags} is not known`)
  const header = parseJson(frame.subarray(headerOffset, headerEnd), limits.headerDepthMax)
  if (!header.ok) return header
  const payloads = slice(frame, view, payloadCount, aligned(headerEnd))
  return { ok: true, isBeat: false, header: header.value, payloads }
}

const BEAT: Frame = { ok: true, isBeat: true, header: undefined, payloads: [] }

function slice(frame: Uint8Array, view: DataView, count: number, start: number): Uint8Array[] {
  let offset = start
  return Array.from({ length: count }, (_, index) => {
    const size = view.getUint32(PREFIX_SIZE + index * LENGTH_SIZE, true)
    const payload = new Uint8Array(frame.buffer, frame.byteOffset + offset, size)
    offset += aligned(size)
    return payload
  })
}

function bad(reason: string): BadFrame {
  return { ok: false, reason }
}
