import {
  type CompressedInput,
  type Compressor,
  type Decompressor,
  NOTHING,
} from './compressed-input.ts'
import { HadoopBlocks } from './hadoop-blocks.ts'
import { BlockCompressor, decompressBlock, readRawLz4 } from './lz4-block.ts'
import { Xxh32 } from './xxh32.ts'

const MAGIC = 0x184d2204
const isSkippable = (magic: number): boolean => (magic & 0xfffffff0) >>> 0 === 0x184d2a50
const HISTORY_BYTES = 64 * 1024
/** By the code in the header. */
const BLOCK_BYTES: Readonly<Record<number, number>> = {
  4: 1 << 16,
  5: 1 << 18,
  6: 1 << 20,
  7: 1 << 22,
}
const STORED = 0x80000000
const VERSION = 0x40
const INDEPENDENT = 0x20
const BLOCK_SUMS = 0x10
const CONTENT_SIZE = 0x08
const CONTENT_SUM = 0x04
const DICTIONARY = 0x01

/** LZ4 frames, one after another, with whatever checksums they have; or blocks as Hadoop lays them in files. */
export class Lz4Decompressor implements Decompressor {
  readonly #input: CompressedInput
  #frame: Frame | undefined
  #hadoop: HadoopBlocks | undefined
  #isBegun = false

  constructor(input: CompressedInput) {
    this.#input = input
  }

  next(): Uint8Array {
    for (;;) {
      const out = this.#hadoop?.next() ?? this.#frame?.next()
      if (out !== undefined) return out
      if (this.#isBegun && this.#input.isAtEnd()) return NOTHING
      this.#begin()
      this.#isBegun = true
    }
  }

  close(): void {
    this.#frame = undefined
  }

  #begin(): void {
    const magic = this.#input.word()
    if (magic === MAGIC) this.#frame = new Frame(this.#input)
    else if (isSkippable(magic)) this.#skip(this.#input.word())
    else if (this.#isBegun) throw new Error('there is something behind its end')
    else this.#hadoop = new HadoopBlocks(this.#input, magic, readRawLz4)
  }

  #skip(size: number): void {
    this.#frame = undefined
    for (let left = size; left > 0; left--) this.#input.byte()
  }
}

class Frame {
  readonly #input: CompressedInput
  readonly #flags: number
  readonly #blockBytes: number
  readonly #sum = new Xxh32()
  /** What a block may refer back to, and room for the next one. */
  readonly #room: Uint8Array
  #history = 0
  #isEnded = false

  constructor(input: CompressedInput) {
    this.#input = input
    const [flags, sizes] = input.take(2) as unknown as [number, number]
    const blockBytes = BLOCK_BYTES[(sizes >> 4) & 7]
    if ((flags & 0xc0) !== VERSION || blockBytes === undefined) throw new Error('unknown header')
    if ((flags & DICTIONARY) !== 0) throw new Error('it needs a dictionary')
    const size = (flags & CONTENT_SIZE) === 0 ? [] : [...input.take(8)]
    const expected = (new Xxh32().update(Uint8Array.of(flags, sizes, ...size)).digest() >> 8) & 0xff
    if (input.byte() !== expected) throw new Error('wrong checksum of a header')
    this.#flags = flags
    this.#blockBytes = blockBytes
    this.#room = new Uint8Array(HISTORY_BYTES + blockBytes)
  }

  /** Undefined at its end. */
  next(): Uint8Array | undefined {
    if (this.#isEnded) return undefined
    const head = this.#input.word()
    if (head === 0) {
      this.#end()
      return undefined
    }
    const size = (head & ~STORED) >>> 0
    if (size > this.#blockBytes) throw new Error('a block is longer than the header says')
    const block = this.#input.take(size)
    const out = head >= STORED ? block.slice() : this.#decompress(block)
    if ((this.#flags & BLOCK_SUMS) !== 0) {
      // Before the next bytes are taken, `block` is valid.
      const sum = new Xxh32().update(block).digest()
      if (this.#input.word() !== sum) throw new Error('wrong checksum of a block')
    }
    if ((this.#flags & CONTENT_SUM) !== 0) this.#sum.update(out)
    this.#remember(out)
    return out
  }

  #decompress(block: Uint8Array): Uint8Array {
    const from = HISTORY_BYTES - this.#history
    const end = decompressBlock(block, this.#room, HISTORY_BYTES, from)
    return this.#room.slice(HISTORY_BYTES, end)
  }

  #remember(out: Uint8Array): void {
    if ((this.#flags & INDEPENDENT) !== 0) return
    const kept = Math.min(this.#history, HISTORY_BYTES - Math.min(out.length, HISTORY_BYTES))
    this.#room.copyWithin(
      HISTORY_BYTES - kept - Math.min(out.length, HISTORY_BYTES),
      HISTORY_BYTES - kept,
      HISTORY_BYTES,
    )
    const last = out.subarray(Math.max(0, out.length - HISTORY_BYTES))
    this.#room.set(last, HISTORY_BYTES - last.length)
    this.#history = kept + last.length
  }

  #end(): void {
    this.#isEnded = true
    if ((this.#flags & CONTENT_SUM) === 0) return
    if (this.#input.word() !== this.#sum.digest()) throw new Error('wrong checksum of the content')
  }
}

const WRITTEN_CODE = 5
const WRITTEN_BYTES = BLOCK_BYTES[WRITTEN_CODE]!

/** One frame of blocks that stand for themselves, and a checksum of all. */
export class Lz4Compressor implements Compressor {
  readonly #blocks = new BlockCompressor()
  readonly #sum = new Xxh32()
  readonly #gathered = new Uint8Array(WRITTEN_BYTES)
  #size = 0
  #isBegun = false

  write(bytes: Uint8Array): Uint8Array {
    const out: Uint8Array[] = this.#head()
    this.#sum.update(bytes)
    for (let at = 0; at < bytes.length; ) {
      const count = Math.min(bytes.length - at, WRITTEN_BYTES - this.#size)
      this.#gathered.set(bytes.subarray(at, at + count), this.#size)
      this.#size += count
      at += count
      if (this.#size === WRITTEN_BYTES) out.push(...this.#block())
    }
    return joined(out)
  }

  finish(): Uint8Array {
    const last = this.#size > 0 ? this.#block() : []
    return joined([...this.#head(), ...last, littleEndian(0), littleEndian(this.#sum.digest())])
  }

  close(): void {
    this.#size = 0
  }

  #head(): Uint8Array[] {
    if (this.#isBegun) return []
    this.#isBegun = true
    const descriptor = Uint8Array.of(VERSION | INDEPENDENT | CONTENT_SUM, WRITTEN_CODE << 4)
    const sum = (new Xxh32().update(descriptor).digest() >> 8) & 0xff
    return [littleEndian(MAGIC), descriptor, Uint8Array.of(sum)]
  }

  #block(): Uint8Array[] {
    const bytes = this.#gathered.subarray(0, this.#size)
    this.#size = 0
    const block = this.#blocks.compress(bytes)
    if (block === undefined) return [littleEndian(bytes.length + STORED), bytes.slice()]
    return [littleEndian(block.length), block]
  }
}

export function littleEndian(value: number): Uint8Array {
  return Uint8Array.of(value, value >>> 8, value >>> 16, value >>> 24)
}

export function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0))
  let at = 0
  for (const piece of pieces) {
    all.set(piece, at)
    at += piece.length
  }
  return all
}
