import { Buffer } from 'node:buffer'
import type { Column } from './column.ts'

/** What `make` makes of each field of a row; fields that are one column, as in pairs of twice the same, stay one. */
export function mapFields<T>(fields: readonly Column[], make: (field: Column) => T): T[] {
  const [first] = fields
  const made: T[] = []
  for (const field of fields) {
    const isFirst = made.length > 0 && field === first
    made.push(isFirst ? made[0]! : make(field))
  }
  return made
}

/** A pair, as one column, of which both are the same column. */
export function isTwice(column: Column): boolean {
  return (
    column.kind === 'tuple' && column.fields.length === 2 && column.fields[0] === column.fields[1]
  )
}

/** Whether two columns of numbers, or of texts, hold the same bytes; false where that is not seen at a glance. */
export function isSameColumn(a: Column, b: Column): boolean {
  if (a === b) return a.kind === 'f64' || a.kind === 'i32' || a.kind === 'utf8'
  if (a.kind === 'f64' && b.kind === 'f64') return isSameMemory(a.values, b.values)
  if (a.kind === 'i32' && b.kind === 'i32') return isSameMemory(a.values, b.values)
  if (a.kind !== 'utf8' || b.kind !== 'utf8') return false
  if (a.starts !== undefined || b.starts !== undefined) return false
  return isSameMemory(a.lengths, b.lengths) && isSameMemory(a.bytes, b.bytes)
}

function isSameMemory(a: ArrayBufferView, b: ArrayBufferView): boolean {
  return a.byteLength === b.byteLength && Buffer.compare(bytesOf(a), bytesOf(b)) === 0
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength)
}
