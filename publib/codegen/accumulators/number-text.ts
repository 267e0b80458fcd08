import type { BinaryOperator, Expression, FunctionShape } from '#publib/recognition'
import type { Layout } from './layout.ts'

/** What an expression gives, as text of JavaScript, where all it is given are numbers. None of it can throw. */
export type Value =
  | { readonly kind: 'number' | 'boolean'; readonly text: string }
  | { readonly kind: 'tuple'; readonly parts: readonly Value[] }
  | { readonly kind: 'record'; readonly keys: readonly string[]; readonly parts: readonly Value[] }

/** A function of values with known layouts, as text. */
export interface FunctionText {
  /** Declares what `result` names. */
  readonly declarations: string
  readonly result: Value
}

/** Undefined where the function does anything that is not arithmetic. */
export function functionText(
  shape: FunctionShape,
  given: readonly Value[],
  prefix: string,
): FunctionText | undefined {
  const writer = new Writer(given, prefix)
  for (const local of shape.locals) {
    const value = writer.value(local)
    if (value === undefined) return undefined
    writer.locals.push(writer.named(value))
  }
  const result = writer.value(shape.result)
  return result && { declarations: writer.declarations, result }
}

/** The value of a layout whose numbers have the names that `name` gives them. */
export function valueOfLayout(layout: Layout, name: (leaf: number) => string): Value {
  if (layout.kind === 'number') return { kind: 'number', text: name(layout.leaf) }
  const parts = layout.parts.map(part => valueOfLayout(part, name))
  return layout.kind === 'tuple'
    ? { kind: 'tuple', parts }
    : { kind: 'record', keys: layout.keys, parts }
}

/** A value of the program, such as a zero, as text. */
export function constantValue(value: unknown): Value | undefined {
  if (typeof value === 'number') return { kind: 'number', text: numberText(value) }
  if (typeof value !== 'object' || value === null) return undefined
  const isTuple = Array.isArray(value)
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== (isTuple ? Array.prototype : Object.prototype)) return undefined
  const keys = Object.keys(value)
  if (Reflect.ownKeys(value).length !== keys.length + (isTuple ? 1 : 0) || keys.length === 0) {
    return undefined
  }
  if (isTuple && keys.length !== value.length) return undefined
  const parts: Value[] = []
  for (const key of keys) {
    const part = constantValue(Object.getOwnPropertyDescriptor(value, key)?.value)
    if (part === undefined) return undefined
    parts.push(part)
  }
  return isTuple ? { kind: 'tuple', parts } : { kind: 'record', keys, parts }
}

/** The layout of a value that is made of numbers alone; undefined where there is something else in it. */
export function layoutOfValue(value: Value): Layout | undefined {
  let leaf = 0
  const layout = (part: Value): Layout | undefined => {
    if ('text' in part) return part.kind === 'number' ? { kind: 'number', leaf: leaf++ } : undefined
    const parts: Layout[] = []
    for (const inner of part.parts) {
      const made = layout(inner)
      if (made === undefined) return undefined
      parts.push(made)
    }
    return part.kind === 'tuple'
      ? { kind: 'tuple', parts }
      : { kind: 'record', keys: part.keys, parts }
  }
  return layout(value)
}

/** The texts of all numbers of a value, from the left. */
export function numberTexts(value: Value): readonly string[] {
  return 'text' in value ? [value.text] : value.parts.flatMap(numberTexts)
}

function numberText(value: number): string {
  if (Object.is(value, -0)) return '(-0)'
  return value < 0 ? `(${value})` : String(value)
}

const COMPARISONS: ReadonlySet<BinaryOperator> = new Set([
  '<',
  '<=',
  '>',
  '>=',
  '===',
  '!==',
  '==',
  '!=',
])
const TESTS: ReadonlySet<string> = new Set([
  ...['isNaN', 'isFinite', 'Number.isNaN', 'Number.isFinite', 'Number.isInteger'],
])

class Writer {
  readonly locals: Value[] = []
  declarations = ''
  readonly #given: readonly Value[]
  readonly #prefix: string
  #names = 0
  /** Within `each`: the element, and where it stands. */
  #at: { readonly element: Value; readonly place: number } | undefined

  constructor(given: readonly Value[], prefix: string) {
    this.#given = given
    this.#prefix = prefix
  }

  /** The value under names of its own, so that it is computed once. */
  named(value: Value): Value {
    if ('parts' in value) return { ...value, parts: value.parts.map(part => this.named(part)) }
    const name = `${this.#prefix}${this.#names++}`
    this.declarations += `const ${name} = ${value.text}\n`
    return { kind: value.kind, text: name }
  }

  value(expression: Expression): Value | undefined {
    switch (expression.op) {
      case 'literal':
        if (typeof expression.value === 'boolean') {
          return { kind: 'boolean', text: String(expression.value) }
        }
        return typeof expression.value === 'number' ? constantValue(expression.value) : undefined
      case 'argument':
        return this.#given[expression.index]
      case 'local':
        return this.locals[expression.index]
      case 'item': {
        const of = this.value(expression.of)
        return of?.kind === 'tuple' ? of.parts[expression.index] : undefined
      }
      case 'field': {
        const of = this.value(expression.of)
        return of?.kind === 'record' ? of.parts[of.keys.indexOf(expression.name)] : undefined
      }
      case 'tuple': {
        const parts = this.#all(expression.items)
        return parts && { kind: 'tuple', parts }
      }
      case 'record': {
        const parts = this.#all(expression.values)
        return parts && { kind: 'record', keys: expression.keys, parts }
      }
      case 'each':
        return this.#each(expression)
      case 'element':
        return this.#at?.element
      case 'place':
        return this.#at && { kind: 'number', text: String(this.#at.place) }
      case 'itemAtPlace': {
        const of = this.value(expression.of)
        return of?.kind === 'tuple' && this.#at ? of.parts[this.#at.place] : undefined
      }
      case 'unary':
        return this.#unary(expression)
      case 'binary':
        return this.#binary(expression)
      case 'logical':
        return this.#logical(expression)
      case 'conditional':
        return this.#conditional(expression)
      case 'call':
        return this.#call(expression)
      default:
        return undefined
    }
  }

  #all(expressions: readonly Expression[]): Value[] | undefined {
    const values: Value[] = []
    for (const expression of expressions) {
      const value = this.value(expression)
      if (value === undefined) return undefined
      values.push(value)
    }
    return values
  }

  /** Arrays have a fixed length here, so what is done to each element is written once for each. */
  #each({ of, body }: Extract<Expression, { op: 'each' }>): Value | undefined {
    const array = this.value(of)
    if (array?.kind !== 'tuple') return undefined
    const parts: Value[] = []
    for (const [place, element] of array.parts.entries()) {
      this.#at = { element, place }
      const part = this.value(body)
      this.#at = undefined
      if (part === undefined) return undefined
      parts.push(part)
    }
    return { kind: 'tuple', parts }
  }

  /** The text of what is a number or a boolean. */
  #scalar(expression: Expression): string | undefined {
    const value = this.value(expression)
    return value && 'text' in value ? value.text : undefined
  }

  #unary({ operator, of }: Extract<Expression, { op: 'unary' }>): Value | undefined {
    const text = this.#scalar(of)
    if (text === undefined || operator === 'typeof') return undefined
    return { kind: operator === '!' ? 'boolean' : 'number', text: `(${operator} ${text})` }
  }

  #binary(expression: Extract<Expression, { op: 'binary' }>): Value | undefined {
    const { operator } = expression
    const left = this.value(expression.left)
    const right = this.value(expression.right)
    if (!left || !right || !('text' in left) || !('text' in right)) return undefined
    const kind = COMPARISONS.has(operator) ? 'boolean' : 'number'
    return { kind, text: `(${left.text} ${operator} ${right.text})` }
  }

  #logical({ operator, left, right }: Extract<Expression, { op: 'logical' }>): Value | undefined {
    const a = this.value(left)
    const b = this.value(right)
    if (!a || !b || !('text' in a) || !('text' in b) || a.kind !== b.kind) return undefined
    // A number or a boolean is there.
    return operator === '??' ? a : { kind: a.kind, text: `(${a.text} ${operator} ${b.text})` }
  }

  #conditional(expression: Extract<Expression, { op: 'conditional' }>): Value | undefined {
    const test = this.value(expression.test)
    const then = this.value(expression.then)
    const otherwise = this.value(expression.otherwise)
    if (!test || !then || !otherwise || !('text' in test)) return undefined
    const chosen = 'text' in then ? test : this.named(test)
    return 'text' in chosen ? choice(chosen.text, then, otherwise) : undefined
  }

  #call(expression: Extract<Expression, { op: 'call' }>): Value | undefined {
    const { name } = expression
    const texts: string[] = []
    for (const each of expression.arguments) {
      const text = this.#scalar(each)
      if (text === undefined) return undefined
      texts.push(text)
    }
    const text = `${name}(${texts.join(', ')})`
    if (name.startsWith('Math.') || name === 'Number') return { kind: 'number', text }
    return TESTS.has(name) || name === 'Boolean' ? { kind: 'boolean', text } : undefined
  }
}

/** One of two values that are made alike, number by number. */
function choice(test: string, a: Value, b: Value): Value | undefined {
  if ('text' in a) {
    return b.kind === a.kind && 'text' in b
      ? { kind: a.kind, text: `(${test} ? ${a.text} : ${b.text})` }
      : undefined
  }
  if (b.kind !== a.kind || !('parts' in b) || a.parts.length !== b.parts.length) return undefined
  if (a.kind === 'record' && b.kind === 'record' && a.keys.join() !== b.keys.join())
    return undefined
  const parts: Value[] = []
  for (const [index, part] of a.parts.entries()) {
    const chosen = choice(test, part, b.parts[index]!)
    if (chosen === undefined) return undefined
    parts.push(chosen)
  }
  return { ...a, parts }
}
