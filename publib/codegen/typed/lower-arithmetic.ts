import type { BinaryOperator, Expression } from '#publib/recognition'
import { asJs } from './as-js.ts'
import {
  type Bounds,
  type Element,
  INT32,
  isText,
  literalOf,
  type NumberElement,
  plainValue,
  UINT32,
} from './element.ts'
import { compareTexts, numberOfText } from './lower-texts.ts'
import { isPrimitive, type Scope } from './scope.ts'
import { truth } from './truth.ts'

type Unary = Extract<Expression, { op: 'unary' }>
type Binary = Extract<Expression, { op: 'binary' }>

export function lowerUnary({ operator, of }: Unary, scope: Scope): Element | undefined {
  const element = scope.lower(of)
  if (element === undefined) return undefined
  if (operator === '!') return { kind: 'boolean', code: `(!${truth(element, scope.w)})` }
  if (operator === 'typeof') return typeOf(element, scope)
  if (!isPrimitive(element)) return undefined
  if (element.kind === 'number' && operator === '+') return element
  if (operator === '+') {
    const read = numberOfText('number', element)
    if (read !== undefined) return read
  }
  const bounds = operator === '~' ? INT32 : negated(element, operator)
  return { kind: 'number', code: `(${operator} ${asJs(element, scope.w)})`, bounds }
}

function negated(element: Element, operator: string): Bounds | undefined {
  if (operator !== '-' || element.kind !== 'number' || element.bounds === undefined)
    return undefined
  const { low, high } = element.bounds
  // -0 is what becomes of 0.
  return low > 0 || high < 0 ? { low: -high, high: -low } : undefined
}

function typeOf(element: Element, { w }: Scope): Element | undefined {
  switch (element.kind) {
    case 'value':
      return { kind: 'string', code: `(typeof ${element.code})` }
    case 'absent':
      return literalOf(element.value === null ? 'object' : 'undefined')
    case 'tuple':
    case 'record':
    case 'parts':
      return literalOf('object')
    case 'maybe':
      return { kind: 'string', code: `(${element.test} ? "string" : "undefined")` }
    case 'number':
    case 'boolean':
      return literalOf(element.kind)
    default:
      return w && literalOf('string')
  }
}

export function lowerBinary({ operator, left, right }: Binary, scope: Scope): Element | undefined {
  const a = scope.lower(left)
  const b = a && scope.lower(right)
  if (a === undefined || b === undefined) return undefined
  switch (operator) {
    case '===':
    case '!==':
      return equality(operator, a, b, scope)
    case '==':
    case '!=':
      return looseEquality(operator, a, b, scope)
    default:
      if (!isPrimitive(a) || !isPrimitive(b)) return undefined
  }
  if (operator === '+' && (isText(a) || isText(b))) return { kind: 'concat', parts: partsOf(a, b) }
  const code = `(${asJs(a, scope.w)} ${operator} ${asJs(b, scope.w)})`
  if (operator === '+' && (a.kind === 'maybe' || b.kind === 'maybe')) return plainValue(code)
  if (isComparison(operator)) return { kind: 'boolean', code }
  return { kind: 'number', code, bounds: boundsOf(operator, a, b) }
}

function partsOf(a: Element, b: Element): readonly Element[] {
  return [a, b].flatMap(part => (part.kind === 'concat' ? part.parts : [part]))
}

function isComparison(operator: BinaryOperator): boolean {
  return operator === '<' || operator === '<=' || operator === '>' || operator === '>='
}

function equality(
  operator: '===' | '!==',
  a: Element,
  b: Element,
  scope: Scope,
): Element | undefined {
  const texts = compareTexts(a, b, scope.w)
  if (texts !== undefined) {
    return { kind: 'boolean', code: operator === '===' ? texts : `(!${texts})` }
  }
  // A new object is nobody's equal, but how would one come here.
  if (isNewObject(a) || isNewObject(b)) return undefined
  return { kind: 'boolean', code: `(${asJs(a, scope.w)} ${operator} ${asJs(b, scope.w)})` }
}

function isNewObject({ kind }: Element): boolean {
  return kind === 'tuple' || kind === 'record' || kind === 'parts'
}

function looseEquality(
  operator: '==' | '!=',
  a: Element,
  b: Element,
  scope: Scope,
): Element | undefined {
  const arePrimitive = isPrimitive(a) && isPrimitive(b)
  if (!arePrimitive && a.kind !== 'absent' && b.kind !== 'absent') return undefined
  return { kind: 'boolean', code: `(${asJs(a, scope.w)} ${operator} ${asJs(b, scope.w)})` }
}

/** What is known of the result, where both are whole numbers. */
function boundsOf(operator: BinaryOperator, a: Element, b: Element): Bounds | undefined {
  if (operator === '>>>') return shifted(b)
  if (['&', '|', '^', '<<', '>>'].includes(operator)) return INT32
  if (a.kind !== 'number' || b.kind !== 'number') return undefined
  const { bounds: x } = a
  const { bounds: y } = b
  if (x === undefined || y === undefined) return undefined
  switch (operator) {
    case '+':
      return safe(x.low + y.low, x.high + y.high)
    case '-':
      return safe(x.low - y.high, x.high - y.low)
    case '*':
      // 0 times what is below 0 is -0.
      return x.low >= 0 && y.low >= 0 ? safe(x.low * y.low, x.high * y.high) : undefined
    case '%':
      return remainder(x, b)
    default:
      return undefined
  }
}

function shifted(b: Element): Bounds {
  const by = b.kind === 'number' ? b.literal : undefined
  return by === undefined || by < 0 || by > 31 ? UINT32 : { low: 0, high: 4294967295 >>> by }
}

function remainder(x: Bounds, { literal }: NumberElement): Bounds | undefined {
  if (x.low < 0 || literal === undefined || literal <= 0) return undefined
  return { low: 0, high: Math.min(x.high, literal - 1) }
}

function safe(low: number, high: number): Bounds | undefined {
  return Number.isSafeInteger(low) && Number.isSafeInteger(high) ? { low, high } : undefined
}
