import { type Column, isWellFormed, valuesOf } from '#publib/columnar'
import { kernels } from '#publib/kernels'
import type { Expression } from '#publib/recognition'
import type { Step } from '../step.ts'

/** A flatMap that gives the parts of a text, which a kernel takes of a whole column at once. */
export interface Splitting {
  /** The text, of the element. */
  readonly of: Expression
  /** Undefined: at runs of white space. */
  readonly separator: string | undefined
}

/** Patterns that mean one and the same text everywhere. */
const LITERAL_PATTERN = /^(?:\\t|[ ,;:|\w])$/

/** What a step splits, and at what; undefined for any other step. */
export function splittingOf({ tag, roots }: Step): Splitting | undefined {
  const shape = roots[0]?.shape
  if (tag !== 'flatMap' || shape === undefined || shape.locals.length > 0) return undefined
  const { result } = shape
  if (result.op !== 'method' || result.name !== 'split' || result.arguments.length !== 1) {
    return undefined
  }
  const by = result.arguments[0]!
  if (by.op === 'pattern') {
    if (by.flags !== '' && by.flags !== 'u') return undefined
    if (by.source === '\\s+') return { of: result.of, separator: undefined }
    if (!LITERAL_PATTERN.test(by.source)) return undefined
    return { of: result.of, separator: by.source === '\\t' ? '\t' : by.source }
  }
  if (by.op !== 'literal' || typeof by.value !== 'string') return undefined
  if (by.value === '' || !isWellFormed(by.value)) return undefined
  return { of: result.of, separator: by.value }
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
