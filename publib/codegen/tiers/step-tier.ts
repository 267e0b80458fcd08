import type { Column } from '#publib/columnar'
import type { Root } from '#publib/lineage'
import type { FunctionShape, Recognition } from '#publib/recognition'
import type { Step } from '../step.ts'
import { type Element, plainValue } from '../typed/element.ts'
import { elementOf, signatureOf } from '../typed/input.ts'
import { jsonReadingOf, parsingShape, writeTexts } from '../typed/json-reading.ts'
import { goThrough } from '../typed/lists.ts'
import { LoopWriter } from '../typed/loop-writer.ts'
import { lowerFunction } from '../typed/lower.ts'
import { fieldsRead, RECORD } from '../typed/record-flow.ts'
import { type Splitting, splittingOf, writeParts } from '../typed/splitting.ts'
import { asPair, writeStep } from '../typed/steps.ts'
import { guesses, kindWords, TEXTS } from './kinds.ts'

/** How an operator runs: over columns without a call, in a loop that calls its function, or by its own definition. */
export type Tier = 'kernel' | 'loop' | 'as written'

/** What is known of the elements between two operators of a loop. */
export interface Elements {
  readonly element: Element
  /** Whether a loop looks at what they are when it begins, so that each kind gets a loop of its own. */
  readonly isLookedAt: boolean
}

export interface Judged {
  readonly tier: Tier
  readonly note: string | undefined
  readonly out: Elements
}

export function elementsOf(column: Column): Elements {
  const element = elementOf(column, signatureOf(column), 'c', new LoopWriter())
  return { element, isLookedAt: element.kind === 'value' }
}

/** Elements of which nothing is known before a job runs. */
export const UNKNOWN: Elements = { element: plainValue('x'), isLookedAt: true }

/** The tier of one operator that has a loop, for such elements. `followers` are those that take what comes of it in the same loop. */
export function judgeStep(
  step: Step,
  followers: readonly Step[],
  given: Elements,
  recognised: ReadonlyMap<Root, Recognition>,
): Judged {
  const [root] = step.roots
  const recognition = root && recognised.get(root)
  const shaped = withShapes(step, recognised)
  if (parsingShape(shaped) !== undefined) {
    const others = followers.map(each => withShapes(each, recognised))
    return judgeParsing([shaped, ...others], given)
  }
  const splitting = splittingOf(shaped)
  if (splitting !== undefined) return judgeSplit(shaped, given, splitting)
  const element = written(shaped, given.element)
  if (root === undefined) {
    const isLookedAt = given.isLookedAt && element.kind === 'value'
    return { tier: 'kernel', note: undefined, out: { element, isLookedAt } }
  }
  const out = { element, isLookedAt: false }
  if (recognition?.shape === undefined) {
    const why = recognition?.why() ?? 'was not looked at'
    return { tier: 'loop', note: `its function ${why}`, out }
  }
  if (step.multiplies) return judgeList(shaped, recognition.shape, given, out)
  return judgeShape(shaped, recognition.shape, given, out)
}

const READS_FIELDS = 'of objects in JSON, where the fields that are looked at are of one kind'
const READS_ALL =
  'its function is called, since what it parses may be looked at as a whole: there is a kernel where simple functions take single fields of it, here and further on'

/** A step whose function parses a text. */
function judgeParsing(steps: readonly [Step, ...Step[]], given: Elements): Judged {
  const [step] = steps
  const out = { element: written(step, given.element), isLookedAt: false }
  const reading = jsonReadingOf(steps, 'collect')
  if (reading === undefined) return { tier: 'loop', note: READS_ALL, out }
  const found = step.tag === 'map' ? UNKNOWN : out
  if (writeTexts(reading, step, given.element, new LoopWriter()) !== undefined) {
    return { tier: 'kernel', note: READS_FIELDS, out: found }
  }
  if (!given.isLookedAt) return { tier: 'loop', note: notKnown(given.element), out }
  return { tier: 'kernel', note: `if its elements are texts, ${READS_FIELDS}`, out: found }
}

const PARSES_ALL =
  'its values are parsed one by one, since they may be looked at as wholes: there is a kernel where simple functions take single fields of them'

/** The source of lines of JSON, by what takes its values. */
export function judgeLines(
  followers: readonly Step[],
  recognised: ReadonlyMap<Root, Recognition>,
): Pick<Judged, 'tier' | 'note'> {
  const steps = followers.map(step => withShapes(step, recognised))
  const paths = fieldsRead(steps, RECORD, 'collect')
  return paths === undefined
    ? { tier: 'as written', note: PARSES_ALL }
    : { tier: 'kernel', note: 'where its lines are objects, of which single fields are looked at' }
}

const NO_SPLIT =
  'its function is called for each element: there is a kernel where it goes through a group, an array or the parts of a text, by .map(), .filter() or a loop that only adds to one new array'

function judgeSplit(step: Step, given: Elements, { of, parts }: Splitting): Judged {
  const texts: FunctionShape = { parameters: 1, locals: [], result: of, intrinsics: [] }
  const part = writeParts(parts, elementsOf(TEXTS).element, new LoopWriter())
  const split = { element: part, isLookedAt: false }
  const lowered = lowerFunction(texts, [given.element], new LoopWriter())
  if (lowered?.kind === 'text' || lowered?.kind === 'string' || lowered?.kind === 'concat') {
    return { tier: 'kernel', note: undefined, out: split }
  }
  if (given.isLookedAt) {
    return { tier: 'kernel', note: 'if its elements are texts', out: split }
  }
  const out = { element: written(step, given.element), isLookedAt: false }
  return { tier: 'loop', note: notKnown(given.element), out }
}

/** A flatMap that does not split a text. */
function judgeList(step: Step, shape: FunctionShape, given: Elements, out: Elements): Judged {
  const argument = argumentOf(step, given.element)
  if (goThrough(shape, argument, new LoopWriter()) !== undefined) {
    return { tier: 'kernel', note: undefined, out }
  }
  const { op } = shape.result
  if ((op !== 'each' && op !== 'select') || !given.isLookedAt) {
    return { tier: 'loop', note: NO_SPLIT, out }
  }
  const note = 'if what it goes through is a group, or an array, of values of one kind'
  return { tier: 'kernel', note, out: { ...UNKNOWN, isLookedAt: false } }
}

function judgeShape(step: Step, shape: FunctionShape, given: Elements, out: Elements): Judged {
  const argument = argumentOf(step, given.element)
  if (lowerFunction(shape, [argument], new LoopWriter()) !== undefined) {
    return { tier: 'kernel', note: undefined, out }
  }
  if (!given.isLookedAt) return { tier: 'loop', note: notKnown(argument), out }
  for (const guess of guesses(shape)) {
    const { element } = elementsOf(guess)
    if (lowerFunction(shape, [element], new LoopWriter()) === undefined) continue
    const what = argument === given.element ? 'elements' : 'values'
    const later = { element: written(step, whole(step, element)), isLookedAt: false }
    return { tier: 'kernel', note: `if its ${what} are ${kindWords(guess)}`, out: later }
  }
  return { tier: 'loop', note: UNSURE, out: { ...out, isLookedAt: false } }
}

const UNSURE =
  'its function is called: it is simple, but for all that is known of its elements it might throw or run code of theirs'

function notKnown(element: Element): string {
  return element.kind === 'value'
    ? 'its function is called: what it is given comes from a function that runs as it was written, so its kind is not known before; make that one simple'
    : UNSURE
}

/** A function takes the element, or of a pair the value. */
function argumentOf(step: Step, element: Element): Element {
  const takesValue = step.tag === 'mapValues' || step.tag === 'flatMapValues'
  return takesValue ? asPair(element, name => name, new LoopWriter())[1] : element
}

/** The element of which `argument` is what the function takes. */
function whole(step: Step, argument: Element): Element {
  return step.tag === 'mapValues' ? { kind: 'tuple', items: [plainValue('k'), argument] } : argument
}

/** What the loop makes of an element. */
function written(step: Step, element: Element): Element {
  const callees = step.roots.map((root, i) => ({
    ...{ f: `f${i}`, g: `g${i}`, r: `r${i}` },
    root,
  }))
  return writeStep(step, element, { callees, state: 'v[0]' }, new LoopWriter())
}

function withShapes(step: Step, recognised: ReadonlyMap<Root, Recognition>): Step {
  return { ...step, roots: step.roots.map(root => shapedRoot(root, recognised)) }
}

export function shapedRoot(root: Root, recognised: ReadonlyMap<Root, Recognition>): Root {
  return { ...root, shape: recognised.get(root)?.shape }
}
