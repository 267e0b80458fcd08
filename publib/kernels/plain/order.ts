import { compareValues } from '#publib/util'
import type { Texts } from '../doors.ts'
import { startsOf } from './texts.ts'

export function orderOfTexts(texts: Texts): Uint32Array {
  const { bytes, lengths } = texts
  const starts = startsOf(texts)
  return upTo(lengths.length).sort((i, k) => {
    const shared = Math.min(lengths[i]!, lengths[k]!)
    for (let at = 0; at < shared; at++) {
      const a = bytes[starts[i]! + at]!
      const b = bytes[starts[k]! + at]!
      if (a !== b) return unitRank(a) - unitRank(b)
    }
    return lengths[i]! - lengths[k]! || i - k
  })
}

/** Characters beyond U+FFFF begin with 0xf0 or more, and are surrogates in UTF-16: before what begins with 0xee or 0xef. */
function unitRank(byte: number): number {
  return byte === 0xee || byte === 0xef ? byte + 0x100 : byte
}

export function orderOfNumbers(values: Float64Array): Uint32Array {
  return upTo(values.length).sort((i, k) => compareValues(values[i], values[k]) || i - k)
}

function upTo(size: number): Uint32Array {
  const order = new Uint32Array(size)
  for (let i = 0; i < size; i++) order[i] = i
  return order
}
