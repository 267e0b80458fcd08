import type { Expression, FunctionShape } from '#publib/recognition'

/** A shape was asked about values that it says nothing of: an element of what is no array. */
export class Unfit extends Error {}

/** What a shape means, in the plainest way: each operator by JavaScript's own. */
export function evaluate(shape: FunctionShape, given: readonly unknown[]): unknown {
  const locals: unknown[] = []
  for (const local of shape.locals) locals.push(computed(local, given, locals))
  return computed(shape.result, given, locals)
}

function computed(
  expression: Expression,
  given: readonly unknown[],
  locals: readonly unknown[],
  at?: { readonly element: unknown; readonly place: number },
): unknown {
  const of = (part: Expression): unknown => computed(part, given, locals, at)
  switch (expression.op) {
    case 'literal':
      return expression.value
    case 'argument':
      return given[expression.index]
    case 'local':
      return locals[expression.index]
    case 'item':
      return itemOf(of(expression.of), expression)
    case 'field':
      return fieldOf(of(expression.of), expression.name)
    case 'tuple':
      return expression.items.map(of)
    case 'record':
      return Object.fromEntries(expression.keys.map((key, i) => [key, of(expression.values[i]!)]))
    case 'unary':
      return operation(`${expression.operator} x`)(of(expression.of), undefined)
    case 'binary':
      return operation(`x ${expression.operator} y`)(of(expression.left), of(expression.right))
    case 'logical': {
      const left = of(expression.left)
      const goesOn =
        expression.operator === '&&' ? left : expression.operator === '||' ? !left : left == null
      return goesOn ? of(expression.right) : left
    }
    case 'conditional':
      return of(expression.test) ? of(expression.then) : of(expression.otherwise)
    case 'template': {
      const values = expression.values.map(value => `${of(value)}`)
      return expression.texts.reduce((text, next, i) => text + values[i - 1] + next)
    }
    case 'each':
    case 'select': {
      const array = of(expression.of)
      if (array === null || array === undefined) throw new TypeError('no array')
      if (!Array.isArray(array)) throw new Unfit('map')
      const { op, body } = expression
      const run = (element: unknown, place: number): unknown =>
        computed(body, given, locals, { element, place })
      return op === 'each' ? array.map(run) : array.filter(run)
    }
    case 'element':
      return at?.element
    case 'place':
      return at?.place
    case 'itemAtPlace':
      return itemOf(of(expression.of), { op: 'item', of: expression.of, index: at!.place })
    case 'pattern':
      return new RegExp(expression.source, expression.flags)
    case 'call': {
      const parts = expression.name.split('.')
      const last = parts.pop()!
      const holder = parts.reduce((at: object, part) => Reflect.get(at, part), globalThis as object)
      return Reflect.get(holder, last).call(holder, ...expression.arguments.map(of))
    }
    case 'method': {
      const subject = of(expression.of)
      if (subject === null || subject === undefined) throw new TypeError('no object')
      if (isPlain(subject)) throw new Unfit(expression.name)
      return (subject as Record<string, (...values: unknown[]) => unknown>)[expression.name]!(
        ...expression.arguments.map(of),
      )
    }
  }
}

type Operation = (x: unknown, y: unknown) => unknown
const operations = new Map<string, Operation>()

/** An operator of JavaScript as a function. */
function operation(text: string): Operation {
  const made = operations.get(text) ?? (new Function('x', 'y', `return ${text}`) as Operation)
  operations.set(text, made)
  return made
}

function itemOf(of: unknown, { index, isTaken }: Extract<Expression, { op: 'item' }>): unknown {
  if (of === null || of === undefined) throw new TypeError('no array')
  if (typeof of === 'string' && isTaken === undefined) return of[index]
  if (!Array.isArray(of)) throw new Unfit(`element ${index}`)
  return of[index]
}

function fieldOf(of: unknown, name: string): unknown {
  if (of === null || of === undefined) throw new TypeError('no object')
  if (!isPlain(of) && !(name === 'length' && (typeof of === 'string' || Array.isArray(of)))) {
    throw new Unfit(name)
  }
  return (of as Record<string, unknown>)[name]
}

function isPlain(value: unknown): boolean {
  return (
    typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
  )
}
