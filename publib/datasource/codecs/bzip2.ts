import { type CompressedInput, type Decompressor, NOTHING } from './compressed-input.ts'
import { loadPackage } from './optional-package.ts'

/** What is used of seek-bzip: its loop over blocks reads the whole file, so that its steps are taken here, one at a time. */
interface Bunzip {
  readonly reader: { read(bits: number): number }
  readonly streamCRC: number
  /** False where the stream ends. */
  _init_block(): boolean
  /** Writes a block out, and checks it. */
  _read_bunzip(): void
  _start_bunzip(input: unknown, output: unknown): void
}
type BunzipClass = new (input: unknown, output: unknown) => Bunzip
let loaded: BunzipClass | undefined

/** Streams of bzip2, one after another, block by block; a block becomes at most some tens of MiB, and most often 900 kB. */
export class Bzip2Decompressor implements Decompressor {
  readonly #input: CompressedInput
  readonly #source: object
  readonly #out = new GrowingBytes()
  #bunzip: Bunzip | undefined
  #isEnded = false

  constructor(input: CompressedInput) {
    this.#input = input
    this.#source = {
      readByte: () => input.byte(),
      read: (into: Uint8Array, at: number, count: number) => {
        for (let i = 0; i < count; i++) into[at + i] = input.byte()
        return count
      },
    }
  }

  next(): Uint8Array {
    loaded ??= loadPackage<BunzipClass>('seek-bzip')
    this.#bunzip ??= new loaded(this.#source, this.#out)
    const bunzip = this.#bunzip
    while (!this.#isEnded) {
      if (bunzip._init_block()) {
        bunzip._read_bunzip()
        const out = this.#out.take()
        if (out.length > 0) return out
      } else this.#endStream(bunzip)
    }
    return NOTHING
  }

  close(): void {
    this.#bunzip = undefined
  }

  #endStream(bunzip: Bunzip): void {
    if (bunzip.reader.read(32) >>> 0 !== bunzip.streamCRC) throw new Error('wrong checksum')
    this.#isEnded = this.#input.isAtEnd()
    if (!this.#isEnded) bunzip._start_bunzip(this.#source, this.#out)
  }
}

/** What the package writes to, byte by byte. */
class GrowingBytes {
  #bytes = new Uint8Array(1 << 20)
  #size = 0

  writeByte(byte: number): void {
    if (this.#size === this.#bytes.length) {
      const grown = new Uint8Array(this.#size * 2)
      grown.set(this.#bytes)
      this.#bytes = grown
    }
    this.#bytes[this.#size++] = byte
  }

  take(): Uint8Array {
    const out = this.#bytes.slice(0, this.#size)
    this.#size = 0
    return out
  }
}
