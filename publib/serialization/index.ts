export { blockSize, continueChecksum, HEADER_BYTES, readHeader } from './block.ts'
export { ByteReader, MalformedBytes } from './byte-reader.ts'
export { BLOCK_BYTES_MAX, ByteWriter } from './byte-writer.ts'
export { corruptBlock, valueNotEncodable } from './errors.ts'
export { EncodedValue, encodeColumn, ListEncoder } from './list-encoder.ts'
export {
  decodeBatch,
  decodeColumn,
  type EncodeOptions,
  encodeBatch,
  encodeBatches,
  encodePairs,
} from './record-codec.ts'
export { decodeValue, type EncodeValueOptions, encodeValue } from './value-codec.ts'
