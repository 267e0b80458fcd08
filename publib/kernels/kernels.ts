import type { Kernels } from './doors.ts'
import { plainKernels } from './plain/plain-kernels.ts'
import { type Instance, newInstance } from './wasm/instance.ts'
import { wasmKernels } from './wasm/wasm-kernels.ts'

let ofThread: Kernels | undefined
let instance: Instance | undefined

/**
 * The kernels of this thread, made when they are first asked for: in WebAssembly, or plain ones where it is refused, or where
 * the environment variable SIMSPARK_KERNELS is `plain`.
 */
export function kernels(): Kernels {
  ofThread ??= process.env['SIMSPARK_KERNELS'] === 'plain' ? plainKernels : makeKernels()
  return ofThread
}

/**
 * `kernels().scope(work)`, but for a thread that has not needed a kernel yet: there is nothing to keep then, and nothing is
 * made. What the first kernel gives during `work` is a copy.
 */
export function kernelScope<Result>(work: () => Result): Result {
  return ofThread === undefined ? work() : ofThread.scope(work)
}

/** Of what V8 counts as external memory of this thread, what its kernels reserved and never touched: it takes no memory. */
export function untouchedKernelBytes(): number {
  return instance === undefined ? 0 : instance.memory.reservedBytes - instance.memory.memoryBytes
}

function makeKernels(): Kernels {
  instance = newInstance()
  return instance === undefined ? plainKernels : wasmKernels(instance)
}
