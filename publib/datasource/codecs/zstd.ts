import { type CompressedInput, type Decompressor, NOTHING } from './compressed-input.ts'
import { joined } from './lz4.ts'
import { loadPackage } from './optional-package.ts'
import { Xxh64 } from './xxh64.ts'
import { hasZstd, SyncZlib } from './zlib-codec.ts'

/** What is used of fzstd. */
interface Fzstd {
  readonly Decompress: new (
    onData: (bytes: Uint8Array) => void,
  ) => { push(bytes: Uint8Array, isLast: boolean): void }
}
let loaded: Fzstd | undefined

/** Takes a frame block by block. */
interface FrameDecoder {
  /** With the last block comes the checksum that stands behind it, if there is one. */
  write(bytes: Uint8Array, last?: { readonly sum: Uint8Array }): Uint8Array
  close(): void
}

interface Frame {
  readonly decoder: FrameDecoder
  readonly hasSum: boolean
}

const MAGIC = 0xfd2fb528
const isSkippable = (magic: number): boolean => (magic & 0xfffffff0) >>> 0 === 0x184d2a50
const RLE = 1
const RESERVED = 3
const BLOCK_BYTES_MAX = 128 * 1024

/**
 * Frames of Zstandard, one after another, block by block. Node decompresses them where it can, else fzstd, whose
 * checksums are looked at here. Frames are followed here, because neither tells alike where they end or break off.
 */
export class ZstdDecompressor implements Decompressor {
  readonly #input: CompressedInput
  readonly #decoderOf: () => FrameDecoder
  #frame: Frame | undefined
  #isBegun = false

  constructor(input: CompressedInput, isNative = hasZstd) {
    this.#input = input
    this.#decoderOf = isNative ? nativeDecoder : fzstdDecoder
  }

  next(): Uint8Array {
    for (;;) {
      if (this.#frame === undefined) {
        if (this.#isBegun && this.#input.isAtEnd()) return NOTHING
        this.#begin()
        this.#isBegun = true
      } else {
        const out = this.#block(this.#frame)
        if (out.length > 0) return out
      }
    }
  }

  close(): void {
    this.#frame?.decoder.close()
    this.#frame = undefined
  }

  #begin(): void {
    const magic = this.#input.word()
    if (isSkippable(magic)) {
      for (let left = this.#input.word(); left > 0; left--) this.#input.byte()
      return
    }
    if (magic !== MAGIC) {
      throw new Error(this.#isBegun ? 'there is something behind its end' : 'unknown header')
    }
    const descriptor = this.#input.byte()
    const isSingle = (descriptor & 0x20) !== 0
    const dictionary = [0, 1, 2, 4][descriptor & 3]!
    const content = [isSingle ? 1 : 0, 2, 4, 8][descriptor >> 6]!
    const rest = this.#input.take((isSingle ? 0 : 1) + dictionary + content)
    if (
      rest
        .subarray(isSingle ? 0 : 1)
        .subarray(0, dictionary)
        .some(byte => byte !== 0)
    ) {
      throw new Error('it needs a dictionary')
    }
    const decoder = this.#decoderOf()
    this.#frame = { decoder, hasSum: (descriptor & 4) !== 0 }
    decoder.write(joined([Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, descriptor), rest]))
  }

  #block({ decoder, hasSum }: Frame): Uint8Array {
    const head = this.#input.take(3).slice() as unknown as [number, number, number] & Uint8Array
    const size = (head[0] | (head[1] << 8) | (head[2] << 16)) >>> 3
    const type = (head[0] >> 1) & 3
    if (type === RESERVED || size > BLOCK_BYTES_MAX) throw new Error('damaged block')
    const isLast = (head[0] & 1) !== 0
    const body = this.#input.take(type === RLE ? 1 : size).slice()
    const sum = isLast && hasSum ? this.#input.take(4) : NOTHING
    const out = decoder.write(joined([head, body]), isLast ? { sum } : undefined)
    if (isLast) this.close()
    return out
  }
}

function nativeDecoder(): FrameDecoder {
  const zlib = new SyncZlib('zstd', 'decompress')
  return {
    write: (bytes, last) => zlib.write(last === undefined ? bytes : joined([bytes, last.sum])),
    close: () => zlib.close(),
  }
}

function fzstdDecoder(): FrameDecoder {
  loaded ??= loadPackage<Fzstd>('fzstd')
  let pieces: Uint8Array[] = []
  const sum = new Xxh64()
  const differs = (byte: number, i: number): boolean =>
    byte !== Number((sum.digest() >> BigInt(8 * i)) & 0xffn)
  const stream = new loaded.Decompress(bytes => pieces.push(bytes.slice()))
  return {
    write(bytes, last) {
      pieces = []
      stream.push(last === undefined ? bytes : joined([bytes, last.sum]), last !== undefined)
      const out = joined(pieces)
      sum.update(out)
      if (last !== undefined && last.sum.length > 0 && last.sum.some(differs)) {
        throw new Error('wrong checksum of a frame')
      }
      return out
    },
    close: () => {},
  }
}
