import type { KeyKernels } from '../doors.ts'
import { addByIds } from '../plain/sums.ts'
import type { Instance } from './instance.ts'
import { WasmNumberTable } from './number-table.ts'
import { WasmTextTable } from './text-table.ts'

interface Exports {
  hashNumbers(values: number, rows: number, hashes: number): void
  hashIntegers(values: number, rows: number, hashes: number): void
  addDoubles(...numbers: number[]): number
  addIntegers(...numbers: number[]): number
  addRecords(keys: number, values: number, rows: number, sums: number): void
}

export function keyKernels(instance: Instance): KeyKernels {
  const { memory } = instance
  const module = instance.exports as Exports
  return {
    hashNumbers(values) {
      return memory.call(() => {
        const rows = values.length
        const at = memory.put(values)
        const hashes = memory.scratch(rows * 4)
        if (values instanceof Int32Array) module.hashIntegers(at, rows, hashes)
        else module.hashNumbers(at, rows, hashes)
        return memory.i32Result(hashes, rows)
      })
    },
    recordSums(keyHashes, valueHashes) {
      return memory.call(() => {
        const sums = memory.scratch(8)
        const keys = memory.put(keyHashes)
        module.addRecords(keys, memory.put(valueHashes), keyHashes.length, sums)
        return { low: memory.u32[sums >> 2]!, high: memory.u32[(sums >> 2) + 1]! }
      })
    },
    addByIds(ids, values, sums, size) {
      if (!memory.holds(sums)) return addByIds(ids, values, sums, size)
      const add = values instanceof Int32Array ? module.addIntegers : module.addDoubles
      return memory.call(() =>
        add(memory.put(ids), memory.put(values), values.length, sums.byteOffset, size),
      )
    },
    textTable: () => new WasmTextTable(instance),
    numberTable: () => new WasmNumberTable(instance),
  }
}
