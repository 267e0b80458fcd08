import { type CompressedInput, NOTHING } from './compressed-input.ts'

/** Larger blocks are no blocks, but what is taken for their length. */
const BLOCK_BYTES_MAX = 256 << 20

/**
 * How Hadoop lays blocks of codecs without a file format into files: the size of what a block holds, and the chunks that hold
 * it, each behind its own size; sizes are four bytes, the highest first. There is no checksum: sizes must be right.
 */
export class HadoopBlocks {
  readonly #input: CompressedInput
  readonly #decompress: (chunk: Uint8Array, sizeMax: number) => Uint8Array
  /** What the current block still holds; undefined: a block begins. */
  #left: number

  /** `first` are the first four bytes, the least first. */
  constructor(
    input: CompressedInput,
    first: number,
    decompress: (chunk: Uint8Array, sizeMax: number) => Uint8Array,
  ) {
    this.#input = input
    this.#decompress = decompress
    this.#left = checked(swapped(first))
  }

  /** Nothing at the end. */
  next(): Uint8Array {
    while (this.#left === 0) {
      if (this.#input.isAtEnd()) return NOTHING
      this.#left = checked(swapped(this.#input.word()))
    }
    const chunk = this.#input.take(checked(swapped(this.#input.word())))
    const out = this.#decompress(chunk, this.#left)
    if (out.length === 0 || out.length > this.#left) throw new Error('damaged block')
    this.#left -= out.length
    return out
  }
}

function checked(size: number): number {
  if (size > BLOCK_BYTES_MAX) throw new Error('unknown header')
  return size
}

function swapped(word: number): number {
  return ((word << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24)) >>> 0
}
