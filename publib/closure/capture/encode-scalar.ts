import type { Encoded } from '../wire.ts'

/** A value that is neither an object nor a symbol. */
export function encodeScalar(value: unknown): Encoded {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value
    case 'bigint':
      return ['bigint', String(value)]
    case 'number':
      if (Object.is(value, -0)) return ['-0']
      return Number.isFinite(value) ? value : [String(value) as 'NaN' | 'Infinity' | '-Infinity']
    default:
      return value === null ? null : ['undefined']
  }
}
