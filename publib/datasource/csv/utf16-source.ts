import { Buffer } from 'node:buffer'
import { StringDecoder } from 'node:string_decoder'
import type { ByteSource } from '../byte-source.ts'

const READ_BYTES = 64 * 1024

/** A file of two bytes a character as UTF-8, from its start on; its byte order mark stays the first character. */
export class Utf16Source implements ByteSource {
  readonly #source: ByteSource
  readonly #decoder = new StringDecoder('utf16le')
  readonly #units = Buffer.allocUnsafeSlow(READ_BYTES)
  #ready: Uint8Array = new Uint8Array()
  #isEnded = false

  constructor(source: ByteSource) {
    this.#source = source
  }

  read(into: Uint8Array): number {
    while (this.#ready.length === 0 && !this.#isEnded) this.#fill()
    const count = Math.min(into.length, this.#ready.length)
    into.set(this.#ready.subarray(0, count))
    this.#ready = this.#ready.subarray(count)
    return count
  }

  close(): void {
    this.#source.close()
  }

  #fill(): void {
    const count = this.#source.read(this.#units)
    this.#isEnded = count === 0
    const text = this.#isEnded
      ? this.#decoder.end()
      : this.#decoder.write(this.#units.subarray(0, count))
    this.#ready = Buffer.from(text, 'utf8')
  }
}
