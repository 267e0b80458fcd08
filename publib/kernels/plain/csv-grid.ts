import type { CsvCells, CsvCharacters, CsvGrid } from '../doors.ts'
import { csvRecords } from './csv.ts'

const LF = 10
const CR = 13

export function csvGrid(
  bytes: Uint8Array,
  limit: number,
  characters: CsvCharacters,
  isLast: boolean,
  width: number,
  room: Uint32Array,
): CsvGrid | undefined {
  if (width < 2 || characters.comment >= 0) return undefined
  const found = csvRecords(bytes, limit, characters, isLast)
  if (found === undefined || found.rows * width + 64 > room.length) return undefined
  let expected = 0
  for (let row = 0; row < found.rows; row++) {
    if (found.rowEnds[row] !== (row + 1) * width || found.rowStarts[row] !== expected) {
      return undefined
    }
    for (let i = row * width; i < (row + 1) * width; i++) room[i] = endOf(bytes, found, i)
    expected = room[(row + 1) * width - 1]! + 1
  }
  // No empty line stands behind the last.
  if (found.rest !== Math.min(expected, bytes.length)) return undefined
  const count = found.rows * width
  const hasDoubled = found.quoted.subarray(0, count).includes(2)
  const { rows, rest } = found
  return { rows, width, rest, hasDoubled, ends: room.subarray(0, count) }
}

/** Behind the quote and the return. */
function endOf(
  bytes: Uint8Array,
  { ends, quoted }: { readonly ends: Int32Array; readonly quoted: Uint8Array },
  field: number,
): number {
  const end = ends[field]! + (quoted[field] === 0 ? 0 : 1)
  const isReturn = bytes[end] === CR && (end + 1 === bytes.length || bytes[end + 1] === LF)
  return isReturn ? end + 1 : end
}

export function csvCells(
  bytes: Uint8Array,
  { rows, width, ends }: CsvGrid,
  place: number,
  quote: number,
): CsvCells {
  const starts = new Uint32Array(rows)
  const lengths = new Uint32Array(rows)
  const signs = new Uint8Array(rows)
  let found = 0
  for (let row = 0; row < rows; row++) {
    const field = row * width + place
    let from = field === 0 ? 0 : ends[field - 1]! + 1
    let to = ends[field]!
    if (place === width - 1 && to > from && bytes[to - 1] === CR) to--
    if (to === from) signs[row] = 1
    else if (bytes[from] === quote) {
      from++
      to--
      if (bytes.subarray(from, to).includes(quote)) signs[row] = 2
    }
    starts[row] = from
    lengths[row] = to - from
    found |= signs[row]!
  }
  return { starts, lengths, signs, found }
}
