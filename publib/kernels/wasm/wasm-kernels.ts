import type { Kernels } from '../doors.ts'
import { csvKernels } from './csv-kernels.ts'
import type { Instance } from './instance.ts'
import { jsonKernels } from './json-kernels.ts'
import { keyKernels } from './key-kernels.ts'
import { numberKernels } from './number-kernels.ts'
import { orderKernels } from './order-kernels.ts'
import { textKernels } from './text-kernels.ts'

/** All kernels in WebAssembly, on one instance. */
export function wasmKernels(instance: Instance): Kernels {
  const { memory } = instance
  return {
    name: 'wasm',
    get memoryBytes() {
      return memory.memoryBytes
    },
    allocate: size => memory.allocate(size),
    free: bytes => memory.free(bytes),
    scope: work => memory.scope(work),
    ...textKernels(instance),
    ...keyKernels(instance),
    ...numberKernels(instance),
    ...orderKernels(instance),
    ...csvKernels(instance),
    ...jsonKernels(instance),
  }
}
