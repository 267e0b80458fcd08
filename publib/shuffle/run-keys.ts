import { type Column, packUtf8 } from '#publib/columnar'
import { kernels } from '#publib/kernels'
import { SimSparkError } from '#publib/util'
import type { SortClass } from './sort-keys.ts'

/** The keys of a run that is to be sorted, in the memory of kernels: they are sorted where they lie. */
export interface RunKeys {
  readonly rows: number
  readonly bytes: number
  /** Takes keys of its class: the rows `from` up to `to`. Where texts begin is given unless all of them are meant. */
  add(keys: Column, from: number, to: number, starts?: Uint32Array | undefined): void
  /** What it holds, in its order: views that are valid until it changes. */
  column(): Column
  /** Brings them in order, equal ones as they came. */
  sort(isFalling: boolean): void
  /** Forgets all keys, and keeps memory for others. */
  clear(): void
  release(): void
}

export function runKeysFor(of: SortClass): RunKeys {
  return of === 'text' ? new TextKeys() : new NumberKeys(of)
}

const ROWS_MIN = 4096

class NumberKeys implements RunKeys {
  rows = 0
  readonly #class: SortClass
  readonly #memory = new KernelBytes()
  #areIntegers = true

  constructor(of: SortClass) {
    this.#class = of
  }

  get bytes(): number {
    return this.rows * 8
  }

  add(keys: Column, from: number, to: number): void {
    const { values } = keys as { readonly values: Float64Array | Int32Array | Uint8Array }
    if (keys.kind !== 'i32') this.#areIntegers = false
    const start = this.rows
    this.rows += to - from
    this.#memory.reserve(Math.max(this.rows, ROWS_MIN) * 8, start * 8)
    this.#values().set(values.subarray(from, to), start)
  }

  column(): Column {
    const values = this.#values()
    switch (this.#class) {
      case 'date':
        return { kind: 'date', values }
      case 'boolean':
        return { kind: 'bool', values: new Uint8Array(values) }
      default:
        if (this.#areIntegers) return { kind: 'i32', values: new Int32Array(values) }
        return { kind: 'f64', values }
    }
  }

  sort(isFalling: boolean): void {
    const values = this.#values()
    kernels().scope(() => values.set(kernels().sortNumbers(values, isFalling)))
  }

  clear(): void {
    this.rows = 0
    this.#areIntegers = true
  }

  release(): void {
    this.#memory.release()
  }

  #values(): Float64Array {
    const { buffer, byteOffset } = this.#memory.bytes
    return new Float64Array(buffer, byteOffset, this.rows)
  }
}

class TextKeys implements RunKeys {
  rows = 0
  readonly #texts = new KernelBytes()
  readonly #lengths = new KernelBytes()
  #end = 0

  get bytes(): number {
    return this.#end + this.rows * 4
  }

  add(keys: Column, from: number, to: number, starts?: Uint32Array | undefined): void {
    const packed = packUtf8(keys as Column & { kind: 'utf8' })
    const bytes = packed.bytes.subarray(starts?.[from], starts?.[to])
    const lengths = packed.lengths.subarray(from, to)
    const start = this.#end
    const row = this.rows
    this.#end += bytes.length
    this.rows += to - from
    this.#texts.reserve(Math.max(this.#end, ROWS_MIN), start)
    this.#lengths.reserve(Math.max(this.rows, ROWS_MIN) * 4, row * 4)
    this.#texts.bytes.set(bytes, start)
    this.column().lengths.set(lengths, row)
  }

  column(): Column & { kind: 'utf8' } {
    const { buffer, byteOffset } = this.#lengths.bytes
    const lengths = new Uint32Array(buffer, byteOffset, this.rows)
    return { kind: 'utf8', bytes: this.#texts.bytes.subarray(0, this.#end), lengths }
  }

  sort(isFalling: boolean): void {
    const { bytes, lengths } = this.column()
    const texts = { bytes, lengths, starts: undefined }
    kernels().scope(() => {
      const sorted = kernels().gatherTexts(texts, kernels().orderOfTexts(texts, isFalling))
      bytes.set(sorted.bytes)
      lengths.set(sorted.lengths)
    })
  }

  clear(): void {
    this.rows = 0
    this.#end = 0
  }

  release(): void {
    this.#texts.release()
    this.#lengths.release()
  }
}

/** Bytes in the memory of kernels, as many as are asked for. */
class KernelBytes {
  bytes: Uint8Array = new Uint8Array(0)
  #isKernels = false

  /** Makes room for `size` bytes; the first `used` stay. */
  reserve(size: number, used: number): void {
    if (size <= this.bytes.length) return
    const room = Math.max(size, this.bytes.length * 2)
    const larger = allocateIfRoom(room)
    const bytes = larger ?? new Uint8Array(room)
    bytes.set(this.bytes.subarray(0, used))
    this.release()
    this.bytes = bytes
    this.#isKernels = larger !== undefined
  }

  release(): void {
    if (this.#isKernels) kernels().free(this.bytes)
    this.bytes = new Uint8Array(0)
    this.#isKernels = false
  }
}

/** Undefined where kernels have no room any more: then copies are made for each call. */
function allocateIfRoom(size: number): Uint8Array | undefined {
  try {
    return kernels().allocate(size)
  } catch (error) {
    if (error instanceof SimSparkError && error.code === 'OUT_OF_MEMORY') return undefined
    throw error
  }
}
