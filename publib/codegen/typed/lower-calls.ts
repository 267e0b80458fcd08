import type { Expression, KnownFunction } from '#publib/recognition'
import { asJs } from './as-js.ts'
import { type Bounds, type Element, INT32, literalOf } from './element.ts'
import { type NumberReader, numberOfText } from './lower-texts.ts'
import { all, isPrimitive, type Scope } from './scope.ts'
import { truth } from './truth.ts'

type Call = Extract<Expression, { op: 'call' }>

/** Functions of Math that give the same for the same, whatever they are given. */
const MATH =
  /^Math\.(?:abs|acosh?|asinh?|atan2?|atanh|cbrt|ceil|clz32|cosh?|exp|expm1|floor|fround|hypot|imul|log|log10|log1p|log2|max|min|pow|round|sign|sinh?|sqrt|tanh?|trunc)$/

/** What gives a number of any primitive values. */
const TO_NUMBER: ReadonlySet<KnownFunction> = new Set([
  'Number',
  'parseInt',
  'parseFloat',
  'Number.parseInt',
  'Number.parseFloat',
])
/** What gives true or false of any primitive values. */
const TO_BOOLEAN: ReadonlySet<KnownFunction> = new Set([
  'isNaN',
  'isFinite',
  'Number.isNaN',
  'Number.isFinite',
  'Number.isInteger',
])

export function lowerCall(expression: Call, scope: Scope): Element | undefined {
  const { name } = expression
  const args = all(expression.arguments, scope)
  if (args === undefined) return undefined
  const [first] = args
  if (name === 'Boolean') {
    return { kind: 'boolean', code: first === undefined ? 'false' : `(!!${truth(first, scope.w)})` }
  }
  if (!args.every(isPrimitive)) return undefined
  if (name === 'String')
    return first === undefined ? literalOf('') : { kind: 'concat', parts: [first] }
  if (name === 'Number' && first?.kind === 'number') return first
  const reader = readerOf(name, args)
  const read = reader && first && numberOfText(reader, first)
  if (read !== undefined) return read
  const code = `${name}(${args.map(arg => asJs(arg, scope.w)).join(', ')})`
  if (TO_NUMBER.has(name) || MATH.test(name)) {
    return { kind: 'number', code, bounds: boundsOf(name, args) }
  }
  return TO_BOOLEAN.has(name) ? { kind: 'boolean', code } : undefined
}

/** What reads the number from the bytes of a text. */
function readerOf(name: KnownFunction, args: readonly Element[]): NumberReader | undefined {
  switch (name) {
    case 'Number':
      return 'number'
    case 'parseFloat':
    case 'Number.parseFloat':
      return 'float'
    case 'parseInt':
    case 'Number.parseInt': {
      const radix = args[1]
      if (radix === undefined) return 'integer'
      return radix.kind === 'number' && radix.literal === 10 ? 'decimalInteger' : undefined
    }
    default:
      return undefined
  }
}

function boundsOf(name: KnownFunction, args: readonly Element[]): Bounds | undefined {
  if (name === 'Math.imul') return INT32
  if (name === 'Math.clz32') return { low: 0, high: 32 }
  const bounds = args.map(arg => (arg.kind === 'number' ? arg.bounds : undefined))
  if (bounds.length === 0 || bounds.includes(undefined)) return undefined
  const known = bounds as readonly Bounds[]
  const [{ low, high }] = known as [Bounds]
  switch (name) {
    case 'Math.floor':
    case 'Math.ceil':
    case 'Math.round':
    case 'Math.trunc':
      return { low, high }
    case 'Math.abs':
      return { low: low > 0 ? low : high < 0 ? -high : 0, high: Math.max(-low, high) }
    case 'Math.max':
      return {
        low: Math.max(...known.map(b => b.low)),
        high: Math.max(...known.map(b => b.high)),
      }
    case 'Math.min':
      return {
        low: Math.min(...known.map(b => b.low)),
        high: Math.min(...known.map(b => b.high)),
      }
    default:
      return undefined
  }
}
