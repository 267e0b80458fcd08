import type { Expression } from './shape.ts'

export type { BinaryOperator, Expression, Primitive, UnaryOperator } from './shape.ts'

export const ABSENT: Expression = { op: 'literal', value: undefined }

/** `test ? then : otherwise`. */
export function either(test: Expression, then: Expression, otherwise: Expression): Expression {
  return { op: 'conditional', test, then, otherwise }
}
