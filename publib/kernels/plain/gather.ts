import type { Texts } from '../doors.ts'
import { startsOf } from './texts.ts'

/** Below it a loop over the bytes is faster than a call into the runtime. */
const LOOP_LENGTH_MAX = 24

export function gatherTexts(texts: Texts, order: Uint32Array): Texts {
  const { bytes } = texts
  const starts = startsOf(texts)
  const lengths = new Uint32Array(order.length)
  let size = 0
  for (let i = 0; i < order.length; i++) {
    const length = texts.lengths[order[i]!]!
    lengths[i] = length
    size += length
  }
  const packed = new Uint8Array(size)
  let end = 0
  for (let i = 0; i < order.length; i++) {
    const start = starts[order[i]!]!
    const length = lengths[i]!
    if (length > LOOP_LENGTH_MAX) packed.set(bytes.subarray(start, start + length), end)
    else for (let k = 0; k < length; k++) packed[end + k] = bytes[start + k]!
    end += length
  }
  return { bytes: packed, starts: undefined, lengths }
}
