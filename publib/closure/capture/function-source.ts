/** Captured functions as those see them who want to know what they do. */
import { types } from 'node:util'
import type { CallSite } from '#publib/util'
import type { FunctionNode } from '../analysis/syntax.ts'
import { originalPlace } from '../engine/source-maps.ts'
import { isFunction } from '../function.ts'
import { globalNames, type IntrinsicPath } from '../known/globals.ts'
import type { Encoder } from './encoder.ts'
import { placeOfText } from './place-of-text.ts'
import type { FunctionRecord } from './record.ts'

/** A function that travels as text: its syntax, and what its free names stand for. */
export interface FunctionSource {
  readonly name: string
  /** The same for equal texts, so that what is found out about it can be kept. Undefined for long texts. */
  readonly tree: FunctionNode | undefined
  readonly text: string
  /** Where the text begins among the positions of the tree. */
  readonly textStart: number
  readonly freeNames: readonly string[]
  /** What a name stands for that the text does not declare. */
  freeValue(name: string): FreeValue
  /** The user's place of a position in the tree. */
  placeAt(position: number): CallSite
}

export type FreeValue =
  /** A variable that holds a primitive and that nothing of what travels with the function changes. */
  | {
      readonly kind: 'primitive'
      readonly value: string | number | boolean | bigint | null | undefined
    }
  | { readonly kind: 'function'; readonly source: FunctionSource }
  /** A function of the language in a variable: `const { imul } = Math`. */
  | { readonly kind: 'intrinsic'; readonly path: IntrinsicPath }
  /** A variable with a regular expression that keeps no place. */
  | { readonly kind: 'pattern'; readonly source: string; readonly flags: string }
  /** A name of the language: `Math`. */
  | { readonly kind: 'global' }
  /** Anything else; `what` says what it is: `an object`. */
  | { readonly kind: 'other'; readonly what: string }

/** What a root of a capture is, where it is a function; the variables that functions share are known by now. */
export function captured(encoder: Encoder, root: unknown): FreeValue {
  return isFunction(root) ? functionValue(encoder, root) : other('an object')
}

class RecordSource implements FunctionSource {
  readonly #encoder: Encoder
  readonly #record: FunctionRecord

  constructor(encoder: Encoder, record: FunctionRecord) {
    this.#encoder = encoder
    this.#record = record
  }

  get name(): string {
    return this.#record.node.name
  }

  get tree(): FunctionNode | undefined {
    return this.#record.analysis.functionNode
  }

  get text(): string {
    return this.#record.text
  }

  get textStart(): number {
    return this.#record.analysis.offset
  }

  get freeNames(): readonly string[] {
    return [...this.#record.analysis.freeNames.keys()]
  }

  freeValue(name: string): FreeValue {
    const capture = this.#record.captures.get(name)
    if (capture === undefined) {
      return globalNames.has(name) ? { kind: 'global' } : other('declared nowhere')
    }
    if (capture.isWritten || capture.box !== undefined) {
      return other('a variable that functions change')
    }
    return freeValueOf(this.#encoder, capture.value)
  }

  placeAt(position: number): CallSite {
    const { text, analysis, info, script } = this.#record
    const start = placeOfText(text, analysis, info)
    const before = text.slice(0, Math.max(0, position - analysis.offset)).split('\n')
    const last = before.at(-1)?.length ?? 0
    const column = before.length > 1 ? last : start.column + last
    return originalPlace(script, start.line + before.length - 1, column)
  }
}

function freeValueOf(encoder: Encoder, value: unknown): FreeValue {
  switch (typeof value) {
    case 'function':
      return functionValue(encoder, value as () => unknown)
    case 'symbol':
      return other('a symbol')
    case 'object':
      return value === null ? { kind: 'primitive', value } : objectValue(value)
    default:
      return { kind: 'primitive', value: value as string }
  }
}

function objectValue(value: object): FreeValue {
  if (!types.isRegExp(value)) return other('an object')
  const isPlain =
    Object.getPrototypeOf(value) === RegExp.prototype && Reflect.ownKeys(value).length === 1
  if (!isPlain || value.global || value.sticky) {
    return other('a regular expression that keeps its place')
  }
  return { kind: 'pattern', source: value.source, flags: value.flags }
}

function functionValue(encoder: Encoder, fn: () => unknown): FreeValue {
  const id = encoder.ids.get(fn)
  const node = id === undefined ? undefined : encoder.nodes[id]
  const record = encoder.byFunction.get(fn)
  if (node?.t === 'function' && record?.id === id && record !== undefined) {
    return { kind: 'function', source: new RecordSource(encoder, record) }
  }
  if (node?.t === 'intrinsic') return { kind: 'intrinsic', path: node.path }
  if (node?.t === 'class') return other('a class')
  if (node?.t === 'module') return other('a function of a package')
  if (node?.t === 'bound' || node?.t === 'call') return other('a bound function')
  return other('a function that is not looked into')
}

function other(what: string): FreeValue {
  return { kind: 'other', what }
}
