import { isWellFormed } from '#publib/columnar'
import type { Expression } from '#publib/recognition'
import type { Element, PartsElement, TextElement } from './element.ts'
import type { LoopWriter } from './loop-writer.ts'
import { literalBytes } from './lower-texts.ts'

/** Patterns that mean one and the same text everywhere. */
const LITERAL_PATTERN = /^(?:\\t|[ ,;:\w])$/

/** At what a text is split; undefined: at runs of white space. */
export interface SplitBy {
  readonly separator: string | undefined
}

/** The one argument of a split that kernels can do; undefined for all others. */
export function splitBy(by: Expression): SplitBy | undefined {
  if (by.op === 'pattern') {
    if (by.flags !== '' && by.flags !== 'u') return undefined
    if (by.source === '\\s+') return { separator: undefined }
    if (!LITERAL_PATTERN.test(by.source)) return undefined
    return { separator: by.source === '\\t' ? '\t' : by.source }
  }
  if (by.op !== 'literal' || typeof by.value !== 'string') return undefined
  if (by.value === '' || !isWellFormed(by.value)) return undefined
  return { separator: by.value }
}

/**
 * The parts of a text as places in its bytes; undefined where they are found faster, or only, by making the array, which is what
 * `code` does. A kernel finds those of a whole column, if all of its rows come here; else a walk over the text's bytes does.
 */
export function partsOf(
  text: TextElement,
  { separator }: SplitBy,
  code: string,
  w: LoopWriter,
): PartsElement | undefined {
  if (text.isRow && w.isAligned) {
    const by = separator === undefined ? 'undefined' : literalBytes(separator, w)
    const table = w.once(`h.parts(${text.column}, ${by})`)
    return { kind: 'parts', text, code: w.unlike(code), table }
  }
  if (separator === undefined || !/^[\0-\x7f]$/.test(separator)) return undefined
  return { kind: 'parts', text, code: w.unlike(code), byte: separator.charCodeAt(0) }
}

/** How many parts there are. */
export function partCount({ text, table, byte }: PartsElement, w: LoopWriter): string {
  if (table !== undefined) return `${w.once(`${table}.counts`)}[i]`
  const bytes = w.once(`${text.column}.bytes`)
  return w.bind(`h.countParts(${bytes}, ${text.start}, ${text.length}, ${byte})`)
}

/** Part `index`, which may not be there; the first always is. */
export function partAt(parts: PartsElement, index: number, w: LoopWriter): Element {
  const { text, table, byte } = parts
  if (table !== undefined) {
    const at = w.bind(`${w.once(`${table}.firsts`)}[i] + ${index}`)
    const start = `${w.once(`${table}.starts`)}[${at}]`
    const length = `${w.once(`${table}.lengths`)}[${at}]`
    const part: TextElement = { ...text, start, length, isRow: false }
    return index === 0
      ? part
      : { kind: 'maybe', test: `(${partCount(parts, w)} > ${index})`, text: part }
  }
  const bytes = w.once(`${text.column}.bytes`)
  const end = w.bind(`${text.start} + ${text.length}`)
  let start = text.start
  for (let k = 0; k < index; k++) start = w.bind(`${partEnd(bytes, start, end, byte, w)} + 1`)
  const length = w.bind(`${partEnd(bytes, start, end, byte, w)} - ${start}`)
  const part: TextElement = { ...text, start, length, isRow: false }
  // Behind the last part begins one byte behind the end of the text.
  return index === 0 ? part : { kind: 'maybe', test: `(${start} <= ${end})`, text: part }
}

function partEnd(
  bytes: string,
  start: string,
  end: string,
  byte: number | undefined,
  w: LoopWriter,
): string {
  return w.bind(`h.partEnd(${bytes}, ${start}, ${end}, ${byte})`)
}
