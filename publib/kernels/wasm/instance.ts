import { readFileSync } from 'node:fs'
import { MEMORY_BYTES_MAX, WasmMemory } from './memory.ts'
import { type WebAssemblyFace, webAssembly } from './web-assembly.ts'

/** The module that the build makes of the sources in `assembly`, and its memory. */
export interface Instance {
  readonly memory: WasmMemory
  /** What the sources export; each family of kernels names its own. Integers only, unsigned ones as they are given. */
  readonly exports: unknown
}

/** Where an operating system refuses to reserve that much: less. */
const MEMORY_SIZES = [MEMORY_BYTES_MAX, 2 ** 29, 2 ** 27]

/**
 * A new instance; undefined where WebAssembly, its vectors or so much address space are refused. V8 shares compiled code
 * between the threads of a process, for it knows modules by their bytes.
 */
export function newInstance(memoryBytes?: number): Instance | undefined {
  if (webAssembly === undefined) return undefined
  const code = readFileSync(new URL('../kernels.wasm', import.meta.url))
  try {
    const module = new webAssembly.Module(code)
    const memory = reserve(webAssembly, memoryBytes === undefined ? MEMORY_SIZES : [memoryBytes])
    const { exports } = new webAssembly.Instance(module, { env: { memory: memory.memory } })
    return { memory, exports }
  } catch (error) {
    if (error instanceof RangeError || error instanceof webAssembly.CompileError) return undefined
    throw error
  }
}

/** @throws RangeError */
function reserve(engine: WebAssemblyFace, sizes: readonly number[]): WasmMemory {
  const [size = 0, ...others] = sizes
  try {
    return new WasmMemory(engine, size)
  } catch (error) {
    if (!(error instanceof RangeError) || others.length === 0) throw error
    return reserve(engine, others)
  }
}
