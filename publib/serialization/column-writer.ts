import { type Column, isTwice, packUtf8, rowsOf } from '#publib/columnar'
import type { ByteWriter } from './byte-writer.ts'
import { KIND, TWICE } from './column-kinds.ts'
import { type ValueOptions, ValueWriter } from './value-writer.ts'

/** Writes a column: its kind, its number of rows, then what belongs to the kind. */
export function writeColumn(column: Column, out: ByteWriter, options: ValueOptions = {}): void {
  if (column.kind === 'tuple' && isTwice(column)) {
    out.u8(TWICE)
    out.varint(column.rows)
    writeColumn(column.fields[0]!, out, options)
    return
  }
  out.u8(KIND[column.kind])
  out.varint(rowsOf(column))
  switch (column.kind) {
    case 'tuple':
      out.varint(column.fields.length)
      for (const field of column.fields) writeColumn(field, out, options)
      break
    case 'record':
      out.varint(column.keys.length)
      for (const [i, key] of column.keys.entries()) {
        out.text(key, 'utf16le')
        writeColumn(column.fields[i]!, out, options)
      }
      break
    case 'nullable':
      writeBits(column.marks, 2, out)
      writeColumn(column.values, out, options)
      break
    case 'list':
      out.u8(column.isGroup ? 1 : 0)
      writeIntegers(column.lengths, out)
      writeColumn(column.items, out, options)
      break
    case 'values': {
      const writer = new ValueWriter(out, options)
      for (const value of column.values) writer.write(value)
      break
    }
    default:
      writeFlat(column, out)
  }
}

type Flat = Exclude<Column, { kind: 'tuple' | 'record' | 'nullable' | 'list' | 'values' }>

function writeFlat(column: Flat, out: ByteWriter): void {
  switch (column.kind) {
    case 'constant':
      out.u8(column.value === null ? 1 : 0)
      break
    case 'i32':
      writeIntegers(column.values, out)
      break
    case 'bool':
      writeBits(column.values, 1, out)
      break
    case 'utf8':
      writeIntegers(column.lengths, out)
      writeBytes(packUtf8(column).bytes, out)
      break
    case 'utf16':
      writeIntegers(column.lengths, out)
      writeBytes(column.units, out)
      break
    case 'bytes':
      out.u8(column.isBuffer ? 1 : 0)
      writeIntegers(column.lengths, out)
      writeBytes(column.bytes, out)
      break
    default:
      out.memory(column.values)
  }
}

/** In 1, 2 or 4 bytes each, whatever the extremes need. Unsigned ones stay below 2^31. */
function writeIntegers(values: Int32Array | Uint32Array, out: ByteWriter): void {
  const integers = new Int32Array(values.buffer, values.byteOffset, values.length)
  const bits = magnitudeBits(integers)
  // The engine narrows them itself, several at once.
  if (bits >>> 7 === 0) {
    out.u8(1)
    const { buffer, byteOffset } = out.room(integers.length)
    new Int8Array(buffer, byteOffset, integers.length).set(integers)
  } else if (bits >>> 15 === 0) {
    out.u8(2)
    out.memory(new Int16Array(integers))
  } else {
    out.u8(4)
    out.memory(integers)
  }
}

/** All bits that are set in a value, or in the complement of one below 0. */
function magnitudeBits(integers: Int32Array): number {
  let bits = 0
  for (let i = 0; i < integers.length; i++) {
    const value = integers[i]!
    bits |= value ^ (value >> 31)
  }
  return bits
}

function writeBytes(view: ArrayBufferView, out: ByteWriter): void {
  out.varint(view.byteLength)
  out.memory(view)
}

/** Small numbers, `bits` (1 or 2) each. */
function writeBits(values: Uint8Array, bits: 1 | 2, out: ByteWriter): void {
  const each = 8 / bits
  const packed = new Uint8Array(Math.ceil(values.length / each))
  for (let i = 0; i < values.length; i++) {
    const place = Math.floor(i / each)
    packed[place] = packed[place]! | (values[i]! << ((i % each) * bits))
  }
  out.memory(packed)
}
