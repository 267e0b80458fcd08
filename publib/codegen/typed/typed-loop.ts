import type { Column } from '#publib/columnar'
import type { Root } from '#publib/lineage'
import type { Chain } from '../chain.ts'
import type { Step } from '../step.ts'
import type { Element } from './element.ts'
import { isText } from './element.ts'
import { elementOf } from './input.ts'
import { type JsonReading, jsonReadingOf, writeRead, writeTexts } from './json-reading.ts'
import { GATHERED_ROWS, type LeafKind } from './leaf-kinds.ts'
import { LoopWriter } from './loop-writer.ts'
import { lowerFunction } from './lower.ts'
import { type TypedSink, toColumns, type Way } from './sinks.ts'
import { type Splitting, splittingOf, writeParts } from './splitting.ts'
import { type Callee, writeStep } from './steps.ts'

/** A loop over the rows of columns of one signature: from one step of a chain to its end, or to a step that a kernel does. */
export interface TypedLoop {
  /** The body of a function of `c, f, r, v, h, s`: a column, functions, roots, what steps keep, helpers, what the end gathers. */
  readonly body: string
  readonly yields: boolean
  /** Whether each row gives one row and nothing else is done on the way: what comes of one needs no other. */
  readonly isRowwise: boolean
  readonly leaves: readonly LeafKind[]
  /** What comes behind the loop, where it does not reach the end of the chain. */
  readonly next: Next | undefined
}

/** What a kernel makes of texts, and the step that comes behind it. `isAscii`: the texts are, and with them their parts. */
export type Next =
  | {
      readonly kind: 'parts'
      readonly place: number
      readonly splitting: Splitting
      readonly isAscii: boolean
    }
  | {
      readonly kind: 'fields'
      readonly place: number
      readonly reading: JsonReading
      readonly isAscii: boolean
    }

/**
 * Where a loop begins: with a column as it comes, or with what a kernel found in the texts that its first step parses, or with
 * those texts where it was not sure of them.
 */
export type Start = 'plain' | 'read' | 'not read'

/** What ends a chain, and how columns come out where a kernel takes them over. */
export interface End {
  readonly sink: TypedSink
  readonly way: Way
}

/** The text of the loop that begins with step `place`. `name` makes it unlike any other. */
export function typedLoop(
  { steps }: Pick<Chain, 'steps'>,
  { place, start }: { readonly place: number; readonly start: Start },
  column: Column,
  signature: string,
  { sink, way }: End,
  name: string,
): TypedLoop {
  const w = new LoopWriter()
  const offsets = rootOffsets(steps)
  const before = place === 0 || start !== 'plain' ? undefined : splittingOf(steps[place - 1]!)
  let element: Element = elementOf(column, signature, 'c', w)
  element = writeParts(before?.parts ?? [], element, w)
  for (let at = place; at < steps.length; at++) {
    const step = steps[at]!
    const reading = jsonReadingOf(steps.slice(at), sink.tag)
    const names = { callees: calleesOf(step.roots, offsets[at]!), state: `v[${at}]` }
    if (reading !== undefined && at === place && start !== 'plain') {
      element =
        start === 'read'
          ? writeRead(reading, step, element, names, w)
          : writeStep(step, elementRead(reading, element), names, w)
      continue
    }
    const json = reading && writeTexts(reading, step, element, w)
    if (reading !== undefined && json !== undefined) {
      const ends = toColumns(way, 'opaque', 'texts').write(json, [], w)
      const text = json.kind === 'tuple' ? json.items[0]! : json
      const isAscii = text.kind === 'text' && text.isAscii
      const next: Next = { kind: 'fields', place: at, reading, isAscii }
      return assembled(w, ends, { steps, sink, name, next, way })
    }
    const splitting = splittingOf(step)
    const texts = splitting && textsOf(splitting, element, w)
    if (splitting !== undefined && texts !== undefined) {
      const ends = toColumns(way, 'opaque', 'texts').write(texts, [], w)
      const isAscii = texts.kind === 'text' && texts.isAscii
      const next: Next = { kind: 'parts', place: at + 1, splitting, isAscii }
      return assembled(w, ends, { steps, sink, name, next, way })
    }
    element = writeStep(step, element, names, w)
  }
  const isRowwise = w.isAligned && w.isEmpty
  const ends = sink.write(element, calleesOf(sink.roots, offsets.at(-1)!), w)
  return { ...assembled(w, ends, { steps, sink, name, next: undefined, way }), isRowwise }
}

/** The element that a step takes, of what a kernel was given. */
function elementRead({ isWhole }: JsonReading, given: Element): Element {
  return isWhole || given.kind !== 'tuple' ? given : given.items[1]!
}

/** The texts that are to be split, where the element has them for sure. */
function textsOf({ of }: Splitting, element: Element, w: LoopWriter): Element | undefined {
  const texts = lowerFunction(
    { parameters: 1, locals: [], result: of, intrinsics: [] },
    [element],
    w,
  )
  return texts !== undefined && isText(texts) ? texts : undefined
}

function calleesOf(roots: readonly Root[], offset: number): Callee[] {
  return roots.map((root, i) => ({
    ...{ f: `f${offset + i}`, g: `g${offset + i}`, r: `r${offset + i}` },
    root,
  }))
}

/** For each step, and for the end, the number of its first function. */
function rootOffsets(steps: readonly Step[]): readonly number[] {
  const offsets = [0]
  for (const { roots } of steps) offsets.push(offsets.at(-1)! + roots.length)
  return offsets
}

function assembled(
  w: LoopWriter,
  { begin, end }: { readonly begin: string; readonly end: string },
  {
    name,
    next,
    way,
    sink,
  }: {
    readonly steps: readonly Step[]
    readonly sink: TypedSink
    readonly name: string
    readonly next: TypedLoop['next']
    readonly way: Way
  },
): TypedLoop {
  const turn = w.turn
  const loop = w.isEmpty ? '' : `for (let i = 0; i < rows; i++) {\n${turn}\n}\n`
  const rest = `${begin}${loop}${end}`
  const functions = [...new Set(rest.match(/\b[fgr]\d+\b/g) ?? [])]
  const body = `// ${name}: ${sink.tag}
'use strict'
${functions.map(declared).join('')}const rows = h.rowsOf(c), room = ${w.multiplies ? GATHERED_ROWS : 'rows'}
let made = 0
${w.frontOf(rest)}
${rest}//# sourceURL=${name}
`
  const yields = way === 'pull' && w.multiplies
  return { body, yields, isRowwise: false, leaves: w.leaves, next }
}

/** The function, the root, or what computes parts of the result. */
function declared(name: string): string {
  const index = name.slice(1)
  return `const ${name} = ${name[0] === 'g' ? `r[${index}].split.core` : `${name[0]}[${index}]`}\n`
}
