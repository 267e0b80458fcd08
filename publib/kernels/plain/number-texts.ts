import { Buffer } from 'node:buffer'
import type { Texts } from '../doors.ts'

export function numberTexts(
  values: Float64Array,
  before: Uint8Array,
  behind: Uint8Array,
): Texts | undefined {
  const parts: Uint8Array[] = []
  const lengths = new Uint32Array(values.length)
  for (let row = 0; row < values.length; row++) {
    const value = values[row]!
    if (!Number.isSafeInteger(value)) return undefined
    const text = Buffer.from(String(value), 'latin1')
    parts.push(before, text, behind)
    lengths[row] = before.length + text.length + behind.length
  }
  return { bytes: new Uint8Array(Buffer.concat(parts)), starts: undefined, lengths }
}
