import type { FunctionShape } from '#publib/recognition'
import { type Layout, layoutText, leafCount, type Numbers } from './layout.ts'
import {
  functionText,
  layoutOfValue,
  numberTexts,
  type Value,
  valueOfLayout,
} from './number-text.ts'

/**
 * Merges rows into combiners: row i of `rows`, whose numbers stand in `given`, into combiner `ids[i]`, whose numbers stand in
 * `held`. There are `size` combiners; gives how many there are then.
 */
export type MergeLoop = (
  ids: Int32Array,
  rows: number,
  given: readonly Numbers[],
  held: readonly Float64Array[],
  size: number,
) => number

export interface MergeProgram {
  /** Of what the combiners are made. */
  readonly layout: Layout
  readonly loop: MergeLoop
}

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
export function valueProgram(shapes: MergeShapes, values: Layout): MergeProgram | undefined {
  const given = valueOfLayout(values, leaf => `b${leaf}`)
  const made = shapes.create(given)
  const layout = made && layoutOfValue(made.result)
  if (made === undefined || layout === undefined) return undefined
  const held = valueOfLayout(layout, leaf => `a${leaf}`)
  const merged = functionText(shapes.mergeValue, [held, given], 'v')
  if (merged === undefined || !isMadeAs(merged.result, layout)) return undefined
  return { layout, loop: compile(leafCount(values), made, merged, leafCount(layout)) }
}

/** The program for combiners of a layout that were made elsewhere. */
export function combinerProgram(shapes: MergeShapes, layout: Layout): MergeProgram | undefined {
  const given = valueOfLayout(layout, leaf => `b${leaf}`)
  const held = valueOfLayout(layout, leaf => `a${leaf}`)
  const merged = functionText(shapes.mergeCombiners, [held, given], 'v')
  if (merged === undefined || !isMadeAs(merged.result, layout)) return undefined
  const count = leafCount(layout)
  return { layout, loop: compile(count, { declarations: '', result: given }, merged, count) }
}

function isMadeAs(value: Value, layout: Layout): boolean {
  const other = layoutOfValue(value)
  return other !== undefined && layoutText(other) === layoutText(layout)
}

interface Computed {
  readonly declarations: string
  readonly result: Value
}

/** Loops made in this thread so far: equal texts would share what V8 learns of their types. */
let made = 0

function compile(given: number, created: Computed, merged: Computed, held: number): MergeLoop {
  const name = `simspark:/publib/codegen/accumulators/merge-${made++}`
  const range = (count: number, text: (index: number) => string): string =>
    Array.from({ length: count }, (_, index) => text(index)).join('')
  // All are computed before one is stored: a number may be made of several.
  const store = ({ declarations, result }: Computed): string =>
    declarations +
    range(held, leaf => `const r${leaf} = ${numberTexts(result)[leaf]}\n`) +
    range(held, leaf => `h${leaf}[id] = r${leaf}\n`)
  const text = `return function merge(ids, rows, given, held, size) {
'use strict'
// ${name}
${range(given, leaf => `const g${leaf} = given[${leaf}]\n`)}${range(held, leaf => `const h${leaf} = held[${leaf}]\n`)}for (let i = 0; i < rows; i++) {
const id = ids[i]
${range(given, leaf => `const b${leaf} = g${leaf}[i]\n`)}if (id === size) {
${store(created)}size++
} else {
${range(held, leaf => `const a${leaf} = h${leaf}[id]\n`)}${store(merged)}}
}
return size
}
//# sourceURL=${name}`
  return new Function(text)() as MergeLoop
}
