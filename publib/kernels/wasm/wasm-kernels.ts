import type { Kernels, OrderKernels } from '../doors.ts'
import { plainKernels } from '../plain/plain-kernels.ts'
import type { Instance } from './instance.ts'
import { keyKernels } from './key-kernels.ts'
import { textKernels } from './text-kernels.ts'

const orders: OrderKernels = {
  orderOfTexts: plainKernels.orderOfTexts,
  orderOfNumbers: plainKernels.orderOfNumbers,
  sortNumbers: plainKernels.sortNumbers,
  placesOfTexts: plainKernels.placesOfTexts,
  placesOfNumbers: plainKernels.placesOfNumbers,
}

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
    ...orders,
  }
}
