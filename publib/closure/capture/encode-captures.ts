/** The variables that a function takes from outside: looked up in its scopes, innermost first. */
import type { FreeName } from '../analysis/analysis.ts'
import { inspector } from '../engine/inspector.ts'
import { isFunction, isReference, sourceText } from '../function.ts'
import { globalNames } from '../known/globals.ts'
import { registerImports } from '../known/references.ts'
import { type Demand, demandOf } from './demand.ts'
import type { Encoder } from './encoder.ts'
import { type Lookup, lookUp } from './lookup.ts'
import type { Capture, FunctionRecord } from './record.ts'
import { variable } from './variable-trail.ts'

type Scope = Readonly<Record<string, unknown>>

/** What only runs when something else calls it counts only then; see `fixpoint.ts`. */
export function encodeCaptures(encoder: Encoder, record: FunctionRecord): void {
  if (isConstructorOnly(encoder, record)) return
  const isClass = record.analysis.form === 'class'
  for (const free of record.analysis.freeNames.values()) {
    if (!isClass || free.uses.some(use => isAlwaysUsed(use.member))) {
      encodeCapture(encoder, record, free)
    }
  }
}

/** A function that is only reached as the constructor of a prototype: its body runs with `new`, if at all. */
export function isConstructorOnly(encoder: Encoder, record: FunctionRecord): boolean {
  return record.analysis.form === 'function' && !encoder.direct.has(record.fn)
}

/** Private members are called by the class itself, and nothing names a computed one. */
function isAlwaysUsed(member: string | undefined): boolean {
  return member === undefined || member.startsWith('#') || member === '%computed'
}

const EVALUATED_ONCE = new Set(['%heritage', '%key', '%static'])

export function encodeCapture(encoder: Encoder, record: FunctionRecord, free: FreeName): void {
  const { name } = free
  if (record.captures.has(name)) return
  if (name === '__name' && stripsNames(record, free)) {
    record.stripsNames = true
    return
  }
  if (free.uses.every(use => use.member !== undefined && EVALUATED_ONCE.has(use.member))) return
  const found = lookUp(record, name)
  const trail = variable(record, record.trail, name)
  if (found.state === 'not-initialised') {
    if (!encoder.isEarly) refuseUninitialised(encoder, record, free)
  } else if (found.state === 'global') {
    if (globalNames.has(name)) return
    // Without the inspector a variable looks like what is declared nowhere: it must be named by hand.
    inspector()
    if (!Object.hasOwn(globalThis, name)) return
    const value: unknown = Reflect.get(globalThis, name)
    const encoded = encoder.encode(value, trail)
    const place = { scope: undefined, scopeIndex: undefined }
    record.captures.set(name, { name, trail, isWritten: free.isWritten, value, encoded, ...place })
  } else encodeFound(encoder, record, free, found)
}

function encodeFound(
  encoder: Encoder,
  record: FunctionRecord,
  free: FreeName,
  found: Extract<Lookup, { state: 'found' }>,
): void {
  const { value, scope, index } = found
  const { script } = record
  if (script.isModule && isReference(value)) registerImports(script, moduleScope(record))
  const trail = variable(record, record.trail, free.name)
  const capture: Capture = {
    name: free.name,
    trail,
    isWritten: free.isWritten,
    scopeIndex: index,
    scope,
    value,
    encoded: null,
  }
  record.captures.set(free.name, capture)
  const isPrunable = typeof value === 'object' && value !== null
  capture.encoded = encoder.encode(value, trail, isPrunable ? demandFor(free) : undefined)
}

/** Bundlers and test runners put imports into variables of these names, sometimes behind Proxies. */
const BUNDLED_IMPORT = /^__vi(te_ssr)?_import_\d+__$|__WEBPACK_IMPORTED_MODULE_\d+__$/

function demandFor(free: FreeName): Demand | undefined {
  return free.escapes ? undefined : demandOf(free.uses, BUNDLED_IMPORT.test(free.name))
}

function refuseUninitialised(encoder: Encoder, record: FunctionRecord, free: FreeName): void {
  const trail = variable(record, record.trail, free.name)
  const id = encoder.nodes.push(undefined) - 1
  encoder.trails[id] = trail
  encoder.refuse(id, trail, {
    why: 'is not initialised yet (it is declared later with let/const/class)',
    hint: 'move the declaration before the action that ships the function',
  })
  record.captures.set(free.name, {
    name: free.name,
    trail,
    isWritten: false,
    scopeIndex: undefined,
    scope: undefined,
    value: undefined,
    encoded: [id],
  })
}

/** The scope below the global one. */
function moduleScope(record: FunctionRecord): Scope {
  return record.info.scopes.at(-2) ?? {}
}

/** esbuild's helper, as it is: a definition of the name property and nothing else. */
function stripsNames(record: FunctionRecord, free: FreeName): boolean {
  if (record.analysis.nameCalls.length !== free.uses.length) return false
  const found = lookUp(record, '__name')
  if (found.state !== 'found' || !isFunction(found.value)) return false
  return sourceText(found.value).includes('"name"')
}
