/** Which objects are exports of Node's own modules, so that they travel as a module and a path. */
import { builtinModules } from 'node:module'
import { isFunction, isReference } from '../function.ts'
import { intrinsicPath } from './intrinsics.ts'

/** `node:fs` and `['promises', 'readFile']`. */
export interface BuiltinPlace {
  readonly module: string
  readonly path: readonly string[]
}

/** Modules that only repeat what others or the globals export. */
const REPEATED = new Set(['punycode', 'sys', 'process', 'console', 'module', 'constants'])

const places = new Map<object, BuiltinPlace>()
const walked = new Set<string>()
let loadedCount = 0
let isCurrent = false

/** Only modules that are loaded already are looked at: a value cannot come from another. */
export function builtinPlace(value: object): BuiltinPlace | undefined {
  walkLoaded()
  return places.get(value)
}

/** Node's list of what it has loaded; it has no type because it is not documented. */
function loadList(): readonly string[] {
  const list: unknown = Reflect.get(process, 'moduleLoadList')
  return Array.isArray(list) ? list : builtinModules.map(name => `NativeModule ${name}`)
}

/** Modules may have been loaded since the last capture. */
export function expectNewModules(): void {
  isCurrent = false
}

function walkLoaded(): void {
  if (isCurrent) return
  isCurrent = true
  const list = loadList()
  if (list.length === loadedCount) return
  loadedCount = list.length
  const loaded = new Set(list)
  for (const name of builtinModules) {
    if (name.startsWith('_') || REPEATED.has(name) || walked.has(name)) continue
    if (!loaded.has(`NativeModule ${name}`)) continue
    walked.add(name)
    walkModule(name)
  }
}

function walkModule(name: string): void {
  const exports: unknown = process.getBuiltinModule(`node:${name}`)
  if (!isReference(exports)) return
  const module = `node:${name}`
  add(exports, { module, path: [] })
  for (const [key, value] of dataProperties(exports)) {
    const isNew = add(value, { module, path: [key] })
    if (!isNew || typeof value !== 'object' || value === null) continue
    for (const [inner, part] of dataProperties(value)) add(part, { module, path: [key, inner] })
  }
}

function dataProperties(object: object): [string, unknown][] {
  return Object.keys(object).flatMap(key => {
    const descriptor = Object.getOwnPropertyDescriptor(object, key)
    return descriptor && 'value' in descriptor ? [[key, descriptor.value] as [string, unknown]] : []
  })
}

function add(value: unknown, place: BuiltinPlace): boolean {
  if (!isReference(value) || places.has(value) || intrinsicPath(value)) return false
  places.set(value, place)
  if (isFunction(value)) addPrototype(value, place)
  return true
}

function addPrototype(fn: object, place: BuiltinPlace): void {
  const prototype: unknown = Object.getOwnPropertyDescriptor(fn, 'prototype')?.value
  if (!isReference(prototype) || places.has(prototype) || intrinsicPath(prototype)) return
  const path = [...place.path, 'prototype']
  places.set(prototype, { module: place.module, path })
  for (const key of Object.getOwnPropertyNames(prototype)) {
    const method: unknown = Object.getOwnPropertyDescriptor(prototype, key)?.value
    if (isFunction(method) && !places.has(method)) {
      places.set(method, { module: place.module, path: [...path, key] })
    }
  }
}
