/** Objects that are handles of the engine, of Node or of an addon, and what to call them in an error. */
import { types } from 'node:util'
import { functionInfos } from '../engine/function-info.ts'
import { scriptOf } from '../engine/scripts.ts'
import { type AnyFunction, isFunction, isNativeText, ownValue, sourceText } from '../function.ts'
import { builtinPlace } from '../known/builtin-modules.ts'
import { intrinsicPath } from '../known/intrinsics.ts'

const RESOURCE =
  /Socket|Server|Stream|FileHandle|Child|Worker|Http|Agent|Interface|Hash|Hmac|Cipher|KeyObject|Readable|Writable|Duplex|Transform|DatabaseSync|MessagePort/i
/** Node's modules whose instances are plain objects with methods. */
const PLAIN_MODULES = new Set(['node:events', 'node:assert'])
const PLAIN_INTRINSICS = new Set(['Object', 'Array', 'Function', 'AggregateError'])

/** Why an instance cannot travel; undefined where its prototypes are all the user's, or harmless. */
export function nativeReason(value: object): string | undefined {
  if (types.isExternal(value)) return 'is a native (C++) pointer'
  if (types.isGeneratorObject(value)) {
    return 'is a running generator/iterator (its position cannot be copied)'
  }
  if (types.isKeyObject(value) || types.isCryptoKey(value)) return 'is a crypto key handle'
  if (types.isMapIterator(value) || types.isSetIterator(value)) return 'is a live iterator'
  if (value instanceof WeakRef) return 'is a WeakRef'
  let prototype: object | null = Object.getPrototypeOf(value)
  for (; prototype; prototype = Object.getPrototypeOf(prototype)) {
    const verdict = verdictOf(prototype)
    if (verdict === 'harmless') return undefined
    if (verdict !== 'unknown') return verdict.why
  }
  return undefined
}

type Verdict = 'harmless' | 'unknown' | { readonly why: string }

function verdictOf(prototype: object): Verdict {
  const path = intrinsicPath(prototype)
  if (path) {
    const name = String(path[0])
    if (PLAIN_INTRINSICS.has(name) || name.endsWith('Error')) return 'harmless'
    return { why: `is a ${name.replace('%', '')} object (it lives inside the engine)` }
  }
  const place = builtinPlace(prototype)
  if (place) {
    if (PLAIN_MODULES.has(place.module)) return 'harmless'
    const name = `${place.module.slice('node:'.length)}.${place.path[0] ?? ''}`
    const kind = RESOURCE.test(name) ? 'OS resource/handle' : 'Node.js object'
    return { why: `is a ${name} (a live ${kind})` }
  }
  const type = ownValue(prototype, 'constructor')
  return isFunction(type) ? verdictOfClass(type) : 'unknown'
}

function verdictOfClass(type: AnyFunction): Verdict {
  if (intrinsicPath(type) || builtinPlace(type)) return 'unknown'
  if (isNativeText(sourceText(type))) {
    return { why: `is a native ${type.name || 'addon'} object (a C++ handle)` }
  }
  const location = functionInfos([type])[0]?.location
  if (location && scriptOf(location.scriptId).url.startsWith('node:')) {
    return { why: `is a Node.js internal ${type.name} object` }
  }
  return 'unknown'
}
