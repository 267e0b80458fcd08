import type { KeyKernels } from '../doors.ts'
import { plainKernels } from '../plain/plain-kernels.ts'
import type { Instance } from './instance.ts'
import { WasmNumberTable } from './number-table.ts'
import { WasmTextTable } from './text-table.ts'

interface Exports {
  hashNumbers(values: number, rows: number, hashes: number): void
}

export function keyKernels(instance: Instance): KeyKernels {
  const { memory } = instance
  const module = instance.exports as Exports
  return {
    hashNumbers(values) {
      if (values instanceof Int32Array) return plainKernels.hashNumbers(values)
      return memory.call(() => {
        const at = memory.put(values)
        const hashes = memory.scratch(values.length * 4)
        module.hashNumbers(at, values.length, hashes)
        return memory.i32Result(hashes, values.length)
      })
    },
    textTable: () => new WasmTextTable(instance),
    numberTable: () => new WasmNumberTable(instance),
  }
}
