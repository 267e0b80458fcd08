import { COLUMN_DEPTH_MAX, type Column, isConsistent } from '#publib/columnar'
import { type ByteReader, MalformedBytes } from './byte-reader.ts'
import { KIND, TWICE } from './column-kinds.ts'
import { ValueReader } from './value-reader.ts'

/** Reads a column that `writeColumn` wrote; its memory is its own. */
export function readColumn(from: ByteReader, depth = 0): Column {
  if (depth > 2 * COLUMN_DEPTH_MAX + 2) throw new MalformedBytes('columns nested too deep')
  const kind = from.u8()
  const column = readKind(kind, from.varint(), from, depth)
  if (!isConsistent(column)) throw new MalformedBytes('a column whose parts do not fit')
  return column
}

function readKind(kind: number, rows: number, from: ByteReader, depth: number): Column {
  switch (kind) {
    case KIND.constant:
      return { kind: 'constant', rows, value: from.u8() === 1 ? null : undefined }
    case KIND.f64:
      return { kind: 'f64', values: new Float64Array(from.memory(rows * 8)) }
    case KIND.i32:
      return { kind: 'i32', values: readIntegers(rows, from) }
    case KIND.i64:
      return { kind: 'i64', values: new BigInt64Array(from.memory(rows * 8)) }
    case KIND.bool:
      return { kind: 'bool', values: readBits(rows, 1, from) }
    case KIND.date:
      return { kind: 'date', values: new Float64Array(from.memory(rows * 8)) }
    case KIND.utf8:
    case KIND.utf16:
    case KIND.bytes:
      return readTexts(kind, rows, from)
    default:
      return readNested(kind, rows, from, depth)
  }
}

function readTexts(kind: number, rows: number, from: ByteReader): Column {
  const isBuffer = kind === KIND.bytes && from.u8() === 1
  const lengths = readLengths(rows, from)
  const memory = from.memory(from.count(1))
  if (kind === KIND.utf16) return { kind: 'utf16', units: new Uint16Array(memory), lengths }
  const bytes = new Uint8Array(memory)
  if (kind === KIND.bytes) return { kind: 'bytes', bytes, lengths, isBuffer }
  return { kind: 'utf8', bytes, lengths }
}

function readNested(kind: number, rows: number, from: ByteReader, depth: number): Column {
  switch (kind) {
    case KIND.nullable: {
      const marks = readBits(rows, 2, from)
      return { kind: 'nullable', marks, values: readColumn(from, depth + 1) }
    }
    case KIND.tuple: {
      const count = from.count(2)
      const fields = Array.from({ length: count }, () => readColumn(from, depth + 1))
      return { kind: 'tuple', rows, fields }
    }
    case TWICE: {
      const field = readColumn(from, depth + 1)
      return { kind: 'tuple', rows, fields: [field, field] }
    }
    case KIND.list: {
      const isGroup = from.u8() === 1
      const lengths = readLengths(rows, from)
      return { kind: 'list', lengths, items: readColumn(from, depth + 1), isGroup }
    }
    case KIND.record: {
      const keys: string[] = []
      const fields: Column[] = []
      for (let left = from.count(3); left > 0; left--) {
        keys.push(from.text('utf16le'))
        fields.push(readColumn(from, depth + 1))
      }
      return { kind: 'record', rows, keys, fields }
    }
    case KIND.values: {
      if (rows > from.remaining) throw new MalformedBytes('more rows than bytes')
      const reader = new ValueReader(from)
      return { kind: 'values', values: Array.from({ length: rows }, () => reader.read()) }
    }
    default:
      throw new MalformedBytes(`an unknown kind of column ${kind}`)
  }
}

function readIntegers(rows: number, from: ByteReader): Int32Array {
  const width = from.u8()
  if (width === 4) return new Int32Array(from.memory(rows * 4))
  // The engine widens them itself, several at once.
  if (width === 2) return new Int32Array(new Int16Array(from.memory(rows * 2)))
  if (width === 1) {
    const { buffer, byteOffset } = from.view(rows)
    return new Int32Array(new Int8Array(buffer, byteOffset, rows))
  }
  throw new MalformedBytes(`integers of ${width} bytes`)
}

function readLengths(rows: number, from: ByteReader): Uint32Array {
  const lengths = readIntegers(rows, from)
  if (anyBits(lengths) < 0) throw new MalformedBytes('a length below 0')
  return new Uint32Array(lengths.buffer)
}

/** Alone, so that the engine, which optimises long loops while they run, need not leave its code at the end of this one. */
function anyBits(integers: Int32Array): number {
  let bits = 0
  for (let i = 0; i < integers.length; i++) bits |= integers[i]!
  return bits
}

function readBits(rows: number, bits: 1 | 2, from: ByteReader): Uint8Array {
  const each = 8 / bits
  const packed = from.view(Math.ceil(rows / each))
  const values = new Uint8Array(rows)
  const mask = (1 << bits) - 1
  for (let i = 0; i < rows; i++) {
    values[i] = (packed[Math.floor(i / each)]! >> ((i % each) * bits)) & mask
  }
  return values
}
