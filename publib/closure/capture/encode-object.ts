/** Objects as nodes, a kind at a time. */
import { types } from 'node:util'
import { slotsOf } from '../engine/function-info.ts'
import { isFunction, ownValue } from '../function.ts'
import { isUserExports } from '../known/commonjs.ts'
import { isObjectPrototype } from '../known/intrinsics.ts'
import { isModuleWrapper } from '../known/references.ts'
import type { Encoded, NodeId, WireNode } from '../wire.ts'
import type { Demand } from './demand.ts'
import { demandByKey, demandedKeys } from './demand.ts'
import { encodeBinary } from './encode-binary.ts'
import { encodeBuiltinValue } from './encode-builtin-value.ts'
import { addPrivates, forceClass, needsOwnClass } from './encode-privates.ts'
import { encodeAllProperties, encodeLock, encodeProperties } from './encode-properties.ts'
import { encodeProto } from './encode-proto.ts'
import type { Encoder } from './encoder.ts'
import { nativeReason } from './native-objects.ts'
import { part, property, type Refusal, type Trail } from './trail.ts'

const NATIVE_HINT =
  'create it on the executor instead, e.g. inside mapPartitions(it => { const c = connect(); ... }), ' +
  'or capture only the plain configuration needed to open it'

type Body = Extract<WireNode, { t: 'object' }>

export function encodeObject(
  encoder: Encoder,
  value: object,
  id: NodeId,
  trail: Trail,
  demand?: Demand,
): Refusal | undefined {
  if (types.isProxy(value)) return encodeProxy(encoder, value, id, trail)
  if (isUserExports(value) || isModuleWrapper(value)) {
    encodeNamespace(encoder, value, id, trail, demand)
    return undefined
  }
  const isWhole = demand === undefined || !isPrunable(value)
  if (isWhole && encoder.blobs.take(value, id, trail)) return undefined
  return encodeAsNode(encoder, value, id, trail, demand)
}

function isPrunable(value: object): boolean {
  return !Array.isArray(value) && !types.isMap(value) && !types.isSet(value)
}

/** As nodes, even where the value could travel as a block of data. */
export function encodeAsNode(
  encoder: Encoder,
  value: object,
  id: NodeId,
  trail: Trail,
  demand?: Demand,
): Refusal | undefined {
  if (Array.isArray(value)) return encodeArray(encoder, value, id, trail)
  for (const encode of [encodeCollection, encodeBinary, encodeBuiltinValue]) {
    const result = encode(encoder, value, id, trail)
    if (result !== 'other') return result
  }
  if (encodePrototype(encoder, value, id, trail)) return undefined
  return encodePlain(encoder, value, id, trail, demand)
}

function encodeProxy(
  encoder: Encoder,
  value: object,
  id: NodeId,
  trail: Trail,
): Refusal | undefined {
  const { internal } = slotsOf(value)
  if (internal['[[IsRevoked]]']) return { why: 'is a revoked Proxy' }
  encoder.later(() => {
    const target = encoder.encode(internal['[[Target]]'], part(trail, '(proxy target)'))
    const handler = encoder.encode(internal['[[Handler]]'], part(trail, '(proxy handler)'))
    encoder.nodes[id] = { t: 'proxy', target, handler }
  })
  return undefined
}

function encodeArray(
  encoder: Encoder,
  value: readonly unknown[],
  id: NodeId,
  trail: Trail,
): undefined {
  const items: Encoded[] = []
  const proto = encodeProto(encoder, value, Array.prototype, trail)
  const node: WireNode = { t: 'array', length: value.length, items, ...proto }
  encoder.nodes[id] = node
  encoder.later(() => {
    for (let i = 0; i < value.length; i++) {
      const isThere = Object.hasOwn(value, i)
      items.push(isThere ? encoder.encode(value[i], property(trail, String(i))) : ['hole'])
    }
    const others = Reflect.ownKeys(value).filter(key => key !== 'length' && !isIndex(key, value))
    if (others.length > 0) encodeProperties(encoder, value, node, trail, others)
    encodeLock(value, node)
  })
  addPrivates(encoder, value, node, trail)
}

function isIndex(key: string | symbol, array: readonly unknown[]): boolean {
  return typeof key === 'string' && /^\d+$/.test(key) && Number(key) < array.length
}

function encodeCollection(
  encoder: Encoder,
  value: object,
  id: NodeId,
  trail: Trail,
): undefined | 'other' {
  if (types.isMap(value)) {
    const entries: [Encoded, Encoded][] = []
    const proto = encodeProto(encoder, value, Map.prototype, trail)
    const node: WireNode = { t: 'map', entries, ...proto }
    encoder.nodes[id] = node
    encoder.later(() => {
      for (const [key, each] of Map.prototype.entries.call(value)) {
        const encodedKey = encoder.encode(key, part(trail, '.<key>'))
        entries.push([
          encodedKey,
          encoder.encode(
            each,
            part(trail, () => `.get(${short(key)})`),
          ),
        ])
      }
    })
    encodeAllProperties(encoder, value, node, trail)
    addPrivates(encoder, value, node, trail)
    return undefined
  }
  if (!types.isSet(value)) return 'other'
  const items: Encoded[] = []
  const proto = encodeProto(encoder, value, Set.prototype, trail)
  const node: WireNode = { t: 'set', items, ...proto }
  encoder.nodes[id] = node
  encoder.later(() => {
    for (const each of Set.prototype.values.call(value)) {
      items.push(encoder.encode(each, part(trail, '.<member>')))
    }
  })
  encodeAllProperties(encoder, value, node, trail)
  addPrivates(encoder, value, node, trail)
  return undefined
}

function short(key: unknown): string {
  return typeof key === 'string' ? JSON.stringify(key.slice(0, 40)) : String(key).slice(0, 40)
}

/** The prototype of a function travels as just that, so that the function makes it. */
function encodePrototype(encoder: Encoder, value: object, id: NodeId, trail: Trail): boolean {
  const type: unknown = Object.getOwnPropertyDescriptor(value, 'constructor')?.value
  if (!isFunction(type)) return false
  if (Object.getOwnPropertyDescriptor(type, 'prototype')?.value !== value) return false
  encoder.later(() => {
    const of = encoder.encode(type, part(trail, '.constructor'))
    encoder.nodes[id] = { t: 'prototype-of', of }
  })
  return true
}

function encodePlain(
  encoder: Encoder,
  value: object,
  id: NodeId,
  trail: Trail,
  demand?: Demand,
): Refusal | undefined {
  const prototype: object | null = Object.getPrototypeOf(value)
  const isPlain = prototype === null || isObjectPrototype(prototype)
  if (!isPlain) {
    const why = nativeReason(value)
    if (why !== undefined) return { why, hint: NATIVE_HINT }
    if (needsOwnClass(value)) forceClass(encoder, value)
  }
  const node: Body = { t: 'object' }
  encoder.nodes[id] = node
  if (prototype === null) node.proto = null
  else if (!isPlain) node.proto = encoder.encode(prototype, property(trail, '__proto__'))
  const keys = new Set<string>()
  encoder.pruned.set(id, { isWhole: demand === undefined, isNamespace: false, keys })
  if (demand) encodeMore(encoder, value, id, trail, demand)
  else encodeWhole(encoder, value, node, trail)
  return undefined
}

function encodeWhole(encoder: Encoder, value: object, node: Body, trail: Trail): void {
  encodeAllProperties(encoder, value, node, trail)
  addPrivates(encoder, value, node, trail)
}

/** An object that stands for a module: only what is used of it. */
export function encodeNamespace(
  encoder: Encoder,
  value: object,
  id: NodeId,
  trail: Trail,
  demand?: Demand,
): void {
  encoder.nodes[id] = { t: 'object', keys: [], values: [] }
  encoder.pruned.set(id, { isWhole: false, isNamespace: true, keys: new Set() })
  encodeMore(encoder, value, id, trail, demand)
}

/** Adds what a further use needs of an object that is pruned. */
export function encodeMore(
  encoder: Encoder,
  value: object,
  id: NodeId,
  trail: Trail,
  demand?: Demand,
): void {
  const pruned = encoder.pruned.get(id)
  const node = encoder.nodes[id]
  if (!pruned || pruned.isWhole || node?.t !== 'object') return
  if (pruned.isNamespace) {
    if (!demand) pruned.isWhole = true
    const wanted = demand
      ? demandByKey(demand.uses)
      : new Map(namespaceKeys(value).map(key => [key, undefined]))
    encoder.later(() => encodeExports(encoder, value, node, trail, wanted, pruned.keys))
    return
  }
  const keys = demand && demandedKeys(value, demand)
  if (!keys) {
    pruned.isWhole = true
    node.keys = []
    node.values = []
    node.odd = []
    encodeWhole(encoder, value, node, trail)
    return
  }
  encoder.later(() => {
    if (pruned.isWhole) return
    for (const [key, inner] of keys)
      encodeUsed(encoder, value, node, trail, key, inner, pruned.keys)
    encodeLock(value, node)
  })
}

/** A property that is used; of one that is there already, perhaps more. */
function encodeUsed(
  encoder: Encoder,
  value: object,
  node: Body,
  trail: Trail,
  key: string,
  demand: Demand | undefined,
  done: Set<string>,
): void {
  const isNew = !done.has(key)
  done.add(key)
  if (isNew) encodeProperties(encoder, value, node, trail, [key], demand)
  else encoder.encode(ownValue(value, key), property(trail, key), demand)
}

function namespaceKeys(value: object): string[] {
  if (types.isModuleNamespaceObject(value)) return Object.keys(value)
  return Reflect.ownKeys(value).filter(key => typeof key === 'string')
}

function encodeExports(
  encoder: Encoder,
  value: object,
  node: Body,
  trail: Trail,
  wanted: ReadonlyMap<string, Demand | undefined>,
  done: Set<string>,
): void {
  for (const [key, demand] of wanted) {
    const read = key in value ? readExport(value, key) : undefined
    if (!read) continue
    const encoded = encoder.encode(read.value, property(trail, key), demand)
    if (done.has(key)) continue
    done.add(key)
    node.keys?.push(key)
    node.values?.push(encoded)
  }
}

/** An export whose declaration was not reached yet cannot be read, and so cannot have been meant. */
function readExport(value: object, key: string): { value: unknown } | undefined {
  try {
    return { value: Reflect.get(value, key) }
  } catch (error) {
    if (error instanceof ReferenceError) return undefined
    throw error
  }
}
