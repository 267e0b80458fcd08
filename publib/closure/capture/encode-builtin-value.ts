/** Values that the engine or Node makes, and that can be made again from what they tell about themselves. */
import { types } from 'node:util'
import { slotsOf } from '../engine/function-info.ts'
import { isFunction } from '../function.ts'
import { builtinPlace } from '../known/builtin-modules.ts'
import type { IntrinsicPath } from '../known/globals.ts'
import type { Encoded, NodeId, WireNode } from '../wire.ts'
import { addPrivates } from './encode-privates.ts'
import { encodeAllProperties } from './encode-properties.ts'
import { encodeProto } from './encode-proto.ts'
import type { Encoder } from './encoder.ts'
import { part, property, type Refusal, type Trail } from './trail.ts'

type Kind = (
  encoder: Encoder,
  value: object,
  id: NodeId,
  trail: Trail,
) => Refusal | undefined | 'other'

export function encodeBuiltinValue(
  encoder: Encoder,
  value: object,
  id: NodeId,
  trail: Trail,
): Refusal | undefined | 'other' {
  for (const encode of kinds) {
    const result = encode(encoder, value, id, trail)
    if (result !== 'other') return result
  }
  return 'other'
}

const encodeDate: Kind = (encoder, value, id, trail) => {
  if (!types.isDate(value)) return 'other'
  const time = encoder.encode(value.getTime(), trail)
  const node: WireNode = { t: 'date', time, ...encodeProto(encoder, value, Date.prototype, trail) }
  encoder.nodes[id] = node
  encodeAllProperties(encoder, value, node, trail)
  return undefined
}

const encodeRegExp: Kind = (encoder, value, id, trail) => {
  if (!types.isRegExp(value)) return 'other'
  const { source, flags, lastIndex } = value
  const proto = encodeProto(encoder, value, RegExp.prototype, trail)
  const node: WireNode = { t: 'regexp', source, flags, lastIndex, ...proto }
  encoder.nodes[id] = node
  encodeAllProperties(encoder, value, node, trail, ['lastIndex'])
  return undefined
}

const encodeBoxed: Kind = (encoder, value, id, trail) => {
  if (!types.isBoxedPrimitive(value)) return 'other'
  encoder.nodes[id] = { t: 'boxed', value: encoder.encode(value.valueOf(), trail) }
  return undefined
}

/** The stack travels as the text it is; without that the executor would show one of its own. */
const encodeError: Kind = (encoder, value, id, trail) => {
  if (!types.isNativeError(value)) return 'other'
  const proto = encoder.encode(Object.getPrototypeOf(value), property(trail, '__proto__'))
  const node: WireNode & { t: 'error' } = { t: 'error', proto }
  encoder.nodes[id] = node
  encodeAllProperties(encoder, value, node, trail, ['stack'])
  encoder.later(() => {
    const stack = encoder.encode(value.stack, property(trail, 'stack'))
    node.odd ??= []
    node.odd.push({ key: 'stack', flags: 6, value: stack })
  })
  addPrivates(encoder, value, node, trail)
  return undefined
}

const encodePromise: Kind = (encoder, value, id, trail) => {
  if (!types.isPromise(value)) return 'other'
  const { internal } = slotsOf(value)
  const state = internal['[[PromiseState]]']
  if (state !== 'fulfilled') {
    return {
      why: state === 'pending' ? 'is a pending Promise' : 'is a rejected Promise',
      hint: 'await it before using it in the function',
    }
  }
  encoder.later(() => {
    const result = encoder.encode(internal['[[PromiseResult]]'], part(trail, '(resolved value)'))
    encoder.nodes[id] = { t: 'promise', value: result }
  })
  return undefined
}

interface WeakEntry {
  readonly key?: unknown
  readonly value?: unknown
}

const encodeWeak: Kind = (encoder, value, id, trail) => {
  const isMap = types.isWeakMap(value)
  if (!isMap && !types.isWeakSet(value)) return 'other'
  const found = (slotsOf(value).internal['[[Entries]]'] ?? []) as ArrayLike<WeakEntry>
  const entries = Array.from(found, each =>
    isMap ? [each.key, each.value] : [each.value ?? each.key],
  )
  encoder.nodes[id] = isMap ? { t: 'weak-map', entries: [] } : { t: 'weak-set', items: [] }
  encoder.weakEntries.push({ id, trail, entries })
  return undefined
}

const encodeArguments: Kind = (encoder, value, id, trail) => {
  if (!types.isArgumentsObject(value)) return 'other'
  const items: Encoded[] = []
  encoder.nodes[id] = { t: 'arguments', items }
  encoder.later(() => {
    Array.from(value as unknown as ArrayLike<unknown>).forEach((each, i) => {
      items.push(encoder.encode(each, property(trail, String(i))))
    })
  })
  return undefined
}

/** A named diagnostics channel is the executor's channel of the same name. */
const encodeChannel: Kind = (encoder, value, id, trail) => {
  const type: unknown = value.constructor
  const module = isFunction(type) ? builtinPlace(type)?.module : undefined
  if (module !== 'node:diagnostics_channel') return 'other'
  const name: unknown = Reflect.get(value, 'name')
  if (typeof name !== 'string') return 'other'
  const { channel } = process.getBuiltinModule('node:diagnostics_channel')
  encoder.later(() => {
    const fn = encoder.encode(channel, part(trail, ''))
    encoder.nodes[id] = { t: 'call', fn, parameters: [name] }
  })
  return undefined
}

const INTL = [
  'NumberFormat',
  'DateTimeFormat',
  'Collator',
  'PluralRules',
  'RelativeTimeFormat',
  'ListFormat',
  'Segmenter',
  'DisplayNames',
]

const encodeConstructed: Kind = (encoder, value, id) => {
  const made = constructed(value)
  if (!made) return 'other'
  encoder.nodes[id] = { t: 'construct', ...made }
  return undefined
}

function constructed(
  value: object,
): { path: IntrinsicPath; parameters: readonly unknown[] } | undefined {
  if (value instanceof URL) return { path: ['URL'], parameters: [value.href] }
  if (value instanceof URLSearchParams) {
    return { path: ['URLSearchParams'], parameters: [value.toString()] }
  }
  if (value instanceof TextEncoder) return { path: ['TextEncoder'], parameters: [] }
  if (value instanceof TextDecoder) {
    const { encoding, fatal, ignoreBOM } = value
    return { path: ['TextDecoder'], parameters: [encoding, { fatal, ignoreBOM }] }
  }
  for (const name of INTL) {
    const type: unknown = Reflect.get(Intl, name)
    if (!isFunction(type) || !(value instanceof type)) continue
    const options = (value as Intl.NumberFormat).resolvedOptions()
    return { path: ['Intl', name], parameters: [options.locale, options] }
  }
  return undefined
}

const kinds: readonly Kind[] = [
  encodeDate,
  encodeRegExp,
  encodeBoxed,
  encodeError,
  encodePromise,
  encodeWeak,
  encodeChannel,
  encodeConstructed,
  encodeArguments,
]
