/** Functions by value: their text, and what it takes from outside. */
import { types } from 'node:util'
import type { FunctionAnalysis } from '../analysis/analysis.ts'
import { captureThis } from '../engine/arrow-this.ts'
import type { FunctionInfo } from '../engine/function-info.ts'
import { type Script, scriptAtHand, scriptOf } from '../engine/scripts.ts'
import { originalPlace } from '../engine/source-maps.ts'
import { type AnyFunction, isNativeText, isReference, sourceText } from '../function.ts'
import { addRealm } from '../known/intrinsics.ts'
import type { NodeId } from '../wire.ts'
import { analyzeFunction, demandOf } from './demand.ts'
import { encodeCaptures } from './encode-captures.ts'
import { encodeClassText } from './encode-class.ts'
import { encodeForeignFunction } from './encode-foreign-function.ts'
import { encodeFunctionProperties } from './encode-function-properties.ts'
import type { Encoder } from './encoder.ts'
import { placeOfText } from './place-of-text.ts'
import type { FunctionRecord } from './record.ts'
import { isStrict } from './strictness.ts'
import { part, type Refusal, type Trail } from './trail.ts'
import { variable } from './variable-trail.ts'

export function encodeFunction(
  encoder: Encoder,
  fn: AnyFunction,
  id: NodeId,
  trail: Trail,
  info: FunctionInfo,
): Refusal | undefined {
  if (info.bound) {
    encodeBound(encoder, id, trail, info.bound)
    return undefined
  }
  const text = sourceText(fn)
  if (isNativeText(text) || !info.location) {
    const name = fn.name ? `\`${fn.name}\` ` : ''
    return {
      why: `is the native function ${name}(its source is [native code])`,
      hint: 'call it on the driver and capture the result, or import its module inside the function',
    }
  }
  addRealm(realmOf(info))
  const analysis = analyzeFunction(fn)
  const script = findScript(encoder, fn, id, info, analysis)
  if (!script) return undefined
  const foreign = encodeForeignFunction(encoder, fn, id, trail, info, script)
  if (foreign === 'done') return undefined
  if (foreign !== 'own') return foreign
  if (!analysis) return unparsable(text)
  const record = makeRecord(encoder, fn, id, trail, info, analysis)
  return refusalOf(encoder, record) ?? encodeRecord(encoder, record)
}

/** An arrow's `new.target` means nothing outside of the function around it. */
function unparsable(text: string): Refusal {
  const isArrow = /\bnew\s*\.\s*target\b/.test(text)
  return {
    why: isArrow
      ? 'is an arrow function that uses `new.target`'
      : 'is a function whose source could not be parsed',
  }
}

/** The function's script; undefined where the function turned out to be one that executors have under a name. */
function findScript(
  encoder: Encoder,
  fn: AnyFunction,
  id: NodeId,
  info: FunctionInfo,
  analysis: FunctionAnalysis | undefined,
): Script | undefined {
  const scriptId = info.location?.scriptId ?? ''
  if (analysis) {
    const text = sourceText(fn)
    const sample = { isModule: info.isModule, text, ...placeOfText(text, analysis, info) }
    const script = scriptAtHand(scriptId, sample)
    if (script) return script
  }
  // Names first: they are dear to look up, but a window is dearer.
  return encoder.named(fn, id) ? undefined : scriptOf(scriptId)
}

export function realmOf(info: FunctionInfo): object {
  const global = info.scopes.at(-1)
  return global && 'Object' in global && 'Math' in global ? global : globalThis
}

function encodeBound(
  encoder: Encoder,
  id: NodeId,
  trail: Trail,
  bound: NonNullable<FunctionInfo['bound']>,
): void {
  encoder.later(() => {
    const given = (bound.parameters ?? []) as ArrayLike<unknown>
    encoder.nodes[id] = {
      t: 'bound',
      target: encoder.encode(bound.target, part(trail, '')),
      receiver: encoder.encode(bound.receiver, part(trail, '(bound this)')),
      parameters: Array.from(given, (each, i) =>
        encoder.encode(each, part(trail, `(bound argument ${i + 1})`)),
      ),
    }
  })
}

function makeRecord(
  encoder: Encoder,
  fn: AnyFunction,
  id: NodeId,
  trail: Trail,
  info: FunctionInfo,
  analysis: FunctionAnalysis,
): FunctionRecord {
  const location = info.location ?? { scriptId: '', lineNumber: 0, columnNumber: 0 }
  const script = scriptOf(location.scriptId)
  const made = { code: 0, cells: [], name: functionName(fn) }
  const record: FunctionRecord = {
    fn,
    id,
    trail,
    info,
    script,
    analysis,
    text: sourceText(fn),
    node:
      analysis.form === 'class'
        ? { t: 'class', ...made, computedKeys: [], identity: '' }
        : { t: 'function', ...made },
    isStrict: isStrict(fn, analysis, script),
    place: originalPlace(script, location.lineNumber, location.columnNumber),
    captures: new Map(),
    edits: [],
    madeStatics: new Set(),
    madeMembers: new Set(),
    stripsNames: false,
  }
  encoder.byFunction.set(fn, record)
  return record
}

/** An own `name` may be anything; only a text can be restored by name. */
function functionName(fn: AnyFunction): string {
  const name: unknown = Object.getOwnPropertyDescriptor(fn, 'name')?.value
  return typeof name === 'string' ? name : ''
}

/** What no text can say on an executor. */
function refusalOf(encoder: Encoder, record: FunctionRecord): Refusal | undefined {
  const { analysis, fn } = record
  if (analysis.usesEval) {
    return {
      why: 'calls eval() directly, so the variables it captures cannot be found',
      hint: 'use (0, eval)(...) or new Function',
    }
  }
  if (analysis.usesWith) return { why: 'uses a `with` statement' }
  if (analysis.form === 'arrow' && analysis.usesSuper) {
    return { why: 'is an arrow function that uses `super`', hint: 'call a named method instead' }
  }
  if (analysis.form === 'class' || encoder.classOfMethod.has(fn)) return undefined
  if (analysis.isPrivateMethod || analysis.privateNames.size > 0) {
    const names = [...analysis.privateNames].map(name => `#${name}`).join(', ')
    const what = analysis.form === 'arrow' ? 'an arrow function' : 'a class method'
    return {
      why: `is ${what} taken out of its class that uses private names (${names})`,
      hint: 'capture the instance or the class instead, or copy what you need into a local const',
    }
  }
  return undefined
}

function encodeRecord(encoder: Encoder, record: FunctionRecord): Refusal | undefined {
  const { analysis, node, id } = record
  encoder.nodes[id] = node
  encoder.records.push(record)
  if (analysis.form === 'class') encodeClassText(encoder, record)
  const refusal = encodeOuter(encoder, record) ?? encodeSuperObject(encoder, record)
  if (refusal) {
    encoder.records.splice(encoder.records.indexOf(record), 1)
    return refusal
  }
  for (const name of analysis.propertyNames) encoder.propertyNames.add(name)
  encodeCaptures(encoder, record)
  encodeFunctionProperties(encoder, record)
  return undefined
}

/** `this` and `arguments` that an arrow takes from outside. */
function encodeOuter(encoder: Encoder, record: FunctionRecord): Refusal | undefined {
  const { analysis, fn, info, node, text, trail } = record
  if (analysis.form !== 'arrow') return undefined
  if (analysis.usesOuterThis && info.location) {
    const place = { location: info.location, text, realm: realmOf(info) }
    const captured = captureThis(fn, place)
    if (!captured) {
      return {
        why: 'is an arrow function whose `this` could not be read',
        hint: 'copy what you need into a local const before the function',
      }
    }
    const demand = isReference(captured.value) ? demandOf(analysis.thisUses) : undefined
    node.outerThis = encoder.encode(captured.value, variable(record, trail, 'this'), demand)
  }
  if (analysis.usesOuterArguments) {
    const scope = info.scopes.find(each => types.isArgumentsObject(each['arguments']))
    if (scope) {
      const inside = variable(record, trail, 'arguments')
      node.outerArguments = encoder.encode(scope['arguments'], inside)
    }
  }
  return undefined
}

function encodeSuperObject(encoder: Encoder, record: FunctionRecord): Refusal | undefined {
  const { analysis, fn, node, trail } = record
  if (!analysis.usesSuper || analysis.form !== 'method' || encoder.classOfMethod.has(fn))
    return undefined
  const home = encoder.homeOf.get(fn)
  if (!home) {
    return {
      why: 'is a method that uses `super`, taken out of its object',
      hint: 'capture the object or the class instead',
    }
  }
  node.superObject = encoder.encode(Object.getPrototypeOf(home), part(trail, '(super)'))
  return undefined
}
