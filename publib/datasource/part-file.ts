import { Buffer } from 'node:buffer'
import { crc32 } from 'node:zlib'
import type { OpenFile } from '#publib/env'
import { type Codec, type Compressor, compressorOf } from './codecs/index.ts'

const BUFFER_CHARACTERS = 256 * 1024

/** A file of output on its way: text is gathered, everything is compressed, counted and summed. */
export class PartFile {
  bytes = 0
  crc32 = 0
  readonly #file: OpenFile
  readonly #compressor: Compressor | undefined
  #text = ''

  constructor(file: OpenFile, codec: Codec) {
    this.#file = file
    this.#compressor = compressorOf(codec)
  }

  text(text: string): void {
    this.#text += text
    if (this.#text.length >= BUFFER_CHARACTERS) this.#flush()
  }

  raw(bytes: Uint8Array): void {
    this.#flush()
    this.#write(bytes)
  }

  finish(): void {
    this.#flush()
    if (this.#compressor !== undefined) this.#append(this.#compressor.finish())
  }

  close(): void {
    this.#compressor?.close()
    this.#file.close()
  }

  #flush(): void {
    if (this.#text === '') return
    const bytes = Buffer.from(this.#text, 'utf8')
    this.#text = ''
    this.#write(bytes)
  }

  #write(bytes: Uint8Array): void {
    this.#append(this.#compressor === undefined ? bytes : this.#compressor.write(bytes))
  }

  #append(bytes: Uint8Array): void {
    if (bytes.length === 0) return
    this.#file.write(bytes)
    this.bytes += bytes.length
    this.crc32 = crc32(bytes, this.crc32)
  }
}
