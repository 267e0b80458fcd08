import { SimSparkError } from '#publib/util'
import type { OrderKernels, Texts } from '../doors.ts'
import { plainKernels } from '../plain/plain-kernels.ts'
import type { Instance } from './instance.ts'
import type { WasmMemory } from './memory.ts'
import { type PlacedTexts, placeTexts } from './placed-texts.ts'

interface Exports {
  orderOfNumbers(...numbers: number[]): void
  sortNumbers(...numbers: number[]): number
  orderOfTexts(...numbers: number[]): void
  placesOfNumbers(...numbers: number[]): void
  placesOfTexts(...numbers: number[]): void
  startsOfPacked(lengths: number, rows: number, starts: number): void
}

/** Counts of digits of 11 bits: for eight passes, and for six levels of ranges. */
const COUNTS_BYTES = 14 << 13
/** More rows are left to the plain twin: they take 32 bytes each. */
const ROWS_MAX = 2 ** 24

export function orderKernels({ memory, exports }: Instance): OrderKernels {
  const module = exports as Exports
  return {
    orderOfTexts: (texts, isFalling = false) =>
      callWithRoom(memory, () => orderOfTexts(memory, module, texts, isFalling)) ??
      plainKernels.orderOfTexts(texts, isFalling),
    orderOfNumbers: (values, isFalling = false) =>
      callWithRoom(memory, () => orderOfNumbers(memory, module, values, isFalling)) ??
      plainKernels.orderOfNumbers(values, isFalling),
    sortNumbers: (values, isFalling = false) =>
      callWithRoom(memory, () => sortNumbers(memory, module, values, isFalling)) ??
      plainKernels.sortNumbers(values, isFalling),
    placesOfTexts: (texts, bounds) =>
      callWithRoom(memory, () => placesOfTexts(memory, module, texts, bounds)) ??
      plainKernels.placesOfTexts(texts, bounds),
    placesOfNumbers: (values, bounds) =>
      callWithRoom(memory, () => placesOfNumbers(memory, module, values, bounds)) ??
      plainKernels.placesOfNumbers(values, bounds),
  }
}

/** A call that takes much scratch: where there is no room for it, undefined, as for what is left to the plain twin. */
function callWithRoom<Result>(
  memory: WasmMemory,
  work: () => Result | undefined,
): Result | undefined {
  try {
    return memory.call(work)
  } catch (error) {
    if (error instanceof SimSparkError && error.code === 'OUT_OF_MEMORY') return undefined
    throw error
  }
}

function orderOfTexts(
  memory: WasmMemory,
  module: Exports,
  texts: Texts,
  isFalling: boolean,
): Uint32Array | undefined {
  const placed = placeRows(memory, module, texts)
  if (placed === undefined) return undefined
  const { bytes, starts, lengths, rows } = placed
  const keys = memory.scratch(rows * 16)
  const order = memory.scratch(rows * 8)
  const counts = memory.scratch(COUNTS_BYTES)
  const scratch = [keys, keys + rows * 8, order, order + rows * 4, counts]
  module.orderOfTexts(bytes, starts, lengths, rows, Number(isFalling), ...scratch)
  return memory.u32Result(order, rows)
}

function orderOfNumbers(
  memory: WasmMemory,
  module: Exports,
  values: Float64Array,
  isFalling: boolean,
): Uint32Array | undefined {
  const rows = values.length
  if (rows > ROWS_MAX) return undefined
  const at = memory.put(values)
  const keys = memory.scratch(rows * 16)
  const order = memory.scratch(rows * 8)
  const counts = memory.scratch(COUNTS_BYTES)
  const scratch = [keys, keys + rows * 8, order, order + rows * 4, counts]
  module.orderOfNumbers(at, rows, Number(isFalling), ...scratch)
  return memory.u32Result(order, rows)
}

/** Undefined where -0 is among them, too: that needs an order. */
function sortNumbers(
  memory: WasmMemory,
  module: Exports,
  values: Float64Array,
  isFalling: boolean,
): Float64Array | undefined {
  const rows = values.length
  if (rows > ROWS_MAX) return undefined
  const at = memory.put(values)
  const keys = memory.scratch(rows * 16)
  const counts = memory.scratch(COUNTS_BYTES)
  const scratch = [keys, keys + rows * 8, counts]
  const isSorted = module.sortNumbers(at, rows, Number(isFalling), ...scratch) !== 0
  return isSorted ? memory.f64Result(keys, rows) : undefined
}

function placesOfTexts(
  memory: WasmMemory,
  module: Exports,
  texts: Texts,
  bounds: Texts,
): Int32Array | undefined {
  const rows = placeRows(memory, module, texts)
  const among = placeRows(memory, module, bounds)
  if (rows === undefined || among === undefined) return undefined
  const keys = memory.scratch(among.rows * 8)
  const places = memory.scratch(rows.rows * 4)
  module.placesOfTexts(...addresses(rows), ...addresses(among), keys, places)
  return memory.i32Result(places, rows.rows)
}

function placesOfNumbers(
  memory: WasmMemory,
  module: Exports,
  values: Float64Array,
  bounds: Float64Array,
): Int32Array | undefined {
  const rows = values.length
  if (rows > ROWS_MAX) return undefined
  const at = memory.put(values)
  const keys = memory.scratch(bounds.byteLength)
  memory.bytes.set(new Uint8Array(bounds.buffer, bounds.byteOffset, bounds.byteLength), keys)
  const places = memory.scratch(rows * 4)
  module.placesOfNumbers(at, rows, keys, bounds.length, places)
  return memory.i32Result(places, rows)
}

function placeRows(memory: WasmMemory, module: Exports, texts: Texts): PlacedTexts | undefined {
  if (texts.lengths.length > ROWS_MAX) return undefined
  const placed = placeTexts(memory, texts)
  if (placed === undefined || placed.starts !== 0) return placed
  const starts = memory.scratch(placed.rows * 4)
  module.startsOfPacked(placed.lengths, placed.rows, starts)
  return { ...placed, starts }
}

function addresses({ bytes, starts, lengths, rows }: PlacedTexts): number[] {
  return [bytes, starts, lengths, rows]
}
