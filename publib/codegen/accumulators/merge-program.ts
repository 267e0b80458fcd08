import type { FunctionShape } from '#publib/recognition'
import { type Layout, layoutText, leafCount, type Numbers } from './layout.ts'
import {
  functionText,
  layoutOfValue,
  numberTexts,
  type Value,
  valueOfLayout,
} from './number-text.ts'
import { readingParts, readingText } from './plain-values.ts'

/**
 * Merges rows into combiners: row i, whose numbers stand in `given`, into combiner `ids[i]`, whose numbers stand in `held`.
 * Gives how many rows were merged: one that is made otherwise ends it.
 */
export type MergeLoop = (
  ids: Int32Array,
  rows: number,
  given: Given,
  held: readonly Float64Array[],
  count: CombinerCount,
) => number

/** The numbers of rows, leaf by leaf, or the rows as plain values. */
export type Given = readonly Numbers[] | readonly unknown[]

/** How many combiners there are. */
export interface CombinerCount {
  size: number
}

export interface MergeProgram {
  /** Of what the combiners are made. */
  readonly layout: Layout
  readonly loop: MergeLoop
  /** Whether each number of the combiner is the sum of the same number of all rows. */
  readonly isSum: boolean
}

/** What a program reads: columns of numbers, or plain values. */
export type Source = 'columns' | 'plain'

/** What becomes of the values of a key, as far as it is known. */
export interface MergeShapes {
  /** The first combiner of a key from its first value, as text of numbers. */
  readonly create: (
    value: Value,
  ) => { readonly declarations: string; readonly result: Value } | undefined
  /** Equal for what creates equal ones: a shape, or the text of a zero. */
  readonly createdBy: FunctionShape | string | undefined
  readonly mergeValue: FunctionShape
  readonly mergeCombiners: FunctionShape
}

/** The program for values of a layout; undefined where the functions do more with such values than arithmetic. */
export function valueProgram(
  shapes: MergeShapes,
  values: Layout,
  source: Source = 'columns',
): MergeProgram | undefined {
  const given = valueOfLayout(values, leaf => `b${leaf}`)
  const made = shapes.create(given)
  const layout = made && layoutOfValue(made.result)
  if (made === undefined || layout === undefined) return undefined
  const held = valueOfLayout(layout, leaf => `a${leaf}`)
  const merged = functionText(shapes.mergeValue, [held, given], 'v')
  if (merged === undefined || !isMadeAs(merged.result, layout)) return undefined
  const loop = compile({ given: values, held: layout, source }, made, merged)
  return { layout, loop, isSum: isSum(made, merged) }
}

/** The program for combiners of a layout that were made elsewhere. */
export function combinerProgram(
  shapes: MergeShapes,
  layout: Layout,
  source: Source = 'columns',
): MergeProgram | undefined {
  const given = valueOfLayout(layout, leaf => `b${leaf}`)
  const held = valueOfLayout(layout, leaf => `a${leaf}`)
  const merged = functionText(shapes.mergeCombiners, [held, given], 'v')
  if (merged === undefined || !isMadeAs(merged.result, layout)) return undefined
  const created = { declarations: '', result: given }
  const loop = compile({ given: layout, held: layout, source }, created, merged)
  return { layout, loop, isSum: isSum(created, merged) }
}

function isMadeAs(value: Value, layout: Layout): boolean {
  const other = layoutOfValue(value)
  return other !== undefined && layoutText(other) === layoutText(layout)
}

/** Leaf by leaf: what is created is what is given, and what is merged the two added. */
function isSum(created: Computed, merged: Computed): boolean {
  const firsts = numberTexts(created.result)
  const sums = numberTexts(merged.result)
  return (
    firsts.length > 0 &&
    firsts.every(
      (first, leaf) =>
        first === `b${leaf}` &&
        (sums[leaf] === `(a${leaf} + b${leaf})` || sums[leaf] === `(b${leaf} + a${leaf})`),
    )
  )
}

interface Computed {
  readonly declarations: string
  readonly result: Value
}

/** Loops made in this thread so far. */
let made = 0
/** By their texts: what V8 learns of equal ones is the same, for they read and write numbers. */
const loops = new Map<string, MergeLoop>()
const LOOPS_MAX = 128

interface Ends {
  readonly given: Layout
  readonly held: Layout
  readonly source: Source
}

function compile({ given, held, source }: Ends, created: Computed, merged: Computed): MergeLoop {
  const range = (count: number, text: (index: number) => string): string =>
    Array.from({ length: count }, (_, index) => text(index)).join('')
  const leaves = leafCount(held)
  // All are computed before one is stored: a number may be made of several.
  const store = ({ declarations, result }: Computed): string =>
    declarations +
    range(leaves, leaf => `const r${leaf} = ${numberTexts(result)[leaf]}\n`) +
    range(leaves, leaf => `h${leaf}[id] = r${leaf}\n`)
  const isPlain = source === 'plain'
  const columns = isPlain ? 0 : leafCount(given)
  const read = isPlain
    ? readingText(given, 'given[i]', 'break')
    : range(columns, leaf => `const b${leaf} = g${leaf}[i]\n`)
  const text = `return function merge(ids, rows, given, held, count) {
'use strict'
${range(columns, leaf => `const g${leaf} = given[${leaf}]\n`)}${range(leaves, leaf => `const h${leaf} = held[${leaf}]\n`)}let size = count.size, i = 0
for (; i < rows; i++) {
${read}const id = ids[i]
if (id === size) {
${store(created)}size++
} else {
${range(leaves, leaf => `const a${leaf} = h${leaf}[id]\n`)}${store(merged)}}
}
count.size = size
return i
}
`
  const key = isPlain ? `${layoutText(given)} ${text}` : text
  const known = loops.get(key)
  if (known !== undefined) return known
  const name = `simspark:/publib/codegen/accumulators/merge-${made++}`
  const loop = new Function('p', `${text}//# sourceURL=${name}`)(readingParts(given)) as MergeLoop
  if (loops.size < LOOPS_MAX) loops.set(key, loop)
  return loop
}
