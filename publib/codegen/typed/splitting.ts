import { type Column, valuesOf } from '#publib/columnar'
import { kernels } from '#publib/kernels'
import type { Expression, FunctionShape } from '#publib/recognition'
import { withParts } from '#publib/recognition/intrinsics'
import { assert } from '#publib/util'
import type { Step } from '../step.ts'
import type { Element } from './element.ts'
import { textRow } from './input.ts'
import { LoopWriter } from './loop-writer.ts'
import { lowerFunction } from './lower.ts'
import { splitBy } from './lower-splits.ts'
import { truth } from './truth.ts'

/** A flatMap that gives the parts of a text, which a kernel takes of a whole column at once. */
export interface Splitting {
  /** The text, of the element. */
  readonly of: Expression
  /** Undefined: at runs of white space. */
  readonly separator: string | undefined
  /** What is done to each part, in this order. */
  readonly parts: readonly PartStep[]
}

/** `.map(f)` or `.filter(f)` behind a split; the part is the function's argument. */
export interface PartStep {
  readonly kind: 'each' | 'select'
  readonly shape: FunctionShape
}

/** What a step splits, and at what; undefined for any other step. */
export function splittingOf({ tag, roots }: Step): Splitting | undefined {
  const shape = roots[0]?.shape
  if (tag !== 'flatMap' || shape === undefined || shape.locals.length > 0) return undefined
  const parts: PartStep[] = []
  let { result } = shape
  while (result.op === 'each' || result.op === 'select') {
    const part = ofElement(result.body)
    if (part === undefined) return undefined
    parts.unshift({ kind: result.op, shape: part })
    result = result.of
  }
  if (!parts.every(canWrite)) return undefined
  const splitting = splittingBy(result)
  return splitting && { ...splitting, parts }
}

function splittingBy(result: Expression): Omit<Splitting, 'parts'> | undefined {
  if (result.op !== 'method' || result.name !== 'split' || result.arguments.length !== 1) {
    return undefined
  }
  const by = splitBy(result.arguments[0]!)
  return by && { of: result.of, ...by }
}

/** What is done to an element, as a function of it; undefined where that needs its place, or what was split. */
function ofElement(body: Expression): FunctionShape | undefined {
  const result = withElement(body)
  return result && { parameters: 1, locals: [], result, intrinsics: [] }
}

function withElement(expression: Expression): Expression | undefined {
  if (expression.op === 'element') return { op: 'argument', index: 0 }
  if (UNKNOWN.has(expression.op)) return undefined
  let isKnown = true
  const changed = withParts(expression, part => {
    const inner = withElement(part)
    isKnown &&= inner !== undefined
    return inner ?? part
  })
  return isKnown ? changed : undefined
}

const UNKNOWN: ReadonlySet<Expression['op']> = new Set([
  'argument',
  'local',
  'place',
  'itemAtPlace',
])

/** Whether the loop behind the split can do it, however the parts come. */
function canWrite({ shape }: PartStep): boolean {
  const kinds = (w: LoopWriter): Element[] => [
    textRow('c', true, w),
    textRow('c', false, w),
    { kind: 'string', code: 'x' },
  ]
  return kinds(new LoopWriter()).every(
    element => lowerFunction(shape, [element], new LoopWriter()) !== undefined,
  )
}

/** What becomes of a part before the next step takes it. */
export function writeParts(parts: readonly PartStep[], part: Element, w: LoopWriter): Element {
  if (parts.length === 0) return part
  // Strings that no bytes can hold come as values.
  let element: Element = part.kind === 'value' ? { kind: 'string', code: w.bind(part.code) } : part
  for (const { kind, shape } of parts) {
    const lowered = lowerFunction(shape, [element], w)
    assert(lowered !== undefined, 'a part of a text cannot be written')
    if (kind === 'each') element = lowered
    else {
      w.isAligned = false
      w.open(`if (${truth(lowered, w)}) {`)
    }
  }
  return element
}

/** The parts of all texts of a column, in order. */
export class Splitter {
  readonly #text: string | RegExp
  readonly #separator: Uint8Array | undefined

  constructor({ separator }: Splitting) {
    this.#text = separator ?? /\s+/
    this.#separator = separator === undefined ? undefined : new TextEncoder().encode(separator)
  }

  split(column: Column): Column {
    if (column.kind !== 'utf8') return this.#splitStrings(column)
    const { bytes, lengths, starts } = column
    const texts = { bytes, lengths, starts }
    const { tokens } =
      this.#separator === undefined
        ? kernels().splitSpaces(texts)
        : kernels().splitEach(texts, this.#separator)
    return { kind: 'utf8', ...tokens }
  }

  /** Strings that are no well-formed texts. */
  #splitStrings(column: Column): Column {
    const values: string[] = []
    for (const text of valuesOf(column) as string[]) {
      for (const part of text.split(this.#text)) values.push(part)
    }
    return { kind: 'values', values }
  }
}
