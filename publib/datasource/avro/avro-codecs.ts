import { crc32, inflateRawSync } from 'node:zlib'
import { type Codec, decompressorOf, uncompressSnappy } from '../codecs/index.ts'

/** A larger block is taken for damage. */
const BLOCK_BYTES_MAX = 1 << 30

/** What a block holds, by the name that the file gives its codec. Throws where it is damaged, or nobody here knows the codec. */
export function decompressBlock(codec: string, block: Uint8Array, path: string): Buffer {
  switch (codec) {
    case 'null':
      return Buffer.from(block)
    case 'deflate':
      return inflateRawSync(block, { maxOutputLength: BLOCK_BYTES_MAX })
    case 'snappy':
      return checkedSnappy(block)
    case 'zstandard':
      return drained('zstd', block, path)
    case 'bzip2':
      return drained('bzip2', block, path)
    default:
      throw new Error(`its blocks are compressed with ${codec}, which is not supported here`)
  }
}

/** Behind the block stands the CRC-32 of what it holds, the highest byte first. */
function checkedSnappy(block: Uint8Array): Buffer {
  const end = block.length - 4
  const bytes = uncompressSnappy(Uint8Array.prototype.slice.call(block, 0, end), BLOCK_BYTES_MAX)
  const sum = new DataView(block.buffer, block.byteOffset + end).getUint32(0)
  if (crc32(bytes) !== sum) throw new Error('wrong checksum of a block')
  return Buffer.from(bytes)
}

function drained(codec: Exclude<Codec, 'none'>, block: Uint8Array, path: string): Buffer {
  let at = 0
  const read = (into: Uint8Array): number => {
    const piece = block.subarray(at, at + into.length)
    into.set(piece)
    at += piece.length
    return piece.length
  }
  const { decompressor } = decompressorOf(codec, path, { read })
  const pieces: Uint8Array[] = []
  for (let next = decompressor.next(); next.length > 0; next = decompressor.next()) {
    pieces.push(next)
  }
  decompressor.close()
  return Buffer.concat(pieces)
}
