import type { CsvKernels } from '../doors.ts'
import { plainKernels } from '../plain/plain-kernels.ts'
import type { Instance } from './instance.ts'

interface Exports {
  countCsvEnds(bytes: number, size: number, delimiter: number): number
  csvRecords(...numbers: number[]): number
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
  }
}
