import { BATCH_RECORDS_MAX, TooDeepForColumns } from '#publib/columnar'
import { HEADER_BYTES, openBlock, sealBlock } from './block.ts'
import { ByteReader } from './byte-reader.ts'
import { ByteWriter } from './byte-writer.ts'
import { corruptBlock, valueNotEncodable } from './errors.ts'
import { decodeBatch, decoding, EMPTY_HEADER, encodeBatches } from './record-codec.ts'
import { ValueReader } from './value-reader.ts'
import { NotEncodable, ValueWriter } from './value-writer.ts'

export interface EncodeValueOptions {
  /** What messages call it: `The result of partition 3`. */
  readonly what?: string
  readonly onLostClass?: ((className: string) => void) | undefined
}

/** From so many items on an array is encoded as batches of records. */
const LIST_LENGTH_MIN = 32

/** One value as bytes: a result, a broadcast, a zero value. @throws VALUE_NOT_ENCODABLE with its path */
export function encodeValue(value: unknown, options: EncodeValueOptions = {}): Uint8Array {
  if (!isLongList(value)) return encodeSingle(value, options)
  try {
    return encodeList(value, options)
  } catch (error) {
    // Cyclic or very deep: one value after all, in which references are kept.
    if (error instanceof TooDeepForColumns) return encodeSingle(value, options)
    throw error
  }
}

/** The value that `encodeValue` wrote. @throws CORRUPT_BLOCK */
export function decodeValue(bytes: Uint8Array): unknown {
  const header = openBlock(bytes, 0)
  if (header.kind === 'columns') throw corruptBlock('it holds records and no single value')
  if (header.kind === 'list') return decodeList(bytes)
  return decoding(() => new ValueReader(new ByteReader(bytes, HEADER_BYTES)).read())
}

function isLongList(value: unknown): value is readonly unknown[] {
  if (!Array.isArray(value) || value.length < LIST_LENGTH_MIN) return false
  if (Object.getPrototypeOf(value) !== Array.prototype) return false
  for (let i = 0; i < value.length; i++) {
    if (value[i] === undefined && !Object.hasOwn(value, i)) return false
  }
  return true
}

function encodeSingle(value: unknown, options: EncodeValueOptions): Uint8Array {
  const out = new ByteWriter()
  out.bytes(EMPTY_HEADER)
  try {
    new ValueWriter(out, options).write(value)
  } catch (error) {
    if (!(error instanceof NotEncodable)) throw error
    const path = error.path === '' ? '' : `, at ${error.path},`
    throw valueNotEncodable(`${options.what ?? 'The value'}${path}`, error.what, error.cause)
  }
  const block = out.finish()
  sealBlock(block, 'value', 1, 0)
  return block
}

/** An array of blocks, each behind its length. What items share becomes copies. */
function encodeList(values: readonly unknown[], options: EncodeValueOptions): Uint8Array {
  const out = new ByteWriter()
  out.bytes(EMPTY_HEADER)
  const { onLostClass } = options
  for (let start = 0; start < values.length; start += BATCH_RECORDS_MAX) {
    const batch = values.slice(start, start + BATCH_RECORDS_MAX)
    const encoding = { firstRow: start, onLostClass, container: values }
    for (const block of encodeBatches(batch, encoding)) {
      out.varint(block.length)
      out.bytes(block)
    }
  }
  const block = out.finish()
  sealBlock(block, 'list', values.length, 0)
  return block
}

const PARTS_JOINED = 1000

function decodeList(bytes: Uint8Array): unknown[] {
  const reader = new ByteReader(bytes, HEADER_BYTES)
  const parts: unknown[][] = []
  while (reader.remaining > 0) {
    const block = decoding(() => reader.view(reader.count(1)))
    parts.push(decodeBatch(block))
  }
  let values = parts[0] ?? []
  // `concat` copies memory where a loop copies elements; arguments are few enough for any stack.
  for (let start = 1; start < parts.length; start += PARTS_JOINED) {
    values = values.concat(...parts.slice(start, start + PARTS_JOINED))
  }
  return values
}
