export {
  CODECS,
  type Codec,
  checkReadable,
  checkWritable,
  codecNamed,
  codecOfName,
  extensionOf,
} from './codec.ts'
export { CompressedInput, type Compressor, type Decompressor } from './compressed-input.ts'
export { HadoopBlocks } from './hadoop-blocks.ts'
export { compressRawLz4, readRawLz4 } from './lz4-block.ts'
export { compressorOf, decompressorOf } from './make-codec.ts'
export { loadPackage } from './optional-package.ts'
export { uncompressSnappy } from './snappy.ts'
