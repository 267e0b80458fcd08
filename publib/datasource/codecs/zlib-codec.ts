import * as zlib from 'node:zlib'
import {
  type CompressedInput,
  type Compressor,
  type Decompressor,
  NOTHING,
} from './compressed-input.ts'

/** What Node itself compresses. */
export type ZlibCodec = 'gzip' | 'deflate' | 'brotli' | 'zstd'

/** Zstandard, which Node has since 22.15; its types are those of Node 20. */
interface WithZstd {
  readonly createZstdCompress?: () => unknown
  readonly createZstdDecompress?: () => unknown
}
const { createZstdCompress, createZstdDecompress } = zlib as WithZstd
export const hasZstd = createZstdCompress !== undefined && createZstdDecompress !== undefined

/**
 * Compresses or decompresses a stream of bytes piece by piece, synchronously and in bounded memory. Node's public interface
 * does that only with callbacks, or for all bytes at once; underneath, its streams work through one synchronous function
 * that closes the stream behind itself. Here it is kept from closing. Node 20 to 26 behave alike; tests hold them to it.
 */
export class SyncZlib implements Compressor {
  readonly #stream: ZlibStream
  readonly #flags: { readonly write: number; readonly finish: number }
  /** How many bytes of the last piece were used: less than all where the compressed data ended in it. */
  used = 0

  constructor(codec: ZlibCodec, direction: 'compress' | 'decompress') {
    this.#stream = make(codec, direction) as ZlibStream
    const { process, flush, finish } = OPERATIONS[codec]
    this.#flags = { write: direction === 'compress' ? process : flush, finish }
  }

  write(bytes: Uint8Array): Uint8Array {
    return this.#process(bytes, this.#flags.write)
  }

  /** The rest. Throws where compressed bytes end too early. */
  finish(): Uint8Array {
    return this.#process(NOTHING, this.#flags.finish)
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
      const result = stream._processChunk(bytes, flag)
      this.used = stream.bytesWritten
      // The next call writes into the same memory.
      return Uint8Array.prototype.slice.call(result)
    } finally {
      // Each call adds a listener, and errors are told a second time, later, though they are thrown.
      stream.removeAllListeners('error').on('error', () => {})
      stream._handle = handle
      handle.close = closing[0]
      stream.close = closing[1]
    }
  }
}

/** Reads what Node can; members of gzip and frames of Zstandard may follow one another. */
export class ZlibDecompressor implements Decompressor {
  readonly #input: CompressedInput
  readonly #codec: ZlibCodec
  readonly #zlib: SyncZlib
  #isEnded = false

  constructor(codec: ZlibCodec, input: CompressedInput) {
    this.#input = input
    this.#codec = codec
    this.#zlib = new SyncZlib(codec, 'decompress')
  }

  next(): Uint8Array {
    while (!this.#isEnded) {
      const piece = this.#input.piece()
      this.#isEnded = piece.length === 0
      const out = this.#isEnded ? this.#zlib.finish() : this.#write(piece)
      if (out.length > 0) return out
    }
    return NOTHING
  }

  close(): void {
    this.#zlib.close()
  }

  /** Nothing may follow the end of the data but zeros, with which gzip files are padded. */
  #write(piece: Uint8Array): Uint8Array {
    const out = this.#zlib.write(piece)
    const left = piece.subarray(this.#zlib.used)
    const isPadding = this.#codec === 'gzip' && left.every(byte => byte === 0)
    if (!isPadding && left.length > 0) throw new Error('there is something behind its end')
    return out
  }
}

interface ZlibStream {
  _handle: { close: () => void } | null
  _processChunk(bytes: Uint8Array, flag: number): Uint8Array
  readonly bytesWritten: number
  removeAllListeners(event: 'error'): ZlibStream
  on(event: 'error', call: () => void): void
  close: () => void
}

const { constants } = zlib
const DEFLATING = {
  process: constants.Z_NO_FLUSH,
  flush: constants.Z_SYNC_FLUSH,
  finish: constants.Z_FINISH,
}
const OPERATIONS = {
  gzip: DEFLATING,
  deflate: DEFLATING,
  brotli: {
    process: constants.BROTLI_OPERATION_PROCESS,
    flush: constants.BROTLI_OPERATION_FLUSH,
    finish: constants.BROTLI_OPERATION_FINISH,
  },
  // ZSTD_e_continue, ZSTD_e_flush, ZSTD_e_end.
  zstd: { process: 0, flush: 1, finish: 2 },
} as const

const BROTLI = { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } }

function make(codec: ZlibCodec, direction: 'compress' | 'decompress'): unknown {
  const compresses = direction === 'compress'
  switch (codec) {
    case 'gzip':
      return compresses ? zlib.createGzip() : zlib.createGunzip()
    case 'deflate':
      return compresses ? zlib.createDeflate() : zlib.createInflate()
    case 'brotli':
      return compresses ? zlib.createBrotliCompress(BROTLI) : zlib.createBrotliDecompress()
    case 'zstd':
      return compresses ? createZstdCompress?.() : createZstdDecompress?.()
  }
}
