import { Buffer } from 'node:buffer'

/** Bytes are not what an encoder wrote; the decoder makes CORRUPT_BLOCK of it. */
export class MalformedBytes extends Error {
  override readonly name = 'MalformedBytes'
}

/** Reads what a ByteWriter wrote. Every length is checked before anything is taken or allocated. */
export class ByteReader {
  readonly #buffer: Buffer
  #position: number

  constructor(bytes: Uint8Array, position = 0) {
    this.#buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#position = position
  }

  get remaining(): number {
    return this.#buffer.length - this.#position
  }

  u8(): number {
    return this.#buffer[this.#take(1)]!
  }

  u32(): number {
    return this.#buffer.readUInt32LE(this.#take(4))
  }

  f64(): number {
    return this.#buffer.readDoubleLE(this.#take(8))
  }

  varint(): number {
    let value = 0
    let scale = 1
    for (;;) {
      const byte = this.u8()
      value += (byte & 127) * scale
      if (byte < 128) return value
      scale *= 128
      if (scale > Number.MAX_SAFE_INTEGER) throw new MalformedBytes('an endless number')
    }
  }

  /** A number of things that take at least `bytesEach` bytes each. */
  count(bytesEach: number): number {
    const count = this.varint()
    if (count * bytesEach > this.remaining) throw new MalformedBytes('a count beyond the end')
    return count
  }

  /** A view of the next bytes: copied before it is given to anybody. */
  view(size: number): Buffer {
    const start = this.#take(size)
    return this.#buffer.subarray(start, start + size)
  }

  /** The next bytes as memory of their own, aligned for any typed array. */
  memory(size: number): ArrayBuffer {
    const copy = new ArrayBuffer(size)
    new Uint8Array(copy).set(this.view(size))
    return copy
  }

  text(encoding: 'utf8' | 'utf16le'): string {
    const size = this.count(1)
    const start = this.#take(size)
    return this.#buffer.toString(encoding, start, start + size)
  }

  #take(size: number): number {
    const start = this.#position
    if (size > this.#buffer.length - start) throw new MalformedBytes('bytes beyond the end')
    this.#position = start + size
    return start
  }
}
