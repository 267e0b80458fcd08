import type { Expression } from '#publib/recognition'
import { asJs } from './as-js.ts'
import { type Element, isText, plainValue } from './element.ts'
import type { LoopWriter } from './loop-writer.ts'
import type { Scope } from './scope.ts'
import { truth } from './truth.ts'

type Logical = Extract<Expression, { op: 'logical' }>
type Conditional = Extract<Expression, { op: 'conditional' }>

export function lowerLogical(
  { operator, left, right }: Logical,
  scope: Scope,
): Element | undefined {
  const { w } = scope
  const a = scope.lower(left)
  const b = a && scope.lower(right)
  if (a === undefined || b === undefined) return undefined
  if (operator === '??') return orElse(a, b, w)
  if (a.kind === 'boolean' && b.kind === 'boolean') {
    return { kind: 'boolean', code: `(${a.code} ${operator} ${b.code})` }
  }
  const test = w.bind(truth(a, w))
  // A text that is there and not empty, or the other.
  if (operator === '||' && a.kind === 'maybe' && isText(b)) {
    return { kind: 'string', code: `(${test} ? ${asJs(a, w)} : ${asJs(b, w)})` }
  }
  return operator === '&&' ? choice(test, b, a, w) : choice(test, a, b, w)
}

function orElse(a: Element, b: Element, w: LoopWriter): Element | undefined {
  if (a.kind === 'absent') return b
  if (a.kind === 'maybe') {
    const code = `(${a.test} ? ${asJs(a, w)} : ${asJs(b, w)})`
    return isText(b) ? { kind: 'string', code } : plainValue(w.make(code))
  }
  if (a.kind !== 'value') return a
  return plainValue(w.make(`(${a.code} ?? ${asJs(b, w)})`))
}

export function lowerConditional(
  { test, then, otherwise }: Conditional,
  scope: Scope,
): Element | undefined {
  const condition = scope.lower(test)
  const a = condition && scope.lower(then)
  const b = a && scope.lower(otherwise)
  if (condition === undefined || a === undefined || b === undefined) return undefined
  return choice(scope.w.bind(truth(condition, scope.w)), a, b, scope.w)
}

/** One of two elements. What both are alike is kept; else nothing is known of the result. */
function choice(test: string, a: Element, b: Element, w: LoopWriter): Element {
  if (a.kind === 'number' && b.kind === 'number') {
    const bounds =
      a.bounds && b.bounds
        ? {
            low: Math.min(a.bounds.low, b.bounds.low),
            high: Math.max(a.bounds.high, b.bounds.high),
          }
        : undefined
    return { kind: 'number', code: `(${test} ? ${a.code} : ${b.code})`, bounds }
  }
  if (a.kind === 'tuple' && b.kind === 'tuple' && a.items.length === b.items.length) {
    return { kind: 'tuple', items: a.items.map((item, i) => choice(test, item, b.items[i]!, w)) }
  }
  if (a.kind === 'record' && b.kind === 'record' && `${a.keys}` === `${b.keys}`) {
    return {
      ...a,
      values: a.values.map((value, i) => choice(test, value, b.values[i]!, w)),
    }
  }
  const code = `(${test} ? ${asJs(a, w)} : ${asJs(b, w)})`
  if (a.kind === 'boolean' && b.kind === 'boolean') return { kind: 'boolean', code }
  if (isText(a) && isText(b)) return { kind: 'string', code }
  // An array in it is to be one and the same wherever it is used.
  return plainValue(w.make(code))
}
