import type { Expression, FunctionShape } from '#publib/recognition'
import { asJs, bound } from './as-js.ts'
import { type Element, literalOf, plainValue, UNDEFINED } from './element.ts'
import type { LoopWriter } from './loop-writer.ts'
import { lowerBinary, lowerUnary } from './lower-arithmetic.ts'
import { lowerCall } from './lower-calls.ts'
import { lowerConditional, lowerLogical } from './lower-choices.ts'
import { lowerMethod } from './lower-methods.ts'
import { partAt, partCount } from './lower-splits.ts'
import { all, isPrimitive, type Scope } from './scope.ts'

/**
 * A function as part of the text, instead of a call. Undefined where, with what is known of its arguments, one of its
 * expressions could throw or have an effect: then it is called.
 */
export function lowerFunction(
  shape: FunctionShape | undefined,
  args: readonly Element[],
  w: LoopWriter,
): Element | undefined {
  if (shape === undefined) return undefined
  return w.attempt(() => {
    const scope: Scope = {
      args,
      locals: [],
      w,
      lower: expression => lowered(expression, scope),
    }
    for (const local of shape.locals) {
      const element = scope.lower(local)
      if (element === undefined) return undefined
      scope.locals.push(bound(element, w))
    }
    const result = scope.lower(shape.result)
    return result === undefined ? undefined : bound(result, w)
  })
}

function lowered(expression: Expression, scope: Scope): Element | undefined {
  switch (expression.op) {
    case 'literal':
      return literalOf(expression.value)
    case 'argument':
      return scope.args[expression.index] ?? UNDEFINED
    case 'local':
      return scope.locals[expression.index]
    case 'item':
      return itemOf(scope.lower(expression.of), expression, scope)
    case 'field':
      return fieldOf(scope.lower(expression.of), expression.name, scope)
    case 'tuple': {
      const items = all(expression.items, scope)
      // Without items it is no tuple for columns.
      return items?.length === 0 ? plainValue('[]', true) : items && { kind: 'tuple', items }
    }
    case 'record': {
      const values = all(expression.values, scope)
      const isPlain = expression.keys.length > 0 && !expression.keys.some(isOdd)
      return isPlain && values ? { kind: 'record', keys: expression.keys, values } : undefined
    }
    case 'unary':
      return lowerUnary(expression, scope)
    case 'binary':
      return lowerBinary(expression, scope)
    case 'logical':
      return lowerLogical(expression, scope)
    case 'conditional':
      return lowerConditional(expression, scope)
    case 'template':
      return template(expression, scope)
    case 'call':
      return lowerCall(expression, scope)
    case 'method':
      return lowerMethod(expression, scope)
    default:
      return undefined
  }
}

/** Keys that do not stay where they are written: numbers come first, and one is the prototype. */
function isOdd(key: string): boolean {
  return key === '__proto__' || /^\d/.test(key)
}

function itemOf(
  of: Element | undefined,
  { index, isTaken }: Extract<Expression, { op: 'item' }>,
  { w }: Scope,
): Element | undefined {
  if (of === undefined) return undefined
  if (of.kind === 'tuple') return of.items[index] ?? UNDEFINED
  if (of.kind === 'parts') return partAt(of, index, w)
  if (of.kind === 'value' && of.isArray) return plainValue(`${w.bind(of.code)}[${index}]`)
  // A string is taken apart by characters, which may be two units.
  if (of.kind === 'string' && !isTaken) return plainValue(`${of.code}[${index}]`)
  return undefined
}

function fieldOf(of: Element | undefined, name: string, scope: Scope): Element | undefined {
  if (of === undefined) return undefined
  if (of.kind === 'record') {
    const at = of.keys.indexOf(name)
    if (at >= 0) return of.values[at]
    return name in Object.prototype ? undefined : UNDEFINED
  }
  const { w } = scope
  if (of.kind === 'value' && of.list !== undefined) {
    if (name !== (of.list.isGroup ? 'size' : 'length')) return undefined
    return { kind: 'number', code: `${w.once(`${of.list.code}.lengths`)}[i]`, bounds: LENGTHS }
  }
  if (name !== 'length') return undefined
  switch (of.kind) {
    case 'tuple':
      return literalOf(of.items.length)
    case 'parts':
      return { kind: 'number', code: partCount(of, w), bounds: LENGTHS }
    case 'value':
      return of.isArray
        ? { kind: 'number', code: `${w.bind(of.code)}.length`, bounds: LENGTHS }
        : undefined
    case 'string':
    case 'concat':
      return { kind: 'number', code: `${w.bind(asJs(of, w))}.length`, bounds: LENGTHS }
    case 'text': {
      const units = of.isAscii
        ? of.length
        : of.isRow
          ? `${w.once(`h.unitLengths(${of.column})`)}[i]`
          : `h.units(${w.once(`${of.column}.bytes`)}, ${of.start}, ${of.length})`
      return { kind: 'number', code: units, bounds: LENGTHS }
    }
    default:
      return undefined
  }
}

/** Of strings and arrays. */
const LENGTHS = { low: 0, high: 4294967295 }

function template(
  { texts, values }: Extract<Expression, { op: 'template' }>,
  scope: Scope,
): Element | undefined {
  const parts: Element[] = []
  for (let i = 0; i < texts.length; i++) {
    if (texts[i] !== '') parts.push(literalOf(texts[i]))
    const value = values[i]
    if (value === undefined) continue
    const element = scope.lower(value)
    if (element === undefined || !isPrimitive(element)) return undefined
    parts.push(...(element.kind === 'concat' ? element.parts : [element]))
  }
  return parts.length === 0 ? literalOf('') : { kind: 'concat', parts }
}
