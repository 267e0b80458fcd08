/**
 * Classes: one text, rewritten so that making the class on an executor runs nothing of what ran when it was made here.
 * Heritage and computed keys are taken from the live class, static members as they are now, private statics through `$$statics`.
 */

import type { AnyNode, MethodDefinition, PropertyDefinition } from '../analysis/syntax.ts'
import { isPrivateStaticFunction } from '../analysis/visit-functions.ts'
import { type AnyFunction, isFunction, sourceText } from '../function.ts'
import type { ClassNode } from '../wire.ts'
import type { Encoder } from './encoder.ts'
import { lookUp } from './lookup.ts'
import type { FunctionRecord } from './record.ts'
import { part } from './trail.ts'
import { variable } from './variable-trail.ts'

interface LiveMember {
  readonly key: string | symbol
  readonly kind: 'value' | 'get' | 'set'
  readonly isStatic: boolean
  readonly text: string
}

interface Plan {
  readonly encoder: Encoder
  readonly record: FunctionRecord
  readonly node: ClassNode
  readonly live: readonly LiveMember[]
  readonly usedKeys: Set<string | symbol>
}

export function encodeClassText(encoder: Encoder, record: FunctionRecord): void {
  const { analysis, node, fn } = record
  if (node.t !== 'class' || !analysis.classNode) return
  encodeHeritage(encoder, record, node)
  const plan = { encoder, record, node, live: liveMembers(fn), usedKeys: new Set<string>() }
  for (const member of analysis.classNode.body.body) {
    if (member.type === 'StaticBlock') replace(record, member, emptied(record, member))
    else if (member.type === 'MethodDefinition') planMethod(plan, member)
    else if (member.static) planStaticField(plan, member)
    else if (member.computed) planComputedField(plan, member)
  }
}

function encodeHeritage(encoder: Encoder, record: FunctionRecord, node: ClassNode): void {
  const heritage = record.analysis.classNode?.superClass
  if (!heritage || (heritage.type === 'Literal' && heritage.value === null)) return
  replace(record, heritage, '$$super')
  const name = textOfNode(record, heritage)
  const parent: unknown = Object.getPrototypeOf(record.fn)
  node.superClass = encoder.encode(parent, variable(record, record.trail, name))
}

function liveMembers(type: AnyFunction): LiveMember[] {
  const found: LiveMember[] = []
  for (const isStatic of [true, false]) {
    const object = isStatic ? type : (type.prototype as object)
    for (const key of Reflect.ownKeys(object)) {
      const descriptor = Object.getOwnPropertyDescriptor(object, key)
      for (const kind of ['value', 'get', 'set'] as const) {
        const fn: unknown = descriptor?.[kind]
        if (isFunction(fn)) found.push({ key, kind, isStatic, text: sourceText(fn) })
      }
    }
  }
  return found
}

/** A method stays in the text if the class still has it; else its place is taken by what the class has now. */
function planMethod(plan: Plan, member: MethodDefinition): void {
  const { encoder, record, node } = plan
  if (member.kind === 'constructor' || member.key.type === 'PrivateIdentifier') return
  const kind = member.kind === 'method' ? 'value' : member.kind
  const text = textOfNode(record, member).replace(/^static\s+/, '')
  const key = member.computed ? computedKey(plan, member, kind, text) : fixedKey(member)
  if (key === undefined) {
    replace(record, member, emptied(record, member))
    return
  }
  const owner = member.static ? record.fn : (record.fn.prototype as object)
  const current: unknown = Object.getOwnPropertyDescriptor(owner, key)?.[kind]
  if (isFunction(current) && sourceText(current) === text) {
    encoder.classOfMethod.set(current, record.fn)
    const made = member.static ? record.madeStatics : record.madeMembers
    made.add(key)
  } else if (!Object.hasOwn(owner, key)) {
    node.deleted ??= []
    const encoded = encoder.encode(key, record.trail)
    node.deleted = [...node.deleted, [member.static, encoded]]
  }
}

function fixedKey(member: MethodDefinition): string | undefined {
  if (member.key.type === 'Identifier') return member.key.name
  return member.key.type === 'Literal' ? String(member.key.value) : undefined
}

/** The key that a computed method got, found by the method's text. */
function computedKey(
  plan: Plan,
  member: MethodDefinition,
  kind: LiveMember['kind'],
  text: string,
): string | symbol | undefined {
  const candidates = plan.live.filter(
    each => each.isStatic === member.static && each.kind === kind && each.text === text,
  )
  const found = candidates.find(each => !plan.usedKeys.has(each.key)) ?? candidates[0]
  if (!found) return undefined
  plan.usedKeys.add(found.key)
  replaceKey(plan, member.key, found.key)
  return found.key
}

function planComputedField(plan: Plan, member: PropertyDefinition): void {
  if (member.key.type !== 'Identifier') return
  const found = lookUp(plan.record, member.key.name)
  if (found.state === 'found') replaceKey(plan, member.key, found.value)
}

function replaceKey(plan: Plan, key: AnyNode, value: unknown): void {
  const { encoder, record, node } = plan
  const index = node.computedKeys.push(encoder.encode(value, record.trail)) - 1
  replace(record, key, `$$keys[${index}]`)
}

/** Public ones are restored as own properties; private ones get their current value as their initialiser. */
function planStaticField(plan: Plan, member: PropertyDefinition): void {
  const { encoder, record, node } = plan
  if (member.key.type !== 'PrivateIdentifier') {
    replace(record, member, emptied(record, member))
    return
  }
  const name = `#${member.key.name}`
  const value = record.info.privates.find(([each]) => each === name)?.[1]
  const isAsWritten =
    isPrivateStaticFunction(member) &&
    member.value &&
    isFunction(value) &&
    sourceText(value) === textOfNode(record, member.value)
  if (isAsWritten) return
  const inside = part(variable(record, record.trail, record.fn.name || 'class'), `.${name}`)
  node.privateStatics = [...(node.privateStatics ?? []), [name, encoder.encode(value, inside)]]
  const source = `$$statics[${JSON.stringify(name)}]`
  if (member.value) replace(record, member.value, source + newlines(record, member.value))
  else insert(record, member.key.end, `=${source}`)
}

function textOfNode(record: FunctionRecord, node: AnyNode): string {
  const { offset } = record.analysis
  return record.text.slice(node.start - offset, node.end - offset)
}

function replace(record: FunctionRecord, node: AnyNode, text: string): void {
  const { offset } = record.analysis
  record.edits.push({ start: node.start - offset, end: node.end - offset, text })
}

function insert(record: FunctionRecord, position: number, text: string): void {
  const at = position - record.analysis.offset
  record.edits.push({ start: at, end: at, text })
}

/** Lines must keep their numbers. */
function newlines(record: FunctionRecord, node: AnyNode): string {
  return '\n'.repeat(textOfNode(record, node).split('\n').length - 1)
}

function emptied(record: FunctionRecord, node: AnyNode): string {
  return `;${newlines(record, node)}`
}
