import type { Column } from '#publib/columnar'
import type { Expression, FunctionShape } from '#publib/recognition'
import type { Step } from '../step.ts'

/** Names of fields, or places in tuples. */
export type UsedFields = ReadonlySet<string | number>

/**
 * The parts of a record that the steps of a chain look at, where that can be told: filters, and then a map or an end that only
 * counts, all of them simple functions of single fields. Undefined: perhaps all of them.
 */
export function usedFields(steps: readonly Step[], end: string): UsedFields | undefined {
  const used = new Set<string | number>()
  for (const { tag, roots } of steps) {
    const shape = roots[0]?.shape
    if (shape === undefined || (tag !== 'filter' && tag !== 'map')) return undefined
    if (!addParts(shape, used)) return undefined
    if (tag === 'map') return used
  }
  return end === 'count' && steps.length > 0 ? used : undefined
}

/** Leaves out what nobody looks at, without having looked at it: columns of sources are made when somebody does. */
export function withFields(column: Column, used: UsedFields | undefined): Column {
  if (used === undefined || (column.kind !== 'record' && column.kind !== 'tuple')) return column
  const nothing: Column = { kind: 'constant', rows: column.rows, value: null }
  const names = column.kind === 'record' ? column.keys : undefined
  const fields = Array.from({ length: names?.length ?? column.fields.length }, (_, i) =>
    used.has(names?.[i] ?? i) ? column.fields[i]! : nothing,
  )
  return { ...column, fields }
}

/** Adds the parts of its first argument that a function looks at; false where it takes the whole. */
function addParts({ locals, result }: FunctionShape, used: Set<string | number>): boolean {
  return [...locals, result].every(expression => add(expression, used))
}

function add(expression: Expression, used: Set<string | number>): boolean {
  if (expression.op === 'argument') return expression.index !== 0
  if (expression.op === 'field' || expression.op === 'item') {
    const { of } = expression
    if (of.op === 'argument' && of.index === 0) {
      used.add(expression.op === 'field' ? expression.name : expression.index)
      return true
    }
  }
  return childrenOf(expression).every(child => add(child, used))
}

function childrenOf(expression: Expression): readonly Expression[] {
  return Object.values(expression).flatMap((value: unknown) =>
    Array.isArray(value) ? value.filter(isExpression) : isExpression(value) ? [value] : [],
  )
}

function isExpression(value: unknown): value is Expression {
  return typeof value === 'object' && value !== null && 'op' in value
}
