import { estimateSize } from '#publib/memory'
import type { Column } from './column.ts'

const VALUES_SAMPLED = 16

/** About how many bytes a column takes: what its arrays have in use, and plain values by a sample. */
export function columnBytes(column: Column): number {
  switch (column.kind) {
    case 'constant':
      return 0
    case 'utf8':
      return column.starts === undefined
        ? column.bytes.byteLength + column.lengths.byteLength
        : sum(column.lengths) + 2 * column.lengths.byteLength
    case 'bytes':
      return column.bytes.byteLength + column.lengths.byteLength
    case 'utf16':
      return column.units.byteLength + column.lengths.byteLength
    case 'nullable':
      return column.marks.byteLength + columnBytes(column.values)
    case 'tuple':
    case 'record':
      return column.fields.reduce((total, field) => total + columnBytes(field), 0)
    case 'list':
      return column.lengths.byteLength + columnBytes(column.items)
    case 'values':
      return sampledBytes(column.values)
    default:
      return column.values.byteLength
  }
}

function sampledBytes(values: readonly unknown[]): number {
  const step = Math.max(1, Math.floor(values.length / VALUES_SAMPLED))
  let bytes = 0
  let sampled = 0
  for (let i = 0; i < values.length; i += step) {
    bytes += 8 + estimateSize(values[i])
    sampled++
  }
  return sampled === 0 ? 0 : (bytes / sampled) * values.length
}

function sum(lengths: Uint32Array): number {
  let total = 0
  for (let i = 0; i < lengths.length; i++) total += lengths[i]!
  return total
}
