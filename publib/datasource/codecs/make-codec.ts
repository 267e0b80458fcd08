import { Bzip2Decompressor } from './bzip2.ts'
import { type Codec, checkReadable, checkWritable } from './codec.ts'
import {
  type Bytes,
  CompressedInput,
  type Compressor,
  type Decompressor,
} from './compressed-input.ts'
import { Lz4Compressor, Lz4Decompressor } from './lz4.ts'
import { SnappyCompressor, SnappyDecompressor } from './snappy.ts'
import { SyncZlib, ZlibDecompressor } from './zlib-codec.ts'
import { ZstdDecompressor } from './zstd.ts'

/** What reads compressed bytes. @throws CODEC_UNAVAILABLE */
export function decompressorOf(
  codec: Exclude<Codec, 'none'>,
  path: string,
  source: Bytes,
): { readonly input: CompressedInput; readonly decompressor: Decompressor } {
  checkReadable(codec, path)
  const input = new CompressedInput(source)
  return { input, decompressor: make(codec, input) }
}

function make(codec: Exclude<Codec, 'none'>, input: CompressedInput): Decompressor {
  switch (codec) {
    case 'gzip':
    case 'deflate':
    case 'brotli':
      return new ZlibDecompressor(codec, input)
    case 'zstd':
      return new ZstdDecompressor(input)
    case 'lz4':
      return new Lz4Decompressor(input)
    case 'snappy':
      return new SnappyDecompressor(input)
    case 'bzip2':
      return new Bzip2Decompressor(input)
  }
}

/** What compresses; undefined for 'none'. @throws CODEC_UNAVAILABLE */
export function compressorOf(codec: Codec): Compressor | undefined {
  checkWritable(codec)
  switch (codec) {
    case 'none':
      return undefined
    case 'lz4':
      return new Lz4Compressor()
    case 'snappy':
      return new SnappyCompressor()
    case 'gzip':
    case 'deflate':
    case 'brotli':
    case 'zstd':
      return new SyncZlib(codec, 'compress')
    case 'bzip2':
      throw new Error('nobody writes bzip2')
  }
}
