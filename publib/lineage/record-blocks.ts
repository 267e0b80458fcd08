import { blockSize } from '#publib/serialization'

/** Blocks of the record codec that stand one after another. */
export function* recordBlocks(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; ) {
    const size = blockSize(bytes, at)
    yield bytes.subarray(at, at + size)
    at += size
  }
}
