import { SimSparkError } from '#publib/util'
import type { KernelMemory } from '../doors.ts'
import { Arena } from './arena.ts'
import type { WebAssemblyFace, WebMemory } from './web-assembly.ts'

const PAGE_BYTES = 1 << 16
/** Below 2 GiB, so that every address is a positive integer of 32 bits. */
export const MEMORY_BYTES_MAX = 2 ** 31 - PAGE_BYTES
/** Data of the module lies below; address 0 stands for nothing. */
const FIRST_BYTE = PAGE_BYTES
const SEGMENT_BYTES_MIN = 1 << 20
/** Scratch beyond it is given back when the call is over. */
const SCRATCH_BYTES_KEPT = 64 << 20

type Numbers = Uint8Array | Int32Array | Uint32Array | Float64Array

interface Segment {
  readonly start: number
  readonly size: number
}

/**
 * The memory of one instance. All of it is reserved at once, as address space: what is never touched costs nothing, it never
 * grows, and so no view of it is ever detached. (A shared memory could grow without detaching, but what copies from and to it
 * is up to eight times slower.) Bookkeeping is here, not in the module: an arena for what stays, and a stack of scratch for
 * one call, or for one `scope`.
 */
export class WasmMemory implements KernelMemory {
  readonly memory: WebMemory
  readonly bytes: Uint8Array
  readonly u32: Uint32Array
  readonly #arena: Arena
  readonly #segments: Segment[] = []
  #scratchBytes = 0
  /** Where scratch is taken next: a segment, and how much of it is taken. */
  #segment = 0
  #taken = 0
  #scopes = 0

  /** @throws RangeError where so much cannot be reserved */
  constructor(engine: WebAssemblyFace, size: number) {
    const pages = Math.ceil(size / PAGE_BYTES)
    this.memory = new engine.Memory({ initial: pages, maximum: pages })
    this.bytes = new Uint8Array(this.memory.buffer)
    this.u32 = new Uint32Array(this.memory.buffer)
    this.#arena = new Arena(FIRST_BYTE, pages * PAGE_BYTES)
  }

  get memoryBytes(): number {
    return this.#arena.touchedBytes
  }

  /** The address space that it has taken, which V8 counts as external memory. */
  get reservedBytes(): number {
    return this.#arena.limit
  }

  /** The most bytes that one call should copy in or out: kernels of this memory leave more to the plain ones, or take it in parts. */
  get partBytesMax(): number {
    return this.#arena.limit / 8
  }

  allocate(size: number): Uint8Array {
    const start = this.#arena.allocate(size)
    return this.bytes.subarray(start, start + size)
  }

  free(bytes: Uint8Array): void {
    this.#arena.free(bytes.byteOffset)
  }

  /** A place for something that lives until `giveBack`. */
  take(size: number): number {
    return this.#arena.allocate(size)
  }

  giveBack(at: number): void {
    this.#arena.free(at)
  }

  scope<Result>(work: () => Result): Result {
    const { segment, taken } = this.#mark()
    this.#scopes++
    try {
      return work()
    } finally {
      this.#scopes--
      this.#rewind(segment, taken)
    }
  }

  /** One call of a kernel: what it takes of scratch is given back behind it, unless a scope goes on. */
  call<Result>(work: () => Result): Result {
    if (this.#scopes > 0) return work()
    const { segment, taken } = this.#mark()
    try {
      return work()
    } finally {
      this.#rewind(segment, taken)
    }
  }

  /** A call that a plain twin can stand in for: undefined where there is no room for it. */
  callIfRoom<Result>(work: () => Result): Result | undefined {
    try {
      return this.call(work)
    } catch (error) {
      if (error instanceof SimSparkError && error.code === 'OUT_OF_MEMORY') return undefined
      throw error
    }
  }

  /** A place for the time of a call, or of the scope around it. */
  scratch(size: number): number {
    const room = (size + 127) & ~63
    for (;;) {
      const segment = this.#segments[this.#segment]
      if (segment === undefined) return this.#newSegment(room)
      if (this.#taken + room <= segment.size) {
        const at = segment.start + this.#taken
        this.#taken += room
        return at
      }
      this.#segment++
      this.#taken = 0
    }
  }

  /** Where the bytes of `items` stand: their own place if it is in here, else a copy in scratch. */
  put(items: Numbers): number {
    if (items.buffer === this.memory.buffer) return items.byteOffset
    const at = this.scratch(items.byteLength)
    this.bytes.set(new Uint8Array(items.buffer, items.byteOffset, items.byteLength), at)
    return at
  }

  holds(items: Numbers): boolean {
    return items.buffer === this.memory.buffer
  }

  /** Results at a place in scratch: these themselves in a scope, else a copy. */
  u8Result(at: number, count: number): Uint8Array {
    return this.#result(new Uint8Array(this.memory.buffer, at, count))
  }

  u32Result(at: number, count: number): Uint32Array {
    return this.#result(new Uint32Array(this.memory.buffer, at, count))
  }

  i32Result(at: number, count: number): Int32Array {
    return this.#result(new Int32Array(this.memory.buffer, at, count))
  }

  f64Result(at: number, count: number): Float64Array {
    return this.#result(new Float64Array(this.memory.buffer, at, count))
  }

  #result<A extends Numbers>(items: A): A {
    return this.#scopes > 0 ? items : (items.slice() as A)
  }

  #newSegment(room: number): number {
    const size = Math.max(room, SEGMENT_BYTES_MIN)
    const start = this.#arena.allocate(size)
    this.#segments.push({ start, size })
    this.#scratchBytes += size
    this.#taken = room
    return start
  }

  #mark() {
    return { segment: this.#segment, taken: this.#taken }
  }

  #rewind(segment: number, taken: number): void {
    this.#segment = segment
    this.#taken = taken
    if (segment > 0 || taken > 0) return
    while (this.#scratchBytes > SCRATCH_BYTES_KEPT) {
      const { start, size } = this.#segments.pop()!
      this.#arena.free(start)
      this.#scratchBytes -= size
    }
  }
}
