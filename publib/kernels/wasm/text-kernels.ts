import type { TextKernels, Texts, TextTest, Tokens } from '../doors.ts'
import { plainKernels } from '../plain/plain-kernels.ts'
import type { Instance } from './instance.ts'
import type { WasmMemory } from './memory.ts'
import { type PlacedTexts, placeTexts } from './placed-texts.ts'

interface Exports {
  countLineEnds(bytes: number, size: number): number
  splitLines(...numbers: number[]): number
  countTokens(bytes: number, starts: number, lengths: number, rows: number, first: number): number
  splitTokens(...numbers: number[]): number
  countWords(bytes: number, starts: number, lengths: number, rows: number): number
  splitWords(...numbers: number[]): number
  hashTexts(bytes: number, starts: number, lengths: number, rows: number, hashes: number): void
  gatherLengths(lengths: number, order: number, count: number, out: number): number
  gatherBytes(...numbers: number[]): void
  sumLengths(lengths: number, rows: number): number
  startsOfPacked(lengths: number, rows: number, starts: number): void
  unitLengths(bytes: number, starts: number, lengths: number, rows: number, units: number): void
  testTexts(...numbers: number[]): void
  changeCase(bytes: number, size: number, first: number, to: number): void
}

const TESTS: Readonly<Record<TextTest, number>> = {
  equals: 0,
  startsWith: 1,
  endsWith: 2,
  includes: 3,
}

/** A call of the engine runs on code that is not yet optimised until it ends: long texts are cut. */
const LINE_BYTES = 1 << 18
/** In so few bytes each may end a line, or a part of one: they are not counted first. What is not used of the room is not touched. */
const UNCOUNTED_BYTES_MAX = 1 << 19

export function textKernels({ memory, exports }: Instance): TextKernels {
  const module = exports as Exports
  return {
    // These are vectors already, in the engine.
    isAscii: plainKernels.isAscii,
    isUtf8: plainKernels.isUtf8,
    splitLines: bytes =>
      memory.callIfRoom(() => splitLines(memory, module, bytes)) ?? plainKernels.splitLines(bytes),
    splitEach: (texts, separator) =>
      memory.callIfRoom(() => splitEach(memory, module, texts, separator)) ??
      plainKernels.splitEach(texts, separator),
    splitSpaces: texts =>
      memory.callIfRoom(() => splitSpaces(memory, module, texts)) ??
      plainKernels.splitSpaces(texts),
    hashTexts: texts =>
      memory.callIfRoom(() => {
        const placed = placeTexts(memory, texts)
        if (placed === undefined) return undefined
        const hashes = memory.scratch(placed.rows * 4)
        module.hashTexts(placed.bytes, placed.starts, placed.lengths, placed.rows, hashes)
        return memory.i32Result(hashes, placed.rows)
      }) ?? plainKernels.hashTexts(texts),
    gatherTexts: (texts, order) =>
      memory.callIfRoom(() => gatherTexts(memory, module, texts, order)) ??
      plainKernels.gatherTexts(texts, order),
    unitLengths: texts =>
      memory.callIfRoom(() => {
        const placed = placeTexts(memory, texts)
        if (placed === undefined) return undefined
        const units = memory.scratch(placed.rows * 4)
        module.unitLengths(placed.bytes, placed.starts, placed.lengths, placed.rows, units)
        return memory.u32Result(units, placed.rows)
      }) ?? plainKernels.unitLengths(texts),
    testTexts: (texts, test, part) =>
      memory.callIfRoom(() => testTexts(memory, module, texts, test, part)) ??
      plainKernels.testTexts(texts, test, part),
    caseTexts(texts, to) {
      if (!plainKernels.isAscii(texts.bytes)) return undefined
      return (
        memory.callIfRoom(() => caseTexts(memory, module, texts, to)) ??
        plainKernels.caseTexts(texts, to)
      )
    },
  }
}

function splitLines(memory: WasmMemory, module: Exports, bytes: Uint8Array): Texts | undefined {
  if (bytes.length > memory.partBytesMax) return undefined
  const size = bytes.length
  const at = memory.put(bytes)
  const room = (size > UNCOUNTED_BYTES_MAX ? module.countLineEnds(at, size) : size) + 1
  const starts = memory.scratch(room * 4)
  const lengths = memory.scratch(room * 4)
  let count = 0
  let line = 0
  for (let first = 0; first < size; first += LINE_BYTES) {
    const last = Math.min(size, first + LINE_BYTES)
    const found = [starts + count * 4, lengths + count * 4] as const
    count += module.splitLines(at, size, first, last, line, ...found)
    if (count > 0) line = behindLine(memory, at, starts, lengths, count - 1)
  }
  if (line < size) {
    memory.u32[(starts >> 2) + count] = line
    memory.u32[(lengths >> 2) + count++] = size - line
  }
  const texts = {
    starts: memory.u32Result(starts, count),
    lengths: memory.u32Result(lengths, count),
  }
  return { bytes, ...texts }
}

/** Where the text goes on behind a line that has an end. */
function behindLine(
  memory: WasmMemory,
  bytes: number,
  starts: number,
  lengths: number,
  index: number,
): number {
  const end = memory.u32[(starts >> 2) + index]! + memory.u32[(lengths >> 2) + index]!
  const isReturnFeed = memory.bytes[bytes + end] === 13 && memory.bytes[bytes + end + 1] === 10
  return end + (isReturnFeed ? 2 : 1)
}

function splitEach(
  memory: WasmMemory,
  module: Exports,
  texts: Texts,
  separator: Uint8Array,
): Tokens | undefined {
  const placed = placeWithStarts(memory, module, texts)
  if (placed === undefined) return undefined
  const { bytes, starts, lengths, rows } = placed
  const room =
    roomFor(module, lengths, rows) ??
    module.countTokens(bytes, starts, lengths, rows, separator[0]!)
  const at = memory.put(separator)
  return tokensOf(memory, texts, rows, room, (...out) =>
    module.splitTokens(bytes, starts, lengths, rows, at, separator.length, ...out),
  )
}

function splitSpaces(memory: WasmMemory, module: Exports, texts: Texts): Tokens | undefined {
  const placed = placeWithStarts(memory, module, texts)
  if (placed === undefined) return undefined
  const { bytes, starts, lengths, rows } = placed
  const room = roomFor(module, lengths, rows) ?? module.countWords(bytes, starts, lengths, rows)
  return tokensOf(memory, texts, rows, room, (...out) =>
    module.splitWords(bytes, starts, lengths, rows, ...out),
  )
}

/** Undefined where the parts are to be counted first. */
function roomFor(module: Exports, lengths: number, rows: number): number | undefined {
  const size = module.sumLengths(lengths, rows)
  return size > UNCOUNTED_BYTES_MAX ? undefined : rows + size
}

function tokensOf(
  memory: WasmMemory,
  texts: Texts,
  rows: number,
  room: number,
  split: (starts: number, lengths: number, counts: number) => number,
): Tokens {
  const starts = memory.scratch(room * 4)
  const lengths = memory.scratch(room * 4)
  const counts = memory.scratch(rows * 4)
  const count = split(starts, lengths, counts)
  const tokens = {
    bytes: texts.bytes,
    starts: memory.u32Result(starts, count),
    lengths: memory.u32Result(lengths, count),
  }
  return { tokens, counts: memory.u32Result(counts, rows) }
}

/** For what counts places from the start of the bytes. */
function placeWithStarts(
  memory: WasmMemory,
  module: Exports,
  texts: Texts,
): PlacedTexts | undefined {
  const placed = placeTexts(memory, texts)
  if (placed === undefined || placed.starts !== 0) return placed
  const starts = memory.scratch(placed.rows * 4)
  module.startsOfPacked(placed.lengths, placed.rows, starts)
  return { ...placed, starts }
}

function gatherTexts(
  memory: WasmMemory,
  module: Exports,
  texts: Texts,
  order: Uint32Array,
): Texts | undefined {
  const placed = placeWithStarts(memory, module, texts)
  if (placed === undefined) return undefined
  const places = memory.put(order)
  const lengths = memory.scratch(order.length * 4)
  const size = module.gatherLengths(placed.lengths, places, order.length, lengths)
  if (size > memory.partBytesMax) return undefined
  const bytes = memory.scratch(size)
  module.gatherBytes(placed.bytes, placed.starts, placed.lengths, places, order.length, bytes)
  return {
    bytes: memory.u8Result(bytes, size),
    starts: undefined,
    lengths: memory.u32Result(lengths, order.length),
  }
}

function testTexts(
  memory: WasmMemory,
  module: Exports,
  texts: Texts,
  test: TextTest,
  part: Uint8Array,
): Uint8Array | undefined {
  const placed = placeTexts(memory, texts)
  if (placed === undefined) return undefined
  const { bytes, starts, lengths, rows } = placed
  const at = memory.put(part)
  const marks = memory.scratch(rows)
  module.testTexts(bytes, starts, lengths, rows, TESTS[test], at, part.length, marks)
  return memory.u8Result(marks, rows)
}

function caseTexts(
  memory: WasmMemory,
  module: Exports,
  texts: Texts,
  to: 'lower' | 'upper',
): Texts | undefined {
  const size = texts.bytes.length
  if (size > memory.partBytesMax) return undefined
  const at = memory.put(texts.bytes)
  const changed = memory.scratch(size)
  module.changeCase(at, size, to === 'lower' ? 65 : 97, changed)
  return { ...texts, bytes: memory.u8Result(changed, size) }
}
