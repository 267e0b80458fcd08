import type { Expression, FunctionShape, Primitive } from './shape.ts'

/** A shape as JSON: constants that JSON cannot say are told by name. */
export interface ShapeText {
  readonly parameters: number
  readonly locals: readonly unknown[]
  readonly result: unknown
  readonly intrinsics: readonly string[]
}

type Odd = 'NaN' | 'Infinity' | '-Infinity' | '-0' | 'undefined'

interface OddLiteral {
  readonly op: 'literal'
  readonly odd: Odd
}

export function encodeShape({ parameters, locals, result, intrinsics }: FunctionShape): ShapeText {
  return { parameters, locals: locals.map(encoded), result: encoded(result), intrinsics }
}

/** Of a text that this module made. */
export function decodeShape({ parameters, locals, result, intrinsics }: ShapeText): FunctionShape {
  return {
    parameters,
    locals: locals.map(local => decoded(local) as Expression),
    result: decoded(result) as Expression,
    intrinsics,
  }
}

function encoded(expression: Expression): unknown {
  if (expression.op === 'literal') {
    const odd = oddName(expression.value)
    return odd === undefined ? expression : ({ op: 'literal', odd } satisfies OddLiteral)
  }
  return withParts(expression, encoded)
}

function decoded(part: unknown): unknown {
  if (isOdd(part)) return { op: 'literal', value: oddValues[part.odd] }
  return withParts(part as object, decoded)
}

/** A copy whose parts, expressions all of them, went through `change`. Shapes are of bounded depth. */
function withParts(expression: object, change: (part: never) => unknown): object {
  const copy: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(expression)) {
    if (isExpression(value)) copy[key] = change(value as never)
    else if (Array.isArray(value) && value.some(isExpression)) {
      copy[key] = value.map(part => change(part as never))
    } else copy[key] = value
  }
  return copy
}

function isExpression(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'op' in value
}

function isOdd(value: unknown): value is OddLiteral {
  return typeof value === 'object' && value !== null && 'odd' in value
}

const oddValues: Readonly<Record<Odd, Primitive>> = {
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  '-Infinity': Number.NEGATIVE_INFINITY,
  '-0': -0,
  undefined: undefined,
}

function oddName(value: Primitive): Odd | undefined {
  for (const name of Object.keys(oddValues) as Odd[]) {
    if (Object.is(oddValues[name], value)) return name
  }
  return undefined
}
