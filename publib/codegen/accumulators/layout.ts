import { type Column, columnOfDoubles } from '#publib/columnar'

/** Of what numbers a value is made: one, or tuples and records of them. Numbers count from the left. */
export type Layout =
  | { readonly kind: 'number'; readonly leaf: number }
  | { readonly kind: 'tuple'; readonly parts: readonly Layout[] }
  | { readonly kind: 'record'; readonly keys: readonly string[]; readonly parts: readonly Layout[] }

export type Numbers = Float64Array | Int32Array

/** The numbers of a column, leaf by leaf, and how they make its values. */
export interface NumberLeaves {
  readonly layout: Layout
  readonly leaves: readonly Numbers[]
}

/** More numbers in one value than that are data, not a combiner. */
const LEAVES_MAX = 64

/** Undefined for a column that holds anything but numbers. */
export function leavesOf(column: Column): NumberLeaves | undefined {
  const leaves: Numbers[] = []
  const layout = collect(column, leaves)
  return layout && { layout, leaves }
}

function collect(column: Column, leaves: Numbers[]): Layout | undefined {
  switch (column.kind) {
    case 'i32':
    case 'f64':
      if (leaves.length === LEAVES_MAX) return undefined
      return { kind: 'number', leaf: leaves.push(column.values) - 1 }
    case 'tuple': {
      const parts = collectAll(column.fields, leaves)
      return parts && { kind: 'tuple', parts }
    }
    case 'record': {
      const parts = collectAll(column.fields, leaves)
      return parts && { kind: 'record', keys: column.keys, parts }
    }
    default:
      return undefined
  }
}

function collectAll(columns: readonly Column[], leaves: Numbers[]): Layout[] | undefined {
  const parts: Layout[] = []
  for (const column of columns) {
    const part = collect(column, leaves)
    if (part === undefined) return undefined
    parts.push(part)
  }
  return parts
}

/** Equal for layouts whose values are made alike. */
export function layoutText(layout: Layout): string {
  if (layout.kind === 'number') return '#'
  const parts = layout.parts.map(layoutText).join()
  return layout.kind === 'tuple' ? `[${parts}]` : `{${JSON.stringify(layout.keys)}${parts}}`
}

export function leafCount(layout: Layout): number {
  if (layout.kind === 'number') return 1
  return layout.parts.reduce((sum, part) => sum + leafCount(part), 0)
}

/** The first `rows` numbers of each leaf as a column: a copy. */
export function columnOf(layout: Layout, leaves: readonly Float64Array[], rows: number): Column {
  if (layout.kind === 'number') return numberColumn(leaves[layout.leaf]!, rows)
  const fields = layout.parts.map(part => columnOf(part, leaves, rows))
  if (layout.kind === 'tuple') return { kind: 'tuple', rows, fields }
  return { kind: 'record', rows, keys: layout.keys, fields }
}

/** A copy, also where it is kept as it is. */
function numberColumn(numbers: Float64Array, rows: number): Column {
  const column = columnOfDoubles(numbers.subarray(0, rows))
  return column.kind === 'f64' ? { kind: 'f64', values: column.values.slice() } : column
}
