import type { JsonPath } from '#publib/kernels'
import type { Expression, FunctionShape } from '#publib/recognition'
import { partsOf, withParts } from '#publib/recognition/intrinsics'
import type { Step } from '../step.ts'
import type { Element } from './element.ts'
import type { LoopWriter } from './loop-writer.ts'
import { lowerFunction } from './lower.ts'
import { OTHER, RECORD, RecordFlow } from './record-flow.ts'
import { asPair, type StepNames, writeStep } from './steps.ts'
import { truth } from './truth.ts'

/** A step that parses a text of which only some fields are looked at, there and further on: a kernel finds them. */
export interface JsonReading {
  /** The text, of what the step's function is given. */
  readonly of: Expression
  /** Whether the text is the whole element. */
  readonly isWhole: boolean
  /** The function, of a tuple of what was found and of the element. */
  readonly shape: FunctionShape
  readonly paths: readonly JsonPath[]
}

const READS: ReadonlySet<string> = new Set(['map', 'filter', 'keyBy', 'mapValues'])
const BOTH: Expression = { op: 'argument', index: 0 }
const FOUND: Expression = { op: 'item', of: BOTH, index: 0 }
const ELEMENT: Expression = { op: 'item', of: BOTH, index: 1 }

/** What the first of some steps parses; undefined where it parses nothing, or somebody may look at all of it. `end` is the end's tag. */
export function jsonReadingOf(steps: readonly Step[], end: string): JsonReading | undefined {
  const [step, ...others] = steps
  const shape = step && parsingShape(step)
  if (step === undefined || shape === undefined) return undefined
  const texts = new Map<string, Expression>()
  for (const expression of [...shape.locals, shape.result]) addTexts(expression, texts)
  const [of] = texts.values()
  if (texts.size !== 1 || of === undefined || !isOfArgument(of)) return undefined
  const ofValue = step.tag === 'mapValues'
  const own: Expression = ofValue ? { op: 'item', of: ELEMENT, index: 1 } : ELEMENT
  const read = rewritten(shape, FOUND, own)
  const flow = new RecordFlow(OTHER)
  const both: Expression = { op: 'tuple', items: [RECORD, OTHER] }
  if (!flow.take(ofValue ? 'map' : step.tag, read, both)) return undefined
  if (ofValue) flow.becomeValue()
  if (!others.every(each => flow.pass(each))) return undefined
  const paths = flow.pathsAt(end)
  if (paths === undefined) return undefined
  return { of, isWhole: !ofValue && of.op === 'argument', shape: read, paths }
}

/** The shape of a step whose function parses a text. */
export function parsingShape({ tag, roots }: Step): FunctionShape | undefined {
  const shape = roots[0]?.shape
  if (shape === undefined || !READS.has(tag)) return undefined
  return shape.intrinsics.includes('JSON.parse') ? shape : undefined
}

function addTexts(expression: Expression, texts: Map<string, Expression>): void {
  if (expression.op === 'call' && expression.name === 'JSON.parse') {
    const [text] = expression.arguments
    texts.set(JSON.stringify(text), text!)
  }
  for (const part of partsOf(expression)) addTexts(part, texts)
}

/** Whether the function's argument is all that it is made of. */
function isOfArgument(expression: Expression): boolean {
  switch (expression.op) {
    case 'argument':
      return expression.index === 0
    case 'local':
    case 'element':
    case 'place':
    case 'itemAtPlace':
      return false
    case 'call':
      return expression.name !== 'JSON.parse' && expression.arguments.every(isOfArgument)
    default:
      return partsOf(expression).every(isOfArgument)
  }
}

function rewritten(shape: FunctionShape, found: Expression, own: Expression): FunctionShape {
  const change = (expression: Expression): Expression => {
    if (expression.op === 'call' && expression.name === 'JSON.parse') return found
    if (expression.op === 'argument') {
      return expression.index === 0 ? own : { op: 'literal', value: undefined }
    }
    return withParts(expression, change)
  }
  return { ...shape, locals: shape.locals.map(change), result: change(shape.result) }
}

/** What the kernel is given of an element: its text, and the element where that is something else. Undefined where it has no text for sure. */
export function writeTexts(
  { of, isWhole }: JsonReading,
  step: Step,
  element: Element,
  w: LoopWriter,
): Element | undefined {
  const argument = step.tag === 'mapValues' ? secondOf(element) : element
  if (argument === undefined) return undefined
  const shape = { parameters: 1, locals: [], result: of, intrinsics: [] }
  const text = lowerFunction(shape, [argument], w)
  if (text?.kind !== 'text' && text?.kind !== 'string' && text?.kind !== 'concat') return undefined
  return isWhole ? text : { kind: 'tuple', items: [text, element] }
}

function secondOf(element: Element): Element | undefined {
  return element.kind === 'tuple' ? element.items[1] : undefined
}

/** Writes the step behind the kernel; `both` is what was found, and the element. */
export function writeRead(
  { shape }: JsonReading,
  step: Step,
  both: Element,
  names: StepNames,
  w: LoopWriter,
): Element {
  const own = secondOf(both)!
  const lowered = lowerFunction(shape, [both], w)
  // With these kinds it might throw: it is called, and parses the text itself.
  if (lowered === undefined) return writeStep(step, own, names, w)
  switch (step.tag) {
    case 'filter':
      w.isAligned = false
      w.open(`if (${truth(lowered, w)}) {`)
      return own
    case 'keyBy':
      return { kind: 'tuple', items: [lowered, own] }
    case 'mapValues':
      return { kind: 'tuple', items: [asPair(own, name => name, w)[0], lowered] }
    default:
      return lowered
  }
}
