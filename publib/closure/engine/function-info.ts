/** What the engine knows of functions and objects that the language does not show. */
import type { AnyFunction } from '../function.ts'
import {
  inspector,
  isInspectorAllowed,
  type RemoteProperty,
  type RemoteValue,
} from './inspector.ts'

/** Where a function stands in its script; counts from 0. */
export interface ScriptLocation {
  readonly scriptId: string
  readonly lineNumber: number
  readonly columnNumber: number
}

/** The variables of one scope, as they were when they were read. */
export type ScopeValues = Readonly<Record<string, unknown>>

export interface BoundParts {
  readonly target: unknown
  readonly receiver: unknown
  readonly parameters: unknown
}

export interface FunctionInfo {
  readonly location: ScriptLocation | undefined
  /** The innermost first; the last is the global one. */
  readonly scopes: readonly ScopeValues[]
  readonly bound: BoundParts | undefined
  /** Whether it was written in an ES module. */
  readonly isModule: boolean
  /** The private members of a class: `#x` and its value. */
  readonly privates: readonly (readonly [string, unknown])[]
}

export interface Slots {
  readonly internal: Readonly<Record<string, unknown>>
  /** Private fields, those of the base class first. */
  readonly privates: readonly (readonly [string, unknown])[]
}

/** All that is asked of one function: names beside the engine's descriptions of their values. */
interface Asked {
  readonly location: ScriptLocation | undefined
  readonly names: readonly string[]
  readonly values: readonly RemoteValue[]
}

/** What is known of a function where the inspector is not allowed. */
const UNINSPECTED: FunctionInfo = {
  location: { scriptId: '', lineNumber: 0, columnNumber: 0 },
  scopes: [],
  bound: undefined,
  isModule: true,
  privates: [],
}

/** Reads many functions in one round, which is what makes captures cheap. */
export function functionInfos(functions: readonly AnyFunction[]): FunctionInfo[] {
  if (functions.length === 0) return []
  if (!isInspectorAllowed()) return functions.map(() => UNINSPECTED)
  const engine = inspector()
  const ids = elementIds(engine.properties(engine.idOf(functions as object)).result)
  const asked = ids.map(ask)
  const values = engine.realValues(asked.flatMap(each => each.values))
  let next = 0
  return asked.map(each => {
    const own = values.slice(next, next + each.names.length)
    next += each.names.length
    return toInfo(each, own)
  })
}

function elementIds(properties: readonly RemoteProperty[]): string[] {
  const ids: string[] = []
  for (const { name, value } of properties) {
    const index = Number(name)
    if (Number.isInteger(index) && value?.objectId !== undefined) ids[index] = value.objectId
  }
  return ids
}

const WANTED = new Set(['[[Scopes]]', '[[TargetFunction]]', '[[BoundThis]]', '[[BoundArgs]]'])

function ask(objectId: string): Asked {
  const properties = inspector().properties(objectId)
  const names: string[] = []
  const values: RemoteValue[] = []
  let location: ScriptLocation | undefined
  for (const { name, value } of properties.internalProperties ?? []) {
    if (name === '[[FunctionLocation]]') location = value?.value as ScriptLocation
    else if (WANTED.has(name) && value) {
      names.push(name)
      values.push(value)
    }
  }
  for (const { name, value } of properties.privateProperties ?? []) {
    if (!value) continue
    names.push(name)
    values.push(value)
  }
  return { location, names, values }
}

/** One scope as the engine lists it: `Closure (makeCounter)`, `Module`, `Global`. */
interface ScopeEntry {
  readonly description?: string
  readonly object?: ScopeValues
}

function toInfo(asked: Asked, values: readonly unknown[]): FunctionInfo {
  const named = new Map(asked.names.map((name, i) => [name, values[i]]))
  const privates = asked.names.flatMap((name, i) =>
    name.startsWith('#') ? [[name, values[i]] as const] : [],
  )
  const scopes = (named.get('[[Scopes]]') ?? []) as readonly ScopeEntry[]
  const bound = named.has('[[TargetFunction]]')
    ? {
        target: named.get('[[TargetFunction]]'),
        receiver: named.get('[[BoundThis]]'),
        parameters: named.get('[[BoundArgs]]'),
      }
    : undefined
  const objects = Array.from({ length: scopes.length }, (_, i) => scopes[i]?.object ?? {})
  const isModule = Array.from(scopes).some(scope => scope?.description === 'Module')
  return { location: asked.location, scopes: objects, bound, isModule, privates }
}

/** The internal slots of any object (`[[Target]]`, `[[PromiseState]]`, `[[Entries]]`) and its private fields. */
export function slotsOf(object: object): Slots {
  const engine = inspector()
  const properties = engine.properties(engine.idOf(object))
  const internal = (properties.internalProperties ?? []).filter(
    each => each.value && each.name !== '[[Prototype]]',
  )
  const privates = properties.privateProperties ?? []
  const all = [...internal, ...privates]
  const values = engine.realValues(all.map(each => each.value ?? { value: undefined }))
  return {
    internal: Object.fromEntries(internal.map((each, i) => [each.name, values[i]])),
    privates: privates.map((each, i) => [each.name, values[internal.length + i]] as const),
  }
}
