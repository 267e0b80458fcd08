import * as zlib from 'node:zlib'
import {
  type Codec,
  CompressedInput,
  compressorOf,
  compressRawLz4,
  decompressorOf,
  HadoopBlocks,
  readRawLz4,
} from '../codecs/index.ts'
import type { Decompressors } from './hyparquet.ts'

/** A page's own bytes as a source. */
function sourceOf(bytes: Uint8Array): { read(into: Uint8Array): number } {
  let at = 0
  return {
    read(into) {
      const piece = bytes.subarray(at, at + into.length)
      into.set(piece)
      at += piece.length
      return piece.length
    },
  }
}

function drained(next: () => Uint8Array, size: number): Uint8Array {
  const out = new Uint8Array(size)
  let at = 0
  for (let piece = next(); piece.length > 0; piece = next()) {
    if (at + piece.length > size) throw new Error('a page is longer than its header says')
    out.set(piece, at)
    at += piece.length
  }
  if (at < size) throw new Error('a page is shorter than its header says')
  return out
}

/** LZ4 in the blocks of Hadoop, as old writers have it, or bare. */
function readLz4(bytes: Uint8Array, size: number): Uint8Array {
  try {
    const input = new CompressedInput(sourceOf(bytes))
    const blocks = new HadoopBlocks(input, input.word(), readRawLz4)
    return drained(() => blocks.next(), size)
  } catch {
    return readRawLz4(bytes, size)
  }
}

/** How pages are decompressed; Snappy the reader does itself. */
export const pageDecompressors: Decompressors = {
  GZIP: (bytes, maxOutputLength) => zlib.gunzipSync(bytes, { maxOutputLength }),
  BROTLI: (bytes, maxOutputLength) => zlib.brotliDecompressSync(bytes, { maxOutputLength }),
  ZSTD: (bytes, size) => {
    const { decompressor } = decompressorOf('zstd', 'a page', sourceOf(bytes))
    return drained(() => decompressor.next(), size)
  },
  LZ4: readLz4,
  LZ4_RAW: readRawLz4,
}

/** What Parquet calls our codecs. */
export const PARQUET_CODECS = {
  none: 'UNCOMPRESSED',
  snappy: 'SNAPPY',
  gzip: 'GZIP',
  brotli: 'BROTLI',
  zstd: 'ZSTD',
  lz4: 'LZ4_RAW',
} as const
export type ParquetCodec = keyof typeof PARQUET_CODECS

export const isParquetCodec = (codec: Codec): codec is ParquetCodec => codec in PARQUET_CODECS

/** How pages are compressed; Snappy the writer does itself. */
export const pageCompressors: Readonly<Record<string, (bytes: Uint8Array) => Uint8Array>> = {
  GZIP: bytes => zlib.gzipSync(bytes),
  BROTLI: bytes => whole('brotli', bytes),
  ZSTD: bytes => whole('zstd', bytes),
  LZ4_RAW: compressRawLz4,
}

function whole(codec: Codec, bytes: Uint8Array): Uint8Array {
  const compressor = compressorOf(codec)!
  try {
    return Buffer.concat([compressor.write(bytes), compressor.finish()])
  } finally {
    compressor.close()
  }
}
