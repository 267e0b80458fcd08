/** Which properties of an object the shipped code can touch, so that the others stay on the driver. */
import type { FunctionAnalysis } from '../analysis/analysis.ts'
import { analyze } from '../analysis/analyze.ts'
import { type AnyFunction, isFunction, isNativeText, isReference, sourceText } from '../function.ts'
import { intrinsicPath } from '../known/intrinsics.ts'

export interface PropertyUse {
  readonly key: string
  /** The properties read from the property in turn. */
  readonly rest: readonly string[]
  /** Whether the end of the path is called. */
  readonly isMethodCall: boolean
}

/** What is used of an object that is never used as a whole. */
export interface Demand {
  readonly uses: readonly PropertyUse[]
  /** Whether the object only stands for a module. */
  readonly isNamespace: boolean
}

/** What has been shipped of an object so far. */
export interface Pruned {
  isWhole: boolean
  readonly isNamespace: boolean
  readonly keys: Set<string>
}

interface Use {
  readonly path: readonly string[]
  readonly isMethodCall: boolean
}

/** Undefined where some use takes the object itself. */
export function demandOf(uses: readonly Use[], isNamespace = false): Demand | undefined {
  if (uses.some(use => use.path.length === 0)) return undefined
  return { uses: uses.map(toPropertyUse), isNamespace }
}

function toPropertyUse({ path, isMethodCall }: Use): PropertyUse {
  const [key = '', ...rest] = path
  return { key, rest, isMethodCall }
}

function isCalled(use: PropertyUse): boolean {
  return use.isMethodCall && use.rest.length === 0
}

/** What is used of each property, by name; undefined where a property is used as a whole. */
export function demandByKey(uses: readonly PropertyUse[]): Map<string, Demand | undefined> {
  const byKey = new Map<string, PropertyUse[]>()
  for (const use of uses) {
    const known = byKey.get(use.key)
    if (known) known.push(use)
    else byKey.set(use.key, [use])
  }
  const inner = (use: PropertyUse): Use => ({ path: use.rest, isMethodCall: use.isMethodCall })
  return new Map([...byKey].map(([key, all]) => [key, demandOf(all.map(inner))]))
}

/** Whether one of the used properties is a class that travels by value. */
export function usesForced(demand: Demand, value: object, forced: ReadonlySet<object>): boolean {
  return demand.uses.some(use => {
    const used = ownerOf(value, use.key) && Reflect.get(value, use.key)
    return isReference(used) && forced.has(used)
  })
}

/** The analysis of a function that may be a method. */
export function analyzeFunction(fn: AnyFunction): FunctionAnalysis | undefined {
  const text = sourceText(fn)
  const readsAsFunction = /^function\b/.test(text) && !Object.hasOwn(fn, 'prototype')
  return analyze(text, readsAsFunction)
}

/**
 * The own properties of `object` that `demand` can reach, through the methods and accessors it calls too.
 * Undefined: all of them, because one of those takes `this` as a whole or cannot be looked into.
 */
export function demandedKeys(
  object: object,
  demand: Demand,
): Map<string, Demand | undefined> | undefined {
  const own: PropertyUse[] = []
  const seen = new Set<string>()
  const todo = [...demand.uses]
  for (let use = todo.pop(); use; use = todo.pop()) {
    const signature = `${[use.key, ...use.rest].join('.')}${use.isMethodCall ? '()' : ''}`
    if (seen.has(signature)) continue
    seen.add(signature)
    const owner = ownerOf(object, use.key)
    if (!owner) continue
    if (owner === object) own.push(use)
    else if (intrinsicPath(owner)) return undefined
    for (const fn of functionsRun(owner, use)) {
      const inner = usesOfThis(fn)
      if (!inner) return undefined
      todo.push(...inner)
    }
  }
  return demandByKey(own)
}

function ownerOf(object: object, key: string): object | undefined {
  for (let at: object | null = object; at; at = Object.getPrototypeOf(at)) {
    if (Object.hasOwn(at, key)) return at
  }
  return undefined
}

function functionsRun(owner: object, use: PropertyUse): AnyFunction[] {
  const descriptor = Object.getOwnPropertyDescriptor(owner, use.key)
  const value: unknown = isCalled(use) ? descriptor?.value : undefined
  return [descriptor?.get, descriptor?.set, value].filter(isFunction)
}

/** What a method uses of its `this`; undefined where that cannot be told. */
function usesOfThis(fn: AnyFunction): PropertyUse[] | undefined {
  if (isNativeText(sourceText(fn))) return undefined
  const analysis = analyzeFunction(fn)
  if (!analysis || analysis.usesEval || analysis.usesSuper || analysis.privateNames.size > 0) {
    return undefined
  }
  if (analysis.form === 'arrow') return []
  if (analysis.thisUses.some(use => use.path.length === 0)) return undefined
  return analysis.thisUses.map(toPropertyUse)
}
