import {
  BatchTooLarge,
  type Column,
  detectColumn,
  rowsOf,
  TooDeepForColumns,
  valuesOf,
} from '#publib/columnar'
import { HEADER_BYTES, openBlock, sealBlock } from './block.ts'
import { ByteReader } from './byte-reader.ts'
import { ByteWriter } from './byte-writer.ts'
import { readColumn } from './column-reader.ts'
import { writeColumn } from './column-writer.ts'
import { corruptBlock, valueNotEncodable } from './errors.ts'
import { NotEncodable, type ValueOptions, ValueWriter } from './value-writer.ts'

export interface EncodeOptions extends ValueOptions {
  /** What the block is, as a number: whoever reads it must say the same. Default 0. */
  readonly salt?: number
  /** The number of the first row among those that were encoded before, for messages. */
  readonly firstRow?: number
}

/**
 * A batch of records as one block: columns where the records have a shape, tagged values where not; either gives back the
 * same values, but for classes (see ValueWriter). Parts that records share are the same object again only within tagged values.
 *
 * @throws VALUE_NOT_ENCODABLE with row and path
 */
export function encodeBatch(values: readonly unknown[], options: EncodeOptions = {}): Uint8Array {
  try {
    return blockOf(shapeOf(values, options), values.length, options)
  } catch (error) {
    if (error instanceof BatchTooLarge || error instanceof RangeError) {
      if (values.length > 1) throw new BatchTooLarge()
    }
    throw error instanceof TooDeepForColumns ? error : explained(error, values, options)
  }
}

/** A column as one block. @throws what its values throw, unexplained */
export function blockOf(column: Column, rows: number, options: EncodeOptions): Uint8Array {
  const out = idleWriter ?? new ByteWriter(HEADER_BYTES + 16 * rows + 64)
  // Not while it is written to: a getter of a value may encode others.
  idleWriter = undefined
  out.bytes(EMPTY_HEADER)
  writeColumn(column, out, options)
  const isLarge = out.length > IDLE_BYTES_MAX
  const block = isLarge ? out.finish() : out.takeCopy()
  sealBlock(block, 'columns', rows, options.salt ?? 0)
  if (!isLarge) idleWriter = out
  return block
}

/** Memory that blocks are written in before they are copied to where they stay: it need not be had, and filled with 0, each time. */
let idleWriter: ByteWriter | undefined
const IDLE_BYTES_MAX = 4 * 2 ** 20

/** `encodeBatch`, in several blocks where one would be too large. */
export function encodeBatches(
  values: readonly unknown[],
  options: EncodeOptions = {},
): Uint8Array[] {
  try {
    return [encodeBatch(values, options)]
  } catch (error) {
    if (!(error instanceof BatchTooLarge)) throw error
    const half = values.length >>> 1
    const firstRow = (options.firstRow ?? 0) + half
    return [
      ...encodeBatches(values.slice(0, half), options),
      ...encodeBatches(values.slice(half), { ...options, firstRow }),
    ]
  }
}

/** `encodeBatches` of the pairs that keys and values of the same places are: the same bytes, and no pair is made. */
export function encodePairs(
  keys: readonly unknown[],
  values: readonly unknown[],
  options: EncodeOptions = {},
): Uint8Array[] {
  if (keys.length === 0) return encodeBatches([], options)
  try {
    const fields = [detectColumn(keys, 1), detectColumn(values, 1)]
    const rows = keys.length
    return [blockOf({ kind: 'tuple', rows, fields }, rows, options)]
  } catch {
    // Too large, too deep, or not encodable: the pairs themselves tell.
    return encodeBatches(
      keys.map((key, i) => [key, values[i]]),
      options,
    )
  }
}

/** The records of a block. @throws CORRUPT_BLOCK */
export function decodeBatch(block: Uint8Array, salt = 0): unknown[] {
  return valuesOf(decodeColumn(block, salt))
}

/** The records of a block as the column they travelled in. @throws CORRUPT_BLOCK */
export function decodeColumn(block: Uint8Array, salt = 0): Column {
  const header = openBlock(block, salt)
  if (header.kind !== 'columns') throw corruptBlock('it holds one value and no records')
  return decoding(() => {
    const column = readColumn(new ByteReader(block, HEADER_BYTES))
    if (rowsOf(column) !== header.rows) throw corruptBlock('it has not the rows that it promises')
    return column
  })
}

/** Whatever a decoder stumbles over is a damaged block. */
export function decoding<T>(decode: () => T): T {
  try {
    return decode()
  } catch (error) {
    throw corruptBlock('its content cannot be read', error)
  }
}

export const EMPTY_HEADER = new Uint8Array(HEADER_BYTES)

function shapeOf(values: readonly unknown[], options: EncodeOptions): Column {
  try {
    return detectColumn(values)
  } catch (error) {
    if (error instanceof TooDeepForColumns && options.container === undefined)
      return { kind: 'values', values }
    throw error
  }
}

/** Writes row by row what could not be written by columns, to learn which row it was. */
export function explained(
  error: unknown,
  values: readonly unknown[],
  options: EncodeOptions,
): unknown {
  for (let row = 0; row < values.length; row++) {
    try {
      new ValueWriter(new ByteWriter()).write(values[row])
    } catch (problem) {
      if (!(problem instanceof NotEncodable)) return problem
      const where = `Row ${(options.firstRow ?? 0) + row}`
      const path = problem.path === '' ? '' : `, at ${problem.path},`
      return valueNotEncodable(where + path, problem.what, problem.cause)
    }
  }
  if (!(error instanceof NotEncodable)) return error
  return valueNotEncodable(`A row, at ${error.path},`, error.what, error.cause)
}
