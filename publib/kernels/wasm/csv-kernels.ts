import type { CsvKernels } from '../doors.ts'
import { plainKernels } from '../plain/plain-kernels.ts'
import type { Instance } from './instance.ts'

interface Exports {
  countCsvEnds(bytes: number, size: number, delimiter: number): number
  csvRecords(...numbers: number[]): number
  csvGrid(...numbers: number[]): number
  csvCells(...numbers: number[]): number
}

/** More is left to the plain twin. */
const SIZE_MAX = 2 ** 26

export function csvKernels({ memory, exports }: Instance): CsvKernels {
  const module = exports as Exports
  return {
    csvRecords(bytes, limit, characters, isLast) {
      if (bytes.length > SIZE_MAX) {
        return plainKernels.csvRecords(bytes, limit, characters, isLast)
      }
      return memory.call(() => {
        const { delimiter, quote, comment } = characters
        const at = memory.put(bytes)
        // One more for a last line without an end.
        const room = module.countCsvEnds(at, bytes.length, delimiter) + 1
        const [starts, ends, rowEnds, rowStarts] = [4, 4, 4, 4].map(size =>
          memory.scratch(room * size),
        ) as [number, number, number, number]
        const quoted = memory.scratch(room)
        const totals = memory.scratch(8)
        const numbers = [at, bytes.length, limit, delimiter, quote, comment, Number(isLast)]
        const places = [starts, ends, quoted, rowEnds, rowStarts, totals]
        if (module.csvRecords(...numbers, ...places) === 0) return undefined
        const rows = memory.u32[totals >> 2]!
        const rest = Math.min(memory.u32[(totals >> 2) + 1]!, bytes.length)
        const fields = rows === 0 ? 0 : memory.u32[(rowEnds >> 2) + rows - 1]!
        return {
          starts: memory.i32Result(starts, fields),
          ends: memory.i32Result(ends, fields),
          quoted: memory.u8Result(quoted, fields),
          rowEnds: memory.i32Result(rowEnds, rows),
          rowStarts: memory.i32Result(rowStarts, rows),
          rows,
          rest,
        }
      })
    },
    csvGrid(bytes, limit, characters, isLast, width, room) {
      const { delimiter, quote, comment } = characters
      if (width < 2 || comment >= 0 || bytes.length > SIZE_MAX) return undefined
      return memory.call(() => {
        const ends = memory.holds(room) ? room.byteOffset : memory.scratch(room.byteLength)
        const totals = memory.scratch(12)
        const numbers = [memory.put(bytes), bytes.length, limit, delimiter, quote, width]
        const places = [Number(isLast), ends, room.length, totals]
        if (module.csvGrid(...numbers, ...places) === 0) return undefined
        const [rows, rest, doubled] = memory.u32.subarray(totals >> 2, (totals >> 2) + 3)
        const count = rows! * width
        if (!memory.holds(room)) room.set(memory.u32.subarray(ends >> 2, (ends >> 2) + count))
        const found = { rows: rows!, width, rest: rest!, hasDoubled: doubled === 1 }
        return { ...found, ends: room.subarray(0, count) }
      })
    },
    csvCells(bytes, grid, place, quote) {
      if (bytes.length > SIZE_MAX) return plainKernels.csvCells(bytes, grid, place, quote)
      return memory.call(() => {
        const { rows, width, ends, hasDoubled } = grid
        const [starts, lengths] = [memory.scratch(rows * 4), memory.scratch(rows * 4)]
        const signs = memory.scratch(rows)
        const given = [memory.put(bytes), memory.put(ends), rows, width, place, quote]
        const found = module.csvCells(...given, Number(hasDoubled), starts, lengths, signs)
        return {
          starts: memory.u32Result(starts, rows),
          lengths: memory.u32Result(lengths, rows),
          signs: memory.u8Result(signs, rows),
          found,
        }
      })
    },
  }
}
