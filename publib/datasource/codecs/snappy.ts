import {
  type CompressedInput,
  type Compressor,
  type Decompressor,
  NOTHING,
} from './compressed-input.ts'
import { crc32c } from './crc32c.ts'
import { HadoopBlocks } from './hadoop-blocks.ts'
import { joined, littleEndian } from './lz4.ts'
import { loadPackage } from './optional-package.ts'

/** What is used of snappyjs. */
interface Snappy {
  compress(bytes: Uint8Array): Uint8Array
  uncompress(bytes: Uint8Array, sizeMax?: number): Uint8Array
}
let loaded: Snappy | undefined
function snappy(): Snappy {
  loaded ??= loadPackage<Snappy>('snappyjs')
  return loaded
}

const IDENTIFIER = Uint8Array.of(0xff, 6, 0, 0, 0x73, 0x4e, 0x61, 0x50, 0x70, 0x59)
/** Its first four bytes, the least first. */
const IDENTIFIER_WORD = 0x000006ff
const COMPRESSED = 0
const STORED = 1
const CHUNK_BYTES = 64 * 1024

const masked = (sum: number): number => (((sum >>> 15) | (sum << 17)) + 0xa282ead8) >>> 0

/** Snappy's framing format, every chunk checked; or blocks as Hadoop lays them in files. */
export class SnappyDecompressor implements Decompressor {
  readonly #input: CompressedInput
  #hadoop: HadoopBlocks | undefined
  #isBegun = false

  constructor(input: CompressedInput) {
    this.#input = input
  }

  next(): Uint8Array {
    if (!this.#isBegun) this.#begin()
    if (this.#hadoop !== undefined) return this.#hadoop.next()
    while (!this.#input.isAtEnd()) {
      const out = this.#chunk()
      if (out.length > 0) return out
    }
    return NOTHING
  }

  close(): void {}

  #begin(): void {
    this.#isBegun = true
    const first = this.#input.word()
    if (first !== IDENTIFIER_WORD) {
      const read = (chunk: Uint8Array, sizeMax: number): Uint8Array =>
        uncompressSnappy(chunk, sizeMax)
      this.#hadoop = new HadoopBlocks(this.#input, first, read)
    } else this.#identifier(6)
  }

  #identifier(size: number): void {
    const isRight = size === 6 && this.#input.take(6).every((byte, i) => byte === IDENTIFIER[4 + i])
    if (!isRight) throw new Error('unknown header')
  }

  #chunk(): Uint8Array {
    const head = this.#input.word()
    const type = head & 0xff
    const size = head >>> 8
    if (type === 0xff) this.#identifier(size)
    else if (type === COMPRESSED || type === STORED) return this.#data(type, size)
    else if (type < 0x80) throw new Error(`a chunk of the unknown type ${type}`)
    // Padding, and what may be skipped.
    else this.#input.take(size)
    return NOTHING
  }

  #data(type: number, size: number): Uint8Array {
    if (size < 4 || size > CHUNK_BYTES * 2) throw new Error('a chunk of an impossible size')
    const sum = this.#input.word()
    const chunk = this.#input.take(size - 4)
    const out = type === STORED ? chunk.slice() : uncompressSnappy(chunk, CHUNK_BYTES)
    if (masked(crc32c(out)) !== sum) throw new Error('wrong checksum of a chunk')
    return out
  }
}

/** What a block on its own holds. Throws where it is damaged. */
export function uncompressSnappy(chunk: Uint8Array, sizeMax: number): Uint8Array {
  return snappy().uncompress(chunk, sizeMax)
}

/** Snappy's framing format. */
export class SnappyCompressor implements Compressor {
  readonly #gathered = new Uint8Array(CHUNK_BYTES)
  #size = 0
  #isBegun = false

  write(bytes: Uint8Array): Uint8Array {
    const out = this.#head()
    for (let at = 0; at < bytes.length; ) {
      const count = Math.min(bytes.length - at, CHUNK_BYTES - this.#size)
      this.#gathered.set(bytes.subarray(at, at + count), this.#size)
      this.#size += count
      at += count
      if (this.#size === CHUNK_BYTES) out.push(...this.#chunk())
    }
    return joined(out)
  }

  finish(): Uint8Array {
    return joined([...this.#head(), ...(this.#size > 0 ? this.#chunk() : [])])
  }

  close(): void {
    this.#size = 0
  }

  #head(): Uint8Array[] {
    if (this.#isBegun) return []
    this.#isBegun = true
    return [IDENTIFIER]
  }

  #chunk(): Uint8Array[] {
    const bytes = this.#gathered.slice(0, this.#size)
    this.#size = 0
    const packed = snappy().compress(bytes)
    const isSmaller = packed.length < bytes.length
    const data = isSmaller ? packed : bytes
    const head = littleEndian(((data.length + 4) << 8) | (isSmaller ? COMPRESSED : STORED))
    return [head, littleEndian(masked(crc32c(bytes))), data]
  }
}
