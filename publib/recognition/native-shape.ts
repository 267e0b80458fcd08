import { knownFunctions } from './known.ts'
import type { FunctionShape, KnownFunction } from './shape.ts'

/**
 * The shape of a native function that was given as it is: `map(Number)`. Only of those that look at their first argument alone,
 * because it is not known how many there will be.
 */
export function nativeShape(path: readonly unknown[]): FunctionShape | undefined {
  const name = path.join('.')
  if (knownFunctions.get(name)?.[1] !== 1 || name === 'JSON.parse') return undefined
  return {
    parameters: 1,
    locals: [],
    result: {
      op: 'call',
      name: name as KnownFunction,
      arguments: [{ op: 'argument', index: 0 }],
    },
    intrinsics: [name],
  }
}
