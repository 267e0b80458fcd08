import type { Column } from '#publib/columnar'
import { kernels, type Texts } from '#publib/kernels'

/** What kernels put in order: numbers, or texts by their code units. */
export type SortKeys =
  | { readonly kind: 'numbers'; readonly values: Float64Array }
  | { readonly kind: 'texts'; readonly texts: Texts }

/** Columns that may stand in one order are of one class. */
export type SortClass = 'number' | 'text' | 'date' | 'boolean'

/** Undefined where kernels know no order. */
export function sortClassOf(column: Column): SortClass | undefined {
  switch (column.kind) {
    case 'i32':
    case 'f64':
      return 'number'
    case 'utf8':
      return 'text'
    case 'date':
      return 'date'
    case 'bool':
      return 'boolean'
    default:
      return undefined
  }
}

/** The values of a column, as kernels order them as the total order does. */
export function sortKeysOf(column: Column): SortKeys {
  switch (column.kind) {
    case 'f64':
    case 'date':
      return { kind: 'numbers', values: column.values }
    case 'i32':
    case 'bool':
      return { kind: 'numbers', values: new Float64Array(column.values) }
    case 'utf8': {
      const { bytes, lengths, starts } = column
      return { kind: 'texts', texts: { bytes, lengths, starts } }
    }
    default:
      throw new TypeError(`columns of ${column.kind} have no order by kernels`)
  }
}

/** The order in which the rows rise, or fall; equal ones as they come. */
export function orderOfColumn(column: Column, isFalling: boolean): Uint32Array {
  const keys = sortKeysOf(column)
  if (keys.kind === 'texts') return kernels().orderOfTexts(keys.texts, isFalling)
  return kernels().orderOfNumbers(keys.values, isFalling)
}
