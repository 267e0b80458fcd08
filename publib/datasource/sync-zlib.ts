import * as zlib from 'node:zlib'
import type { Codec } from './codec.ts'

/**
 * Compresses or decompresses a stream of bytes piece by piece, synchronously and in bounded memory. Node's public interface
 * does that only with callbacks, or for all bytes at once; underneath, its streams work through one synchronous function
 * that closes the stream behind itself. Here it is kept from closing. Node 20 to 26 behave alike; tests hold them to it.
 */
export class SyncZlib {
  readonly #stream: ZlibStream
  readonly #flags: { readonly write: number; readonly finish: number }

  constructor(codec: Exclude<Codec, 'none'>, direction: 'compress' | 'decompress') {
    this.#stream = make(codec, direction) as unknown as ZlibStream
    // Errors are thrown where they happen; the stream tells them a second time, later.
    this.#stream.on('error', () => {})
    const { constants } = zlib
    const isBrotli = codec === 'brotli'
    const compressing = isBrotli ? constants.BROTLI_OPERATION_PROCESS : constants.Z_NO_FLUSH
    const flushing = isBrotli ? constants.BROTLI_OPERATION_FLUSH : constants.Z_SYNC_FLUSH
    this.#flags = {
      write: direction === 'compress' ? compressing : flushing,
      finish: isBrotli ? constants.BROTLI_OPERATION_FINISH : constants.Z_FINISH,
    }
  }

  /** What `bytes` give; memory of its own. */
  write(bytes: Uint8Array): Uint8Array {
    return this.#process(bytes, this.#flags.write)
  }

  /** The rest. Throws where compressed bytes end too early. */
  finish(): Uint8Array {
    return this.#process(new Uint8Array(), this.#flags.finish)
  }

  close(): void {
    this.#stream.close()
  }

  #process(bytes: Uint8Array, flag: number): Uint8Array {
    const stream = this.#stream
    const handle = stream._handle
    if (handle === null) throw new Error('the stream is closed')
    const closing = [handle.close, stream.close] as const
    handle.close = () => {}
    stream.close = () => {}
    try {
      // The next call writes into the same memory.
      return Uint8Array.prototype.slice.call(stream._processChunk(bytes, flag))
    } finally {
      stream._handle = handle
      handle.close = closing[0]
      stream.close = closing[1]
    }
  }
}

interface ZlibStream {
  _handle: { close: () => void } | null
  _processChunk(bytes: Uint8Array, flag: number): Uint8Array
  on(event: 'error', call: () => void): void
  close: () => void
}

function make(codec: Exclude<Codec, 'none'>, direction: 'compress' | 'decompress'): unknown {
  switch (codec) {
    case 'gzip':
      return direction === 'compress' ? zlib.createGzip() : zlib.createGunzip()
    case 'deflate':
      return direction === 'compress' ? zlib.createDeflate() : zlib.createInflate()
    case 'brotli':
      return direction === 'compress'
        ? zlib.createBrotliCompress({ params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 5 } })
        : zlib.createBrotliDecompress()
  }
}
