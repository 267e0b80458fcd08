import { isAscii as isAsciiBytes, isUtf8 as isUtf8Bytes } from 'node:buffer'
import type { Texts, TextTest } from '../doors.ts'
import { isAt } from './split.ts'
import { startsOf } from './texts.ts'

export function isAscii(bytes: Uint8Array): boolean {
  return isAsciiBytes(bytes)
}

export function isUtf8(bytes: Uint8Array): boolean {
  return isUtf8Bytes(bytes)
}

export function unitLengths(texts: Texts): Uint32Array {
  const { bytes, lengths } = texts
  const starts = startsOf(texts)
  const units = new Uint32Array(lengths.length)
  for (let i = 0; i < lengths.length; i++) {
    const end = starts[i]! + lengths[i]!
    let count = 0
    for (let k = starts[i]!; k < end; k++) {
      const byte = bytes[k]!
      if ((byte & 0xc0) !== 0x80) count += byte >= 0xf0 ? 2 : 1
    }
    units[i] = count
  }
  return units
}

export function testTexts(texts: Texts, test: TextTest, part: Uint8Array): Uint8Array {
  const { bytes, lengths } = texts
  const starts = startsOf(texts)
  const marks = new Uint8Array(lengths.length)
  for (let i = 0; i < lengths.length; i++) {
    const holds = holdsAt(bytes, starts[i]!, lengths[i]!, test, part)
    marks[i] = holds ? 1 : 0
  }
  return marks
}

function holdsAt(
  bytes: Uint8Array,
  start: number,
  length: number,
  test: TextTest,
  part: Uint8Array,
): boolean {
  const spare = length - part.length
  if (spare < 0) return false
  switch (test) {
    case 'equals':
      return spare === 0 && isAt(bytes, start, part)
    case 'startsWith':
      return isAt(bytes, start, part)
    case 'endsWith':
      return isAt(bytes, start + spare, part)
    case 'includes': {
      for (let i = start; i <= start + spare; i++) {
        if (isAt(bytes, i, part)) return true
      }
      return false
    }
  }
}

export function caseTexts(texts: Texts, to: 'lower' | 'upper'): Texts | undefined {
  if (!isAsciiBytes(texts.bytes)) return undefined
  // Not `slice`: of a Buffer it shares the bytes.
  const bytes = new Uint8Array(texts.bytes)
  const first = to === 'lower' ? 65 : 97
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]!
    if (byte >= first && byte < first + 26) bytes[i] = byte ^ 32
  }
  return { ...texts, bytes }
}
