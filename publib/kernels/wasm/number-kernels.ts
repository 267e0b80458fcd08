import type { NumberKernels } from '../doors.ts'
import { plainKernels } from '../plain/plain-kernels.ts'
import type { Instance } from './instance.ts'

interface Exports {
  numberTexts(...numbers: number[]): number
  toIntegers(doubles: number, count: number, integers: number): number
}

/** 16 digits and a sign. */
const NUMBER_BYTES_MAX = 17
/** So few are done before a call is prepared. */
const FEW = 64
/** More is left to the plain twin. */
const SIZE_MAX = 2 ** 28

export function numberKernels({ memory, exports }: Instance): NumberKernels {
  const module = exports as Exports
  return {
    integersOf(values) {
      const rows = values.length
      if (rows <= FEW) return plainKernels.integersOf(values)
      return memory.call(() => {
        const integers = memory.scratch(rows * 4)
        const areIntegers = module.toIntegers(memory.put(values), rows, integers) === 1
        return areIntegers ? memory.i32Result(integers, rows) : undefined
      })
    },
    numberTexts(values, before, behind) {
      const rows = values.length
      const room = rows * (before.length + NUMBER_BYTES_MAX + behind.length)
      if (room > SIZE_MAX) return plainKernels.numberTexts(values, before, behind)
      return memory.call(() => {
        const around = [memory.put(before), before.length, memory.put(behind), behind.length]
        const bytes = memory.scratch(room)
        const lengths = memory.scratch(rows * 4)
        const size = module.numberTexts(memory.put(values), rows, ...around, bytes, lengths)
        if (size < 0) return undefined
        return {
          bytes: memory.u8Result(bytes, size),
          starts: undefined,
          lengths: memory.u32Result(lengths, rows),
        }
      })
    },
  }
}
