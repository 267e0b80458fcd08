/** What was put on a function or class beside its text: own properties, and those of its prototype. */

import { isReference } from '../function.ts'
import { intrinsicPath, isObjectPrototype } from '../known/intrinsics.ts'
import { encodeLock, encodeProperties, noteHome } from './encode-properties.ts'
import type { Encoder } from './encoder.ts'
import type { FunctionRecord } from './record.ts'
import { part, property } from './trail.ts'

const MADE_BY_TEXT = new Set<string | symbol>(['length', 'name', 'prototype'])
const MADE_BY_SLOPPY_TEXT = new Set<string | symbol>(['arguments', 'caller'])

export function encodeFunctionProperties(encoder: Encoder, record: FunctionRecord): void {
  encoder.later(() => {
    encodeOwn(encoder, record)
    encodePrototypeObject(encoder, record)
  })
}

function encodeOwn(encoder: Encoder, record: FunctionRecord): void {
  const { fn, node, trail, analysis } = record
  const isClass = analysis.form === 'class'
  const keys = Reflect.ownKeys(fn).filter(key => {
    if (MADE_BY_TEXT.has(key) || record.madeStatics.has(key)) return false
    return isClass || !MADE_BY_SLOPPY_TEXT.has(key)
  })
  encodeProperties(encoder, fn, node, trail, keys)
  const name = Object.getOwnPropertyDescriptor(fn, 'name')
  if (name && typeof name.value !== 'string') encodeProperties(encoder, fn, node, trail, ['name'])
  encodeLock(fn, node)
  const parent: unknown = Object.getPrototypeOf(fn)
  const isUsual = isClass || isFunctionPrototype(parent)
  if (!isUsual) node.proto = encoder.encode(parent, property(trail, '__proto__'))
}

/** Compared first, because the table of intrinsics is dear to build. */
function isFunctionPrototype(value: unknown): boolean {
  if (value === Function.prototype) return true
  return isReference(value) && intrinsicPath(value) !== undefined
}

function encodePrototypeObject(encoder: Encoder, record: FunctionRecord): void {
  const { fn, node, trail, analysis } = record
  const prototype: unknown = Object.getOwnPropertyDescriptor(fn, 'prototype')?.value
  if (!isReference(prototype)) return
  const type: unknown = Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value
  const keys = Reflect.ownKeys(prototype).filter(
    key => key !== 'constructor' && !record.madeMembers.has(key),
  )
  const parent: object | null = Object.getPrototypeOf(prototype)
  const isUsual =
    analysis.form === 'class' ||
    isObjectPrototype(parent) ||
    (analysis.isGenerator && parent !== null && intrinsicPath(parent) !== undefined)
  const hasConstructor = type === fn
  if (keys.length === 0 && isUsual && (hasConstructor || analysis.isGenerator)) return
  if (!hasConstructor && !analysis.isGenerator) {
    node.prototype = encoder.encode(prototype, property(trail, 'prototype'))
    return
  }
  node.prototypeBody = {}
  for (const key of keys) {
    const descriptor = Object.getOwnPropertyDescriptor(prototype, key)
    if (descriptor) noteHome(encoder, prototype, descriptor)
  }
  encodeProperties(encoder, prototype, node.prototypeBody, property(trail, 'prototype'), keys)
  if (!isUsual)
    node.prototypeBody.proto = encoder.encode(parent, part(trail, '.prototype.__proto__'))
}
