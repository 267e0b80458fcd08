/** Instances with private fields: only their own class can make them, so it must travel by value. */
import { analyze } from '../analysis/analyze.ts'
import { slotsOf } from '../engine/function-info.ts'
import { type AnyFunction, isFunction, ownValue, sourceText } from '../function.ts'
import { builtinPlace } from '../known/builtin-modules.ts'
import { isFactoryMade } from '../known/commonjs.ts'
import { intrinsicPath } from '../known/intrinsics.ts'
import type { Encoded, NodeId, PrivateBody } from '../wire.ts'
import { usesForced } from './demand.ts'
import type { Encoder, ModuleUse } from './encoder.ts'
import { part, property, type Trail } from './trail.ts'

const known = new WeakMap<object, boolean>()

/** Whether a class in the prototype chain declares private members of its instances. */
export function hasPrivateFields(value: object): boolean {
  const prototype: object | null = Object.getPrototypeOf(value)
  return prototype !== null && chainHasPrivates(prototype)
}

function chainHasPrivates(prototype: object): boolean {
  let has = known.get(prototype)
  if (has === undefined) {
    const parent: object | null = Object.getPrototypeOf(prototype)
    has = declaresPrivates(prototype) || (parent !== null && chainHasPrivates(parent))
    known.set(prototype, has)
  }
  return has
}

function declaresPrivates(prototype: object): boolean {
  const type = ownValue(prototype, 'constructor')
  if (!isFunction(type) || ownValue(type, 'prototype') !== prototype) return false
  const text = sourceText(type)
  if (!text.startsWith('class') || !text.includes('#')) return false
  const members = analyze(text)?.classNode?.body.body ?? []
  return members.some(
    member =>
      member.type !== 'StaticBlock' && !member.static && member.key.type === 'PrivateIdentifier',
  )
}

/** Whether a class or one above it declares private members of its instances. */
export function classHasPrivates(type: AnyFunction): boolean {
  const prototype = ownValue(type, 'prototype')
  return typeof prototype === 'object' && prototype !== null && chainHasPrivates(prototype)
}

/** Whether the instance's class must travel by value even if executors have its package. */
export function needsOwnClass(value: object): boolean {
  if (hasPrivateFields(value)) return true
  const prototype: object | null = Object.getPrototypeOf(value)
  const type = prototype && ownValue(prototype, 'constructor')
  return isFunction(type) && isFactoryMade(type)
}

/** Makes the classes of an instance travel by value even though executors have their package. */
export function forceClass(encoder: Encoder, value: object): void {
  const prototype: object | null = Object.getPrototypeOf(value)
  let type: unknown = prototype && ownValue(prototype, 'constructor')
  while (isFunction(type) && type !== Function.prototype) {
    if (intrinsicPath(type) || builtinPlace(type)) return
    if (!encoder.forced.has(type)) forceOne(encoder, type)
    type = Object.getPrototypeOf(type)
  }
}

function forceOne(encoder: Encoder, type: AnyFunction): void {
  encoder.forced.add(type)
  const prototype = type.prototype as object
  encoder.forced.add(prototype)
  const typeId = encoder.ids.get(type)
  const typeTrail = typeId === undefined ? undefined : encoder.trails[typeId]
  if (typeId !== undefined && typeTrail && encoder.nodes[typeId]?.t === 'module') {
    encoder.nodes[typeId] = undefined
    encoder.queue(type, typeId, typeTrail)
  }
  for (const [id, use] of encoder.moduleUses) splitModule(encoder, id, use, type)
  const id = encoder.ids.get(prototype)
  const trail = id === undefined ? undefined : encoder.trails[id]
  if (id === undefined || !trail || encoder.nodes[id]?.t !== 'module') return
  encoder.later(() => {
    const of = encoder.encode(type, part(trail, '.constructor'))
    encoder.nodes[id] = { t: 'prototype-of', of }
  })
}

/** A module object of which a forced class is used can no longer be the executor's. */
function splitModule(encoder: Encoder, id: NodeId, use: ModuleUse, type: AnyFunction): void {
  if (!usesForced(use.demand, use.value, new Set([type]))) return
  encoder.moduleUses.delete(id)
  encoder.namespace(use.value, id, use.trail, use.demand)
}

/** Private fields make the node one that the rewritten class must construct. */
export function addPrivates(
  encoder: Encoder,
  value: object,
  node: PrivateBody,
  trail: Trail,
): void {
  if (!hasPrivateFields(value)) return
  const privates: [string, Encoded][] = []
  node.privates = privates
  const fields = slotsOf(value).privates
  encoder.later(() => {
    for (const [name, field] of fields) {
      privates.push([name, encoder.encode(field, property(trail, name))])
    }
  })
}
