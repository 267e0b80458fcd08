import { isUtf8 } from 'node:buffer'

const QUOTE = 0x22
const BACKSLASH = 0x5c
const OPEN_LIST = 0x5b
const CLOSE_LIST = 0x5d
const OPEN_RECORD = 0x7b
const CLOSE_RECORD = 0x7d

/** Parses JSON that came from the network. Depth is checked before it is parsed; a key `__proto__` is refused. */
export function parseJson(
  bytes: Uint8Array,
  depthMax: number,
):
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly reason: string } {
  if (isDeeperThan(bytes, depthMax)) {
    return { ok: false, reason: `the header is nested deeper than ${depthMax}` }
  }
  if (!isUtf8(bytes)) return { ok: false, reason: 'the header is not UTF-8' }
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString()
  try {
    const value: unknown = JSON.parse(text)
    // The key can be written with escapes, so a text that has any is searched as a value.
    const mayHold = text.includes('__proto__') || text.includes('\\u')
    if (mayHold && holdsPrototypeKey(value)) {
      return { ok: false, reason: 'the header has a key __proto__' }
    }
    return { ok: true, value }
  } catch {
    return { ok: false, reason: 'the header is not JSON' }
  }
}

function isDeeperThan(bytes: Uint8Array, depthMax: number): boolean {
  let depth = 0
  let isText = false
  for (let index = 0; index < bytes.length; index++) {
    const byte = bytes[index]
    if (byte === QUOTE) isText = !isText
    else if (isText) index += byte === BACKSLASH ? 1 : 0
    else if (byte === OPEN_LIST || byte === OPEN_RECORD) {
      if (++depth > depthMax) return true
    } else if (byte === CLOSE_LIST || byte === CLOSE_RECORD) depth--
  }
  return false
}

function holdsPrototypeKey(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (Array.isArray(value)) return value.some(holdsPrototypeKey)
  return Object.hasOwn(value, '__proto__') || Object.values(value).some(holdsPrototypeKey)
}
