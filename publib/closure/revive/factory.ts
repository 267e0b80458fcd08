/**
 * A shipped text compiled: a factory that takes the captured values as parameters and gives the function. Parameters run at
 * the original's speed; `with` or a context of its own would be 10 to 180 times slower. It is compiled under the user's file, line and column.
 */
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { Script } from 'node:vm'
import { MAPPED_SUFFIX } from '../engine/call-site.ts'
import { closureCompileFailed } from '../errors.ts'
import type { CodeUnit } from '../wire.ts'
import { importFrom } from './load-modules.ts'

/** What a factory takes beside the captured values. */
export interface Extras {
  readonly superClass?: unknown
  readonly computedKeys?: readonly unknown[]
  readonly privateStatics?: Readonly<Record<string, unknown>>
  readonly outerThis?: unknown
  readonly outerArguments?: readonly unknown[]
  readonly superObject?: unknown
}

export type SetPrivates = (values: Readonly<Record<string, unknown>>, object: object) => void

export interface Made {
  readonly fn: unknown
  /** One for each late capture: binds it. */
  readonly setters: readonly ((value: unknown) => void)[]
  readonly setPrivates: SetPrivates | undefined
}

export type Factory = (cells: readonly unknown[], extras: Extras) => Made

/** Constructing with it as `new.target` makes an instance without running its constructor; see `class-revival.ts`. */
export function Revival(): void {}
/** Whether an instance is being revived: then initialisers of fields are not run. */
Revival.isOn = false

/** @throws CLOSURE_COMPILE_FAILED */
export function makeFactory(code: CodeUnit, appRoot: string): Factory {
  const compiled = compiledText(code)
  const implicit = implicitValues(code, appRoot)
  const lateCount = code.late.length
  return (cells, extras) => {
    const result = compiled(...cells, ...implicit, ...extraValues(code, extras))
    if (lateCount === 0 && !code.isRevivable) {
      return { fn: result, setters: [], setPrivates: undefined }
    }
    const [fn, ...rest] = result as [unknown, ...((value: unknown) => void)[]]
    const setPrivates = code.isRevivable ? (rest.at(-1) as unknown as SetPrivates) : undefined
    return { fn, setters: rest.slice(0, lateCount), setPrivates }
  }
}

type CompiledText = (...values: unknown[]) => unknown

/** So many texts are kept, the latest used, and none that is longer. */
const TEXTS_MAX = 256
const TEXT_LENGTH_MAX = 1 << 16
const texts = new Map<string, CompiledText>()

/**
 * Compiled once in this thread: a program that goes round ships the same function in each turn, with other captured values, and
 * finds it optimised. What the text makes is made anew by each call.
 */
function compiledText(code: CodeUnit): CompiledText {
  if (code.text.length > TEXT_LENGTH_MAX) return compileText(code)
  const key = JSON.stringify(code)
  const compiled = texts.get(key) ?? compileText(code)
  texts.delete(key)
  texts.set(key, compiled)
  if (texts.size > TEXTS_MAX) {
    for (const oldest of texts.keys()) {
      texts.delete(oldest)
      break
    }
  }
  return compiled
}

function compileText(code: CodeUnit): CompiledText {
  const { head, tail } = wrapping(code)
  const filename = (code.url || 'shipped-function') + (code.isMapped ? MAPPED_SUFFIX : '')
  try {
    const script = new Script(`${head}${code.text}\n${tail}`, {
      filename,
      lineOffset: code.line,
      columnOffset: code.column - head.length,
    })
    return script.runInThisContext() as CompiledText
  } catch (error) {
    throw closureCompileFailed(`${code.url || 'a function'}:${code.line + 1}`, error)
  }
}

/** What stands before and behind the text, on its first and its last line. */
function wrapping(code: CodeUnit): { head: string; tail: string } {
  const parameters = [...code.cells, ...implicitNames(code), ...extraNames(code)]
  const { open, close } = expression(code)
  const setters = code.late.map(index => `$$value=>{${parameters[index]}=$$value}`)
  if (code.isRevivable) setters.push('(values,object)=>$$setPrivates(object,values)')
  const isList = setters.length > 0
  const strict = code.isStrict ? '"use strict";' : ''
  const privates = code.isRevivable ? 'let $$setPrivates;' : ''
  const head = `(function(${parameters.join()}){${strict}${privates}return ${isList ? '[' : ''}${open}`
  const tail = `${close}${isList ? `,${setters.join()}]` : ''}})`
  return { head, tail }
}

function expression(code: CodeUnit): { open: string; close: string } {
  let open = '('
  let close = ')'
  if (code.form === 'method') {
    const take = code.accessor
      ? `Object.getOwnPropertyDescriptor($$object,Reflect.ownKeys($$object)[0]).${code.accessor}`
      : '$$object[Reflect.ownKeys($$object)[0]]'
    open = `($$object=>${take})({${code.hasSuperObject ? '__proto__:$$superObject,' : ''}`
    close = '})'
  }
  if (!code.hasOuter) return { open, close }
  return { open: `(function(){return ${open}`, close: `${close}}).apply($$this,$$arguments)` }
}

function implicitNames(code: CodeUnit): string[] {
  return [...(code.usesImport ? ['$$import'] : []), ...(code.usesMeta ? ['$$meta'] : [])]
}

function implicitValues(code: CodeUnit, appRoot: string): unknown[] {
  const parent = code.url || pathToFileURL(join(appRoot, 'index.js')).href
  const values: unknown[] = []
  if (code.usesImport) values.push((specifier: string) => importFrom(parent, specifier))
  if (code.usesMeta) values.push(importMeta(code.url))
  return values
}

function extraNames(code: CodeUnit): string[] {
  return [
    ...(code.form === 'class' ? ['$$super', '$$keys', '$$statics'] : []),
    ...(code.hasOuter ? ['$$this', '$$arguments'] : []),
    ...(code.hasSuperObject ? ['$$superObject'] : []),
    ...(code.isRevivable ? ['$$Revival'] : []),
  ]
}

function extraValues(code: CodeUnit, extras: Extras): unknown[] {
  const { superClass, computedKeys, privateStatics, outerThis, outerArguments } = extras
  return [
    ...(code.form === 'class' ? [superClass, computedKeys, privateStatics] : []),
    ...(code.hasOuter ? [outerThis, outerArguments] : []),
    ...(code.hasSuperObject ? [extras.superObject] : []),
    ...(code.isRevivable ? [Revival] : []),
  ]
}

/** The driver's `import.meta`, as far as it is data. */
function importMeta(url: string): object {
  const filename = url.startsWith('file:') ? fileURLToPath(url) : undefined
  return {
    __proto__: null,
    url,
    filename,
    dirname: filename === undefined ? undefined : dirname(filename),
    resolve: (specifier: string) => pathToFileURL(createRequire(url).resolve(specifier)).href,
  }
}
