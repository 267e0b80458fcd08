import { hashNumber, hashText } from '#publib/util'
import type { Texts } from '../doors.ts'
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
