import { Buffer } from 'node:buffer'

/** More bytes in one block are refused: offsets stay below 2^31. */
export const BLOCK_BYTES_MAX = 1 << 30

/** Bytes that grow at the end; numbers little endian. */
export class ByteWriter {
  #buffer: Buffer
  #length = 0

  constructor(capacity = 256) {
    this.#buffer = Buffer.allocUnsafeSlow(capacity)
  }

  get length(): number {
    return this.#length
  }

  u8(value: number): void {
    const start = this.#room(1)
    this.#buffer[start] = value
  }

  u32(value: number): void {
    const start = this.#room(4)
    this.#buffer.writeUInt32LE(value, start)
  }

  f64(value: number): void {
    const start = this.#room(8)
    this.#buffer.writeDoubleLE(value, start)
  }

  /** An unsigned integer of up to 53 bits, 7 bits a byte. */
  varint(value: number): void {
    let rest = value
    while (rest > 127) {
      this.u8((rest % 128) | 128)
      rest = Math.floor(rest / 128)
    }
    this.u8(rest)
  }

  bytes(bytes: Uint8Array): void {
    const start = this.#room(bytes.length)
    this.#buffer.set(bytes, start)
  }

  /** Room for so many bytes, to be filled at once: valid until the next write. */
  room(size: number): Uint8Array {
    const start = this.#room(size)
    return this.#buffer.subarray(start, start + size)
  }

  /** The memory of a typed array, as it is. */
  memory(view: ArrayBufferView): void {
    this.bytes(new Uint8Array(view.buffer, view.byteOffset, view.byteLength))
  }

  /** Characters in this encoding, behind their length in bytes. */
  text(text: string, encoding: 'utf8' | 'utf16le'): void {
    const size = Buffer.byteLength(text, encoding)
    this.varint(size)
    const start = this.#room(size)
    this.#buffer.write(text, start, size, encoding)
  }

  /** Writes over what stands at `position`. */
  setU32(position: number, value: number): void {
    this.#buffer.writeUInt32LE(value, position)
  }

  /** What is written so far, not copied: valid until the next write. */
  view(): Buffer {
    return this.#buffer.subarray(0, this.#length)
  }

  /** What is written, as memory of its own where much of this one would lie idle. */
  finish(): Uint8Array {
    const view = this.view()
    return view.length * 4 < this.#buffer.length * 3 ? Uint8Array.prototype.slice.call(view) : view
  }

  /** What is written, as memory of its own; this one is for other things from now on. */
  takeCopy(): Uint8Array {
    const copy = Buffer.allocUnsafeSlow(this.#length)
    this.#buffer.copy(copy, 0, 0, this.#length)
    this.#length = 0
    return copy
  }

  /** Makes room before the buffer is touched: it may be another one afterwards. */
  #room(size: number): number {
    const start = this.#length
    const end = start + size
    if (end > this.#buffer.length) this.#grow(end)
    this.#length = end
    return start
  }

  #grow(needed: number): void {
    if (needed > BLOCK_BYTES_MAX) throw new RangeError('more than 1 GiB in one block')
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.#buffer.length * 2))
    this.#buffer.copy(grown, 0, 0, this.#length)
    this.#buffer = grown
  }
}
