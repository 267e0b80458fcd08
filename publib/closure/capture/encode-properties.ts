/** Own properties of objects and functions: plain ones as keys and values, others with their flags and accessors. */

import { isFunction } from '../function.ts'
import type { Encoded, OddProperty, Properties } from '../wire.ts'
import { isPlainProperty } from './data-blobs.ts'
import type { Demand } from './demand.ts'
import type { Encoder } from './encoder.ts'
import { part, property, type Trail } from './trail.ts'

/** All own properties, once what is under way is done. */
export function encodeAllProperties(
  encoder: Encoder,
  value: object,
  into: Properties,
  trail: Trail,
  omitted: readonly (string | symbol)[] = [],
): void {
  encoder.later(() => {
    const keys = Reflect.ownKeys(value).filter(key => !omitted.includes(key))
    encodeProperties(encoder, value, into, trail, keys)
    encodeLock(value, into)
  })
}

export function encodeProperties(
  encoder: Encoder,
  value: object,
  into: Properties,
  trail: Trail,
  keys: readonly (string | symbol)[],
  demand?: Demand,
): void {
  for (const key of keys) {
    const descriptor = Object.getOwnPropertyDescriptor(value, key)
    if (!descriptor) continue
    noteHome(encoder, value, descriptor)
    if (typeof key === 'string' && key !== '__proto__' && isPlainProperty(descriptor)) {
      into.keys ??= []
      into.values ??= []
      into.keys.push(key)
      into.values.push(encoder.encode(descriptor.value, property(trail, key), demand))
    } else {
      into.odd ??= []
      into.odd.push(encodeOdd(encoder, key, descriptor, trail))
    }
  }
}

/** A method that uses `super` needs the object that it is a method of. */
export function noteHome(encoder: Encoder, home: object, descriptor: PropertyDescriptor): void {
  for (const fn of [descriptor.value, descriptor.get, descriptor.set]) {
    if (isFunction(fn) && !encoder.homeOf.has(fn)) encoder.homeOf.set(fn, home)
  }
}

function encodeOdd(
  encoder: Encoder,
  key: string | symbol,
  descriptor: PropertyDescriptor,
  trail: Trail,
): OddProperty {
  const inside = property(trail, key)
  const encodedKey: Encoded = encoder.encode(key, inside)
  const flags =
    (descriptor.enumerable ? 1 : 0) |
    (descriptor.configurable ? 2 : 0) |
    (descriptor.writable ? 4 : 0)
  if ('value' in descriptor) {
    return { key: encodedKey, flags, value: encoder.encode(descriptor.value, inside) }
  }
  return {
    key: encodedKey,
    flags,
    get: encoder.encode(descriptor.get, part(trail, ` get ${String(key)}`)),
    set: encoder.encode(descriptor.set, part(trail, ` set ${String(key)}`)),
  }
}

export function encodeLock(value: object, into: Properties): void {
  if (Object.isExtensible(value)) return
  into.locked = Object.isFrozen(value) ? 'frozen' : Object.isSealed(value) ? 'sealed' : 'extensions'
}
