export {
  CODECS,
  type Codec,
  checkReadable,
  checkWritable,
  codecNamed,
  codecOfName,
  extensionOf,
} from './codec.ts'
export type { CompressedInput, Compressor, Decompressor } from './compressed-input.ts'
export { compressorOf, decompressorOf } from './make-codec.ts'
