/** Fills the objects that were made empty. */

import type { Body, ClassNode, FunctionNode, OddProperty, Properties, WireNode } from '../wire.ts'
import type { Instance } from './instance.ts'

export function fillNode(instance: Instance, node: WireNode, value: unknown): void {
  const object = value as object
  switch (node.t) {
    case 'array':
      fillArray(instance, node, object as unknown[])
      break
    case 'arguments':
      Array.prototype.push.apply(
        object as unknown[],
        node.items.map(each => instance.decode(each)),
      )
      return
    case 'map':
      for (const [key, each] of node.entries) {
        Map.prototype.set.call(object, instance.decode(key), instance.decode(each))
      }
      break
    case 'set':
      for (const each of node.items) Set.prototype.add.call(object, instance.decode(each))
      break
    case 'weak-map':
      for (const [key, each] of node.entries) {
        const map = object as WeakMap<object, unknown>
        map.set(instance.decode(key) as object, instance.decode(each))
      }
      return
    case 'weak-set':
      for (const each of node.items)
        (object as WeakSet<object>).add(instance.decode(each) as object)
      return
    case 'promise':
      return
    case 'function':
    case 'class':
      fillFunction(instance, node, value as FunctionObject)
      break
    default:
  }
  if ('keys' in node || 'odd' in node || 'locked' in node) fillProperties(instance, object, node)
}

function fillArray(instance: Instance, node: WireNode & { t: 'array' }, array: unknown[]): void {
  node.items.forEach((each, i) => {
    const isHole = Array.isArray(each) && each[0] === 'hole'
    if (!isHole) array[i] = instance.decode(each)
  })
}

interface FunctionObject {
  prototype: object
}

function fillFunction(
  instance: Instance,
  node: FunctionNode | ClassNode,
  fn: FunctionObject,
): void {
  if (node.prototypeBody) {
    fillProperties(instance, fn.prototype, node.prototypeBody)
    setProto(instance, fn.prototype, node.prototypeBody)
  }
  if (node.prototype !== undefined) fn.prototype = instance.decode(node.prototype) as object
  setProto(instance, fn, node)
  if (node.t === 'function') return
  for (const [isStatic, key] of node.deleted ?? []) {
    Reflect.deleteProperty(isStatic ? fn : fn.prototype, instance.decode(key) as PropertyKey)
  }
}

function setProto(instance: Instance, object: object, body: Body): void {
  if (body.proto === undefined) return
  Object.setPrototypeOf(object, instance.decode(body.proto) as object | null)
}

/** Defined, not assigned, wherever a setter of a prototype would be called otherwise. */
export function fillProperties(instance: Instance, object: object, body: Properties): void {
  body.keys?.forEach((key, i) => {
    const value = instance.decode(body.values?.[i] ?? null)
    if (key in object) {
      const flags = { writable: true, enumerable: true, configurable: true }
      Object.defineProperty(object, key, { value, ...flags })
    } else Reflect.set(object, key, value)
  })
  for (const odd of body.odd ?? []) defineOdd(instance, object, odd)
  if (body.locked === 'frozen') Object.freeze(object)
  else if (body.locked === 'sealed') Object.seal(object)
  else if (body.locked === 'extensions') Object.preventExtensions(object)
}

function defineOdd(instance: Instance, object: object, odd: OddProperty): void {
  const flags = { enumerable: (odd.flags & 1) !== 0, configurable: (odd.flags & 2) !== 0 }
  const key = instance.decode(odd.key) as PropertyKey
  const descriptor: PropertyDescriptor =
    'value' in odd
      ? { ...flags, value: instance.decode(odd.value), writable: (odd.flags & 4) !== 0 }
      : {
          ...flags,
          get: instance.decode(odd.get) as () => unknown,
          set: instance.decode(odd.set) as (value: unknown) => void,
        }
  Object.defineProperty(object, key, descriptor)
}
