import type { Texts } from '../doors.ts'
import { gatherTexts } from '../plain/gather.ts'
import type { WasmMemory } from './memory.ts'

/** Texts in the memory of kernels: addresses. `starts` is 0 where they stand one behind the other. */
export interface PlacedTexts {
  /** What `starts` count from; it may lie outside of the memory where only a part of the bytes is in it. */
  readonly bytes: number
  readonly starts: number
  readonly lengths: number
  readonly rows: number
}

/** So few bytes are copied whole, whichever of them are used. */
const WHOLE_BYTES_MAX = 1 << 18

/** Puts texts into memory, for the time of a call; undefined where that would be too much. What is there already stays in its place. */
export function placeTexts(memory: WasmMemory, texts: Texts): PlacedTexts | undefined {
  const { starts, lengths } = texts
  const bytes = placeBytes(memory, texts)
  if (bytes === undefined) return undefined
  const rows = lengths.length
  return {
    bytes,
    starts: starts === undefined || rows === 0 ? 0 : memory.put(starts),
    lengths: memory.put(lengths),
    rows,
  }
}

function placeBytes(memory: WasmMemory, { bytes, starts, lengths }: Texts): number | undefined {
  if (memory.holds(bytes)) return bytes.byteOffset
  if (bytes.length <= WHOLE_BYTES_MAX) return memory.put(bytes)
  const { partBytesMax } = memory
  if (starts === undefined) return bytes.length > partBytesMax ? undefined : memory.put(bytes)
  const { start, end } = spanOf(starts, lengths)
  if (end - start > partBytesMax) return undefined
  return memory.put(bytes.subarray(start, end)) - start
}

/** The part of the bytes in which all rows lie. */
function spanOf(starts: Uint32Array, lengths: Uint32Array): { start: number; end: number } {
  let start = Number.MAX_SAFE_INTEGER
  let end = 0
  for (let i = 0; i < lengths.length; i++) {
    const from = starts[i]!
    const to = from + lengths[i]!
    if (from < start) start = from
    if (to > end) end = to
  }
  return { start: Math.min(start, end), end }
}

/** Texts that are too many to be placed at once, some rows at a time; one row alone may still be too large. */
export function* inParts(texts: Texts, rows: number): Generator<Texts> {
  const order = Uint32Array.from(texts.lengths.keys())
  for (let first = 0; first < order.length; first += rows) {
    yield gatherTexts(texts, order.subarray(first, first + rows))
  }
}
