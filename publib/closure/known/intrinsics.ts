/** Which objects of this process are intrinsics, so that they travel as a name. Built at first need, about 10 ms. */
import { isReference } from '../function.ts'
import {
  globalNames,
  hiddenIntrinsics,
  type IntrinsicPath,
  type PathStep,
  symbolName,
} from './globals.ts'

/** What a global holds in depth: constructors, their prototypes, and the functions of both. */
const DEPTH = 3
/** Node's own globals that are getters, but loaded in any case. */
const LOADED = new Map([
  ['process', 1],
  ['Buffer', DEPTH],
])
/** Objects that change and belong to a process: only their functions are the same everywhere. */
const SHALLOW = new Set(['process', 'console'])

let table: Map<object, IntrinsicPath> | undefined
const realms = new WeakSet<object>()

/** The path of an intrinsic; undefined for everything else. */
export function intrinsicPath(value: object): IntrinsicPath | undefined {
  table ??= buildTable()
  return table.get(value) ?? lazyGlobalPath(value)
}

/** Whether a value is `Object.prototype`, of this realm or of one that was met. */
export function isObjectPrototype(value: object | null): boolean {
  if (value === null) return false
  if (value === Object.prototype) return true
  const path = intrinsicPath(value)
  return path?.length === 2 && path[0] === 'Object' && path[1] === 'prototype'
}

/** Teaches the table the intrinsics of another realm: a REPL's, jest's or a vm context's. */
export function addRealm(global: object): void {
  if (global === globalThis || realms.has(global)) return
  realms.add(global)
  table ??= buildTable()
  table.set(global, ['globalThis'])
  for (const name of globalNames) {
    if (SHALLOW.has(name) || name.startsWith('global')) continue
    const descriptor = Object.getOwnPropertyDescriptor(global, name)
    if (descriptor && 'value' in descriptor) addAll(table, descriptor.value, [name], DEPTH)
  }
  addHiddenOf(global, table)
}

function addHiddenOf(global: object, known: Map<object, IntrinsicPath>): void {
  const evaluate: unknown = Reflect.get(global, 'eval')
  if (typeof evaluate !== 'function') return
  const made = (text: string): unknown => Object.getPrototypeOf(evaluate(text))
  addAll(known, made('(function*(){})'), ['%GeneratorFunctionPrototype'], 2)
  addAll(known, made('(async()=>{})'), ['%AsyncFunctionPrototype'], 2)
  addAll(known, made('(async function*(){})'), ['%AsyncGeneratorFunctionPrototype'], 2)
}

function buildTable(): Map<object, IntrinsicPath> {
  const known = new Map<object, IntrinsicPath>([[globalThis, ['globalThis']]])
  for (const name of globalNames) {
    const descriptor = Object.getOwnPropertyDescriptor(globalThis, name)
    if (!descriptor) continue
    const depth = LOADED.get(name)
    if ('value' in descriptor) {
      addAll(known, descriptor.value, [name], SHALLOW.has(name) ? 1 : DEPTH)
    } else if (depth !== undefined) {
      addAll(known, Reflect.get(globalThis, name), [name], depth)
    }
  }
  for (const [name, value] of Object.entries(hiddenIntrinsics())) {
    addAll(known, value, [`%${name}`], 2)
  }
  // Never walked: a captured environment becomes the executor's.
  known.set(process.env, ['process', 'env'])
  return known
}

function addAll(
  known: Map<object, IntrinsicPath>,
  value: unknown,
  path: IntrinsicPath,
  depth: number,
): void {
  if (!isReference(value) || known.has(value) || value === process.env) return
  known.set(value, path)
  if (depth <= 0) return
  for (const key of Reflect.ownKeys(value)) addPart(known, value, key, path, depth)
}

function addPart(
  known: Map<object, IntrinsicPath>,
  owner: object,
  key: string | symbol,
  path: IntrinsicPath,
  depth: number,
): void {
  const descriptor = Object.getOwnPropertyDescriptor(owner, key)
  const step = stepOf(key)
  if (!descriptor || step === undefined) return
  if ('value' in descriptor) {
    if (owner === process && (typeof descriptor.value !== 'function' || key === 'mainModule'))
      return
    addAll(known, descriptor.value, [...path, step], depth - 1)
    return
  }
  if (descriptor.get) addAll(known, descriptor.get, [...path, ['get', step]], 0)
  if (descriptor.set) addAll(known, descriptor.set, [...path, ['set', step]], 0)
}

function stepOf(key: string | symbol): PathStep | undefined {
  if (typeof key === 'string') return key
  const name = symbolName(key)
  return name === undefined ? undefined : ['symbol', name]
}

/** Globals behind getters (`crypto`, `Headers`) cost up to 45 ms to load: looked at only if the value says its name. */
function lazyGlobalPath(value: object): IntrinsicPath | undefined {
  const name = lazyName(value)
  if (name === undefined || !globalNames.has(name)) return undefined
  const path: IntrinsicPath | undefined = safeGet(name) === value ? [name] : undefined
  if (path && table) addAll(table, value, path, 1)
  return path
}

const instanceNames = new Map([
  ['Crypto', 'crypto'],
  ['Performance', 'performance'],
  ['Navigator', 'navigator'],
  ['Storage', 'localStorage'],
])

function lazyName(value: object): string | undefined {
  if (typeof value === 'function') {
    const name = Object.getOwnPropertyDescriptor(value, 'name')?.value
    return typeof name === 'string' ? name : undefined
  }
  const type: unknown = Object.getOwnPropertyDescriptor(
    Object.getPrototypeOf(value) ?? {},
    'constructor',
  )?.value
  return typeof type === 'function' ? instanceNames.get(type.name) : undefined
}

function safeGet(name: string): unknown {
  try {
    return Reflect.get(globalThis, name)
  } catch {
    return undefined
  }
}
