import { kernels } from '#publib/kernels'
import { SimSparkError } from '#publib/util'

const LEAF_BYTES = 8

/** Arrays of doubles, equally long, in the memory of kernels as far as there is room. */
export class HeldNumbers {
  leaves: Float64Array[] = []
  /** By leaf; undefined for one that lies elsewhere. */
  readonly #blocks: (Uint8Array | undefined)[] = []

  constructor() {
    // A task that failed may not have let go of it.
    forgotten.register(this, this.#blocks)
  }

  /** Of each leaf. */
  get length(): number {
    return this.leaves[0]?.length ?? 0
  }

  get bytes(): number {
    return this.leaves.length * this.length * LEAF_BYTES
  }

  /** Other arrays, whatever is in them. */
  begin(leaves: number, length: number): void {
    this.release()
    this.leaves = Array.from({ length: leaves }, (_, leaf) => this.#take(leaf, length))
  }

  grow(length: number): void {
    this.leaves = this.leaves.map((numbers, leaf) => {
      const block = this.#blocks[leaf]
      const longer = this.#take(leaf, length)
      longer.set(numbers)
      if (block !== undefined) kernels().free(block)
      return longer
    })
  }

  release(): void {
    this.leaves = []
    freeAll(this.#blocks)
  }

  #take(leaf: number, length: number): Float64Array {
    const block = allocate(length * LEAF_BYTES)
    this.#blocks[leaf] = block
    if (block === undefined) return new Float64Array(length)
    return new Float64Array(block.buffer, block.byteOffset, length)
  }
}

function allocate(size: number): Uint8Array | undefined {
  try {
    return kernels().allocate(size)
  } catch (error) {
    if (error instanceof SimSparkError && error.code === 'OUT_OF_MEMORY') return undefined
    throw error
  }
}

function freeAll(blocks: (Uint8Array | undefined)[]): void {
  for (const block of blocks.splice(0)) if (block !== undefined) kernels().free(block)
}

const forgotten = new FinalizationRegistry<(Uint8Array | undefined)[]>(freeAll)
