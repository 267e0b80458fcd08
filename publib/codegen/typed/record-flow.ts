import type { JsonPath } from '#publib/kernels'
import type { Expression, FunctionShape } from '#publib/recognition'
import { partsOf, withParts } from '#publib/recognition/intrinsics'
import type { Step } from '../step.ts'

/** In what is followed through steps: the record, and anything else. */
export const RECORD: Expression = { op: 'argument', index: 0 }
export const OTHER: Expression = { op: 'argument', index: 1 }
const ABSENT: Expression = { op: 'literal', value: undefined }

/** Expressions looked at before it is given up. */
const EXPRESSIONS_MAX = 2_000
const FIELDS_MAX = 20

/**
 * Which fields of a record the steps of a chain look at, while it goes through them, perhaps in arrays and objects that they
 * make. `value` is what the first step takes, of `RECORD` and `OTHER`. Undefined where somebody may look at the whole record.
 */
export function fieldsRead(
  steps: readonly Step[],
  value: Expression,
  end: string,
): readonly JsonPath[] | undefined {
  const flow = new RecordFlow(value)
  if (!steps.every(step => flow.pass(step))) return undefined
  return flow.pathsAt(end)
}

/** Follows a record from step to step. */
export class RecordFlow {
  readonly #paths = new Map<string, JsonPath>()
  #value: Expression
  #left = EXPRESSIONS_MAX

  constructor(value: Expression) {
    this.#value = value
  }

  /** The fields that were looked at, and are at an end of this tag; undefined where the record comes out there. */
  pathsAt(end: string): readonly JsonPath[] | undefined {
    if (end !== 'count' && !this.#isLooked(this.#value, false)) return undefined
    const paths = [...this.#paths.values()]
    if (paths.length > FIELDS_MAX || this.#left < 0) return undefined
    const isApart = paths.every(a => paths.every(b => a === b || !beginsWith(b, a)))
    return isApart ? paths : undefined
  }

  /** False where the step may look at the whole record. */
  pass({ tag, roots }: Step): boolean {
    const value = this.#value
    switch (tag) {
      case 'keys':
        return this.#becomes(itemOf(value, 0))
      case 'values':
        return this.#becomes(itemOf(value, 1))
      case 'asKeys':
        return this.#becomes({ op: 'tuple', items: [value, ABSENT] })
      case 'spread':
        return this.#becomes({ op: 'tuple', items: [OTHER, value] })
      default:
        return this.take(tag, roots[0]?.shape, value)
    }
  }

  /** A step whose function is given `argument`, or the second item of it. */
  take(tag: string, shape: FunctionShape | undefined, argument: Expression): boolean {
    const ofValue = tag === 'mapValues' || tag === 'flatMapValues'
    if (shape === undefined) {
      if (!this.#isLooked(argument, false)) return false
      return tag === 'filter' || this.#becomes(OTHER)
    }
    const given = this.#given(shape, ofValue ? itemOf(argument, 1) : argument)
    if (given === undefined) return false
    const key = itemOf(argument, 0)
    switch (tag) {
      case 'map':
        return this.#isLooked(given, true) && this.#becomes(given)
      case 'filter':
        return this.#isLooked(given, false)
      case 'keyBy':
        return (
          this.#isLooked(given, true) && this.#becomes({ op: 'tuple', items: [given, this.#value] })
        )
      case 'mapValues':
        return this.#isLooked(given, true) && this.#becomes({ op: 'tuple', items: [key, given] })
      case 'flatMapValues':
        return this.#isLooked(given, false) && this.#becomes({ op: 'tuple', items: [key, OTHER] })
      default:
        return this.#isLooked(given, false) && this.#becomes(OTHER)
    }
  }

  /** What is followed is the value of a pair from now on. */
  becomeValue(): void {
    this.#value = { op: 'tuple', items: [OTHER, this.#value] }
  }

  #becomes(value: Expression): true {
    this.#value = value
    return true
  }

  /** What a function gives; undefined where it may look at the record, or is too long. */
  #given({ locals, result }: FunctionShape, argument: Expression): Expression | undefined {
    const known: Expression[] = []
    for (const local of locals) {
      const value = this.#written(local, argument, known)
      if (!this.#isLooked(value, true)) return undefined
      known.push(value)
    }
    const given = this.#written(result, argument, known)
    return this.#left < 0 ? undefined : given
  }

  /** An expression of a function, of what is followed. */
  #written(
    expression: Expression,
    argument: Expression,
    locals: readonly Expression[],
  ): Expression {
    if (--this.#left < 0) return ABSENT
    if (expression.op === 'argument') return expression.index === 0 ? argument : ABSENT
    if (expression.op === 'local') return locals[expression.index] ?? ABSENT
    const written = withParts(expression, part => this.#written(part, argument, locals))
    if (written.op === 'item' && written.of.op === 'tuple') return itemOf(written.of, written.index)
    if (written.op === 'field' && written.of.op === 'record') {
      return written.of.values[written.of.keys.indexOf(written.name)] ?? ABSENT
    }
    return written
  }

  /** Notes the fields that an expression looks at; false where it needs the record. `mayHold`: it may be part of what it gives. */
  #isLooked(expression: Expression, mayHold: boolean): boolean {
    if (--this.#left < 0) return false
    const path = pathOf(expression)
    if (path !== undefined) {
      if (path.length === 0) return mayHold
      // Of a text that has it.
      const isLength = path.length > 1 && path.at(-1) === 'length'
      const noted = isLength ? path.slice(0, -1) : path
      this.#paths.set(JSON.stringify(noted), noted)
      return true
    }
    const { op } = expression
    const parts = partsOf(expression)
    if (ARRAYS.has(op) && pathOf(parts[0]!) !== undefined) return false
    const holds = mayHold && (op === 'tuple' || op === 'record')
    return parts.every(part => this.#isLooked(part, holds))
  }
}

/** What is done to arrays. */
const ARRAYS: ReadonlySet<Expression['op']> = new Set(['item', 'itemAtPlace', 'each', 'select'])

/** Names from the record inwards; undefined where it is something else. */
function pathOf(expression: Expression): JsonPath | undefined {
  if (expression.op === 'argument') return expression.index === 0 ? [] : undefined
  if (expression.op !== 'field') return undefined
  const before = pathOf(expression.of)
  return before && [...before, expression.name]
}

function itemOf(value: Expression, index: number): Expression {
  return value.op === 'tuple' ? (value.items[index] ?? ABSENT) : { op: 'item', of: value, index }
}

function beginsWith(path: JsonPath, first: JsonPath): boolean {
  return first.every((name, i) => path[i] === name)
}
