/** Where bytes come from. */
export interface Bytes {
  /** Fills `into` from its start as far as there are bytes at hand; 0 at the end. */
  read(into: Uint8Array): number
}

const PIECE_BYTES = 64 * 1024

/** Compressed bytes as decompressors take them: by the piece, by the byte, or so many. */
export class CompressedInput {
  readonly #source: Bytes
  #buffer = new Uint8Array(PIECE_BYTES)
  #start = 0
  #end = 0
  #before = 0

  constructor(source: Bytes) {
    this.#source = source
  }

  /** How many bytes have been taken. */
  get position(): number {
    return this.#before + this.#start
  }

  isAtEnd(): boolean {
    return this.#start === this.#end && !this.#more()
  }

  /** What is at hand, valid until more is taken; nothing at the end. */
  piece(): Uint8Array {
    if (this.isAtEnd()) return this.#buffer.subarray(0, 0)
    const piece = this.#buffer.subarray(this.#start, this.#end)
    this.#start = this.#end
    return piece
  }

  /** @throws where there is none */
  byte(): number {
    if (this.#start === this.#end && !this.#more()) throw new Error('unexpected end of file')
    return this.#buffer[this.#start++]!
  }

  /** So many, valid until more are taken. @throws where there are less */
  take(count: number): Uint8Array {
    while (this.#end - this.#start < count) {
      if (this.#start > 0) this.#pack()
      if (count > this.#buffer.length) this.#grow(count)
      if (!this.#more()) throw new Error('unexpected end of file')
    }
    this.#start += count
    return this.#buffer.subarray(this.#start - count, this.#start)
  }

  /** A number of four bytes, the least first. */
  word(): number {
    const [a, b, c, d] = this.take(4) as unknown as [number, number, number, number]
    return (a | (b << 8) | (c << 16) | (d << 24)) >>> 0
  }

  #more(): boolean {
    if (this.#start === this.#end) this.#pack()
    const count = this.#source.read(this.#buffer.subarray(this.#end))
    this.#end += count
    return count > 0
  }

  #pack(): void {
    this.#buffer.copyWithin(0, this.#start, this.#end)
    this.#before += this.#start
    this.#end -= this.#start
    this.#start = 0
  }

  #grow(size: number): void {
    const grown = new Uint8Array(size)
    grown.set(this.#buffer.subarray(0, this.#end))
    this.#buffer = grown
  }
}

/** Gives what compressed bytes hold. */
export interface Decompressor {
  /** The next piece, in memory of its own; nothing at the end. Throws where bytes are damaged, or end too early. */
  next(): Uint8Array
  close(): void
}

/** Compresses piece by piece. */
export interface Compressor {
  /** What `bytes` give, in memory of its own. */
  write(bytes: Uint8Array): Uint8Array
  /** The rest. */
  finish(): Uint8Array
  close(): void
}

export const NOTHING = new Uint8Array(0)
