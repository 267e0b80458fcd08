import { TAG } from './value-tags.ts'
import type { ValueWriter } from './value-writer.ts'

/** Writes an object that is neither an array, plain, bytes, a Map nor a group. */
export function writeInstance(writer: ValueWriter, value: object): void {
  const { bytes } = writer
  const kind = Object.prototype.toString.call(value).slice(8, -1)
  if (value instanceof Date) {
    bytes.u8(TAG.date)
    bytes.f64(value.getTime())
  } else if (value instanceof Set) {
    bytes.u8(TAG.set)
    writer.items(value, value.size)
  } else if (value instanceof RegExp) {
    bytes.u8(TAG.regexp)
    writer.string(value.source)
    writer.string(value.flags)
    bytes.varint(value.lastIndex)
  } else if (value instanceof Error) {
    writeError(writer, value)
  } else if (value instanceof ArrayBuffer) {
    bytes.u8(TAG.arrayBuffer)
    bytes.varint(value.byteLength)
    bytes.bytes(new Uint8Array(value))
  } else if (isBoxed(value)) {
    bytes.u8(TAG.boxed)
    writer.nested('<value>', value.valueOf())
  } else if (isRefused(kind, value)) {
    throw writer.refusal(describe(kind))
  } else {
    writer.lostClass(nameOfClass(value))
    bytes.u8(TAG.object)
    writer.fields(value)
  }
}

const REFUSED = new Set([
  'Promise',
  'Generator',
  'AsyncGenerator',
  'WeakRef',
  'WeakMap',
  'WeakSet',
  'FinalizationRegistry',
  'SharedArrayBuffer',
  'Symbol',
  'Atomics',
  'WebAssembly.Module',
  'WebAssembly.Instance',
  'WebAssembly.Memory',
])

function isRefused(kind: string, value: object): boolean {
  return REFUSED.has(kind) || kind.endsWith(' Iterator') || typeof value === 'function'
}

function isBoxed(value: object): boolean {
  return (
    value instanceof Number ||
    value instanceof String ||
    value instanceof Boolean ||
    value instanceof BigInt
  )
}

function describe(kind: string): string {
  if (kind === 'Promise') return 'a Promise (an asynchronous function belongs in mapAsync)'
  if (kind === 'Generator') return 'a generator (spread it into an array: [...generator])'
  return /^[AEIOU]/.test(kind) ? `an ${kind}` : `a ${kind}`
}

function nameOfClass(value: object): string {
  const make: unknown = value.constructor
  return typeof make === 'function' && make.name !== '' ? make.name : 'a class without a name'
}

/** Name, message, stack, cause and whatever fields it has of its own. */
function writeError(writer: ValueWriter, error: Error): void {
  writer.bytes.u8(TAG.error)
  writer.string(String(error.name))
  writer.string(String(error.message))
  writer.string(String(error.stack ?? ''))
  writer.bytes.u8(Object.hasOwn(error, 'cause') ? 1 : 0)
  if (Object.hasOwn(error, 'cause')) writer.nested('cause', error.cause)
  writer.fields(error)
}
