import { hashNumber, hashText, mixHash } from '#publib/util'
import type { RecordSums, Texts } from '../doors.ts'
import { startsOf } from './texts.ts'

export function hashTexts(texts: Texts): Int32Array {
  const { bytes, lengths } = texts
  const starts = startsOf(texts)
  const hashes = new Int32Array(lengths.length)
  for (let i = 0; i < lengths.length; i++) hashes[i] = hashText(bytes, starts[i]!, lengths[i]!)
  return hashes
}

export function hashNumbers(values: Float64Array | Int32Array): Int32Array {
  const hashes = new Int32Array(values.length)
  for (let i = 0; i < values.length; i++) hashes[i] = hashNumber(values[i]!)
  return hashes
}

export function recordSums(keyHashes: Int32Array, valueHashes: Int32Array): RecordSums {
  let low = 0
  let high = 0
  for (let i = 0; i < keyHashes.length; i++) {
    const keyHash = keyHashes[i]!
    const record = mixHash(Math.imul(keyHash, 0x2c1b3c6d) ^ valueHashes[i]!)
    low = (low + record) | 0
    high = (high + mixHash(record ^ keyHash ^ 0x5bd1e995)) | 0
  }
  return { low: low >>> 0, high: high >>> 0 }
}
