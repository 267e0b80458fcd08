import { knownFunctions } from './known.ts'
import type { Expression, FunctionShape, KnownFunction } from './shape.ts'

/**
 * The shape of a native function that was given as it is: `map(Number)`, `reduceByKey(Math.max)`. Where it is not known how many
 * arguments there will be, only of those that look at their first alone.
 */
export function nativeShape(
  path: readonly unknown[],
  argumentCount: number | undefined,
): FunctionShape | undefined {
  const name = path.join('.')
  const arity = knownFunctions.get(name)
  if (arity === undefined || name === 'JSON.parse') return undefined
  const [least, most] = arity
  if (most > 1 && argumentCount === undefined) return undefined
  const count = Math.min(argumentCount ?? 1, most)
  if (count < least) return undefined
  const given = Array.from({ length: count }, (_, index): Expression => ({ op: 'argument', index }))
  const result: Expression = { op: 'call', name: name as KnownFunction, arguments: given }
  return { parameters: count, locals: [], result, intrinsics: [name] }
}
