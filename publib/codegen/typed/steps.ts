import type { Root } from '#publib/lineage'
import type { Expression } from '#publib/recognition'
import { partsOf } from '#publib/recognition/intrinsics'
import { assert } from '#publib/util'
import { CHECK_RECORDS, refusal, type Step } from '../step.ts'
import { asJs, bound, handOver } from './as-js.ts'
import { type Element, plainValue, UNDEFINED } from './element.ts'
import { goThrough } from './lists.ts'
import type { LoopWriter } from './loop-writer.ts'
import { lowerFunction } from './lower.ts'
import { partAt } from './lower-splits.ts'
import { truth } from './truth.ts'

/** A user's function in the text: the names that it and its root have, and what is known of it. */
export interface Callee {
  readonly f: string
  /** Of what computes parts of its result: see SplitFunction. */
  readonly g: string
  readonly r: string
  readonly root: Root
}

/** A step in the text: its functions, what it keeps, and how the writer is told that a function is called as it is. */
export interface StepNames {
  readonly callees: readonly Callee[]
  readonly state: string
}

type Write = (element: Element, names: StepNames, w: LoopWriter) => Element

/** Operators on elements of known kinds; the operator's own `compute` says what each means. */
const writers: Readonly<Record<string, Write>> = {
  map: (element, { callees }, w) => apply(callees[0]!, element, w),
  filter: (element, { callees }, w) => {
    const [{ root, f, r }] = callees as [Callee]
    const lowered = lowerFunction(root.shape, [element], w)
    w.isAligned = false
    if (lowered !== undefined) {
      w.open(`if (${truth(lowered, w)}) {`)
      return element
    }
    const { name, after } = handOver(element, w)
    const kept = w.make(`${f}(${name})`)
    w.line(refusal(kept, r))
    w.open(`if (${kept}) {`)
    return after
  },
  flatMap: (element, { callees }, w) => {
    const [callee] = callees as [Callee]
    const item = goThrough(callee.root.shape, element, w)
    return item ?? forEachOf(called(callee, element, w), callee, w)
  },
  keyBy: (element, { callees }, w) => {
    const [{ root, f, r }] = callees as [Callee]
    const lowered = lowerFunction(root.shape, [element], w)
    if (lowered !== undefined) return { kind: 'tuple', items: [lowered, element] }
    const { name, after } = handOver(element, w)
    const key = w.make(`${f}(${name})`)
    w.line(refusal(key, r))
    return { kind: 'tuple', items: [plainValue(key), after] }
  },
  mapValues: (element, { callees }, w) => {
    const [key, value] = asPair(element, ofOperation('mapValues()'), w)
    return { kind: 'tuple', items: [key, apply(callees[0]!, value, w)] }
  },
  flatMapValues: (element, { callees }, w) => {
    const [callee] = callees as [Callee]
    const [key, value] = asPair(element, ofOperation('flatMapValues()'), w)
    const item = goThrough(callee.root.shape, value, w)
    if (item !== undefined) return { kind: 'tuple', items: [key, item] }
    return { kind: 'tuple', items: [key, forEachOf(called(callee, value, w), callee, w)] }
  },
  keys: (element, _, w) => asPair(element, ofOperation('keys()'), w)[0],
  values: (element, _, w) => asPair(element, ofOperation('values()'), w)[1],
  asKeys: element => ({ kind: 'tuple', items: [element, { kind: 'absent', value: null }] }),
  spread: (element, { state }, w) => {
    const place: Element = {
      kind: 'number',
      code: w.make(`${state}.next()`),
      bounds: { low: 0, high: 2147483647 },
    }
    return { kind: 'tuple', items: [place, element] }
  },
}

/** Writes one operator; gives what it makes of the element. */
export function writeStep(step: Step, element: Element, names: StepNames, w: LoopWriter): Element {
  return writers[step.tag]!(element, names, w)
}

/** What a function of one argument makes of an element: written out, or called. */
function apply(callee: Callee, element: Element, w: LoopWriter): Element {
  const lowered = lowerFunction(callee.root.shape, [element], w)
  if (lowered !== undefined) return lowered
  const put = putTogether(callee, element, w)
  if (put !== undefined) return put
  const given = called(callee, element, w)
  w.line(refusal(given, callee.r))
  return plainValue(given)
}

/** The result of a function that is not simple, of the parts that it computes: nobody makes it unless it is needed whole. */
function putTogether({ g, root }: Callee, element: Element, w: LoopWriter): Element | undefined {
  const { split } = root
  if (split === undefined) return undefined
  if (usesArgument(split.shape.result) && !isKnown(element)) return undefined
  const given = w.make(`${g}(${handOver(element, w).name})`)
  const { computed, shape } = split
  const parts = Array.from({ length: computed }, (_, i) =>
    plainValue(computed === 1 ? given : w.make(`${given}[${i}]`)),
  )
  const result = lowerFunction(shape, [element, ...parts], w)
  assert(result !== undefined, 'what is made of parts can always be made')
  return result
}

function usesArgument(result: Expression): boolean {
  if (result.op === 'argument') return result.index === 0
  return partsOf(result).some(usesArgument)
}

/** Whether it is the same after a function has read parts of it, whatever it did with these. */
function isKnown(element: Element): boolean {
  if (element.kind === 'tuple') return element.items.every(isUnchanged)
  if (element.kind === 'record') return element.values.every(isUnchanged)
  return isUnchanged(element)
}

/** Not what is made for the function: it may change that, and the element is as it was. */
function isUnchanged(element: Element): boolean {
  if (element.kind === 'tuple' || element.kind === 'record' || element.kind === 'parts')
    return false
  return element.kind !== 'value' || element.row === undefined || element.row.isPlain
}

function called({ f }: Callee, element: Element, w: LoopWriter): string {
  return w.make(`${f}(${handOver(element, w).name})`)
}

/** Goes through what the variable `result` iterates. */
function forEachOf(result: string, { r }: Callee, w: LoopWriter): Element {
  const [chunks, chunk, index] = [w.fresh(), w.fresh(), w.fresh()]
  w.isAligned = false
  w.multiplies = true
  // Arrays are one chunk; anything else is read some thousand elements at a time.
  w.line(`let ${chunks} = null, ${chunk} = ${result}
if (!Array.isArray(${chunk}) && (${chunk} = h.whole(${result})) === undefined) {
${chunks} = h.chunks(${result}, ${r})
${chunk} = ${chunks}.next()
}`)
  w.open(
    `while (${chunk} !== undefined) {
if ((made += ${chunk}.length) >= ${CHECK_RECORDS}) { made = 0; h.check() }`,
    `${chunk} = ${chunks} === null ? undefined : ${chunks}.next()\n}`,
  )
  w.open(`for (let ${index} = 0; ${index} < ${chunk}.length; ${index}++) {`)
  return plainValue(w.make(`${chunk}[${index}]`))
}

/** The error of an element that is no pair, as text. */
export type Complaint = (name: string) => string

function ofOperation(operation: string): Complaint {
  return name => `h.notAPair(${JSON.stringify(operation)}, ${name})`
}

/** The element as key and value. */
export function asPair(
  element: Element,
  complaint: Complaint,
  w: LoopWriter,
): readonly [key: Element, value: Element] {
  if (element.kind === 'tuple') {
    const [key = UNDEFINED, value = UNDEFINED] = element.items
    return [key, value]
  }
  if (element.kind === 'parts') return [partAt(element, 0, w), partAt(element, 1, w)]
  const { code, isArray } = asValue(element, w)
  if (!isArray) w.line(`if (!Array.isArray(${code})) throw ${complaint(code)}`)
  return [plainValue(w.make(`${code}[0]`)), plainValue(w.make(`${code}[1]`))]
}

function asValue(element: Element, w: LoopWriter): { code: string; isArray: boolean } {
  const isArray = element.kind === 'value' && element.isArray
  return { code: w.bind(asJs(bound(element, w), w)), isArray }
}
