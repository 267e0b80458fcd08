import type { Column } from '#publib/columnar'

/**
 * What the text of a typed loop knows of one element of an RDD: its kind, and the pieces of text that give its parts.
 * Every `code` is an expression without effects over constants of the same turn of the loop; evaluating it twice is slow,
 * and nothing else.
 */
export type Element =
  | ValueElement
  | NumberElement
  | { readonly kind: 'boolean'; readonly code: string; readonly row?: string | undefined }
  /** A JavaScript string. */
  | { readonly kind: 'string'; readonly code: string; readonly literal?: string | undefined }
  | TextElement
  | MaybeElement
  | PartsElement
  | ConcatElement
  | { readonly kind: 'absent'; readonly value: null | undefined }
  /** An array that nobody has made yet. */
  | TupleElement
  /** A plain object that nobody has made yet. */
  | RecordElement

/** Any value: all that is known is the name of the variable that holds it. */
export interface ValueElement {
  readonly kind: 'value'
  readonly code: string
  /** Whether it is an array for sure. */
  readonly isArray: boolean
  /** The column whose row it is, as long as nobody could have changed it; plain values have been looked at by nobody yet. */
  readonly row?: { readonly code: string; readonly isPlain: boolean } | undefined
  /** Where its items lie, as long as it is an array, or a group, that nobody has made yet. */
  readonly list?: ListRow | undefined
}

/** Row `i` of a column of lists. */
export interface ListRow {
  /** The column of lists. */
  readonly code: string
  /** A column of items like its own. */
  readonly items: Column
  readonly isGroup: boolean
}

export interface NumberElement {
  readonly kind: 'number'
  readonly code: string
  /** Where it is a whole number for sure, and never -0: the least and the greatest it can be. */
  readonly bounds?: Bounds | undefined
  readonly literal?: number | undefined
  /** The column whose row it is. */
  readonly row?: string | undefined
}

export interface Bounds {
  readonly low: number
  readonly high: number
}

/** A text as bytes of UTF-8, of which no string has been made. */
export interface TextElement {
  readonly kind: 'text'
  /** The column whose bytes it lies in: `c.fields[0]`. */
  readonly column: string
  /** The same number for all columns that this text may come from. */
  readonly start: string
  readonly length: string
  readonly isAscii: boolean
  /** Whether it is the row of the column as it stands. */
  readonly isRow: boolean
}

/** A text, or undefined. */
export interface MaybeElement {
  readonly kind: 'maybe'
  /** A condition: whether it is there. */
  readonly test: string
  /** What it is then; else its places mean nothing. */
  readonly text: TextElement
}

/** The array that `split` makes of a text, which nobody has made yet. */
export interface PartsElement {
  readonly kind: 'parts'
  readonly text: TextElement
  /** Makes it; unlike that of any other, for each is an array of its own. */
  readonly code: string
  /** The parts of the whole column, if a kernel has found them. */
  readonly table?: string | undefined
  /** Else what it is split at. */
  readonly byte?: number | undefined
}

/** Texts and primitive values one after another: what a template literal, or `+`, makes. */
export interface ConcatElement {
  readonly kind: 'concat'
  readonly parts: readonly Element[]
}

export interface TupleElement {
  readonly kind: 'tuple'
  readonly items: readonly Element[]
}

export interface RecordElement {
  readonly kind: 'record'
  readonly keys: readonly string[]
  readonly values: readonly Element[]
}

export const UNDEFINED: Element = { kind: 'absent', value: undefined }
export const INT32: Bounds = { low: -2147483648, high: 2147483647 }
export const UINT32: Bounds = { low: 0, high: 4294967295 }

export function plainValue(code: string, isArray = false): ValueElement {
  return { kind: 'value', code, isArray }
}

export function isInt32(element: NumberElement): boolean {
  const { bounds } = element
  return bounds !== undefined && bounds.low >= INT32.low && bounds.high <= INT32.high
}

/** A literal as an element. */
export function literalOf(value: string | number | boolean | null | undefined): Element {
  switch (typeof value) {
    case 'number': {
      const isWhole = Number.isSafeInteger(value) && !Object.is(value, -0)
      const bounds = isWhole ? { low: value, high: value } : undefined
      return { kind: 'number', code: numberText(value), bounds, literal: value }
    }
    case 'string':
      return { kind: 'string', code: JSON.stringify(value), literal: value }
    case 'boolean':
      return { kind: 'boolean', code: String(value) }
    default:
      return { kind: 'absent', value }
  }
}

function numberText(value: number): string {
  if (Object.is(value, -0)) return '(-0)'
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? '(1 / 0)' : '(-1 / 0)'
  return value < 0 ? `(${value})` : String(value)
}

/** Whether it is a text, however it is held. */
export function isText(element: Element): boolean {
  return element.kind === 'string' || element.kind === 'text' || element.kind === 'concat'
}
