/** The same shape for functions that mean the same: a value that is used once stands where it is used. */
import { partsOf, withParts } from './expression-parts.ts'
import type { Expression } from './shape.ts'

/** The parts that are computed whenever the expression is. */
function certainParts(expression: Expression): readonly Expression[] {
  if (expression.op === 'logical') return [expression.left]
  // The array may be empty.
  if (expression.op === 'each' || expression.op === 'select') return [expression.of]
  if (expression.op === 'conditional') return [expression.test]
  return partsOf(expression)
}

/** Whether computing it can never fail, whatever it is given. */
function isTotal(expression: Expression): boolean {
  switch (expression.op) {
    case 'literal':
    case 'argument':
    case 'local':
    case 'pattern':
    case 'element':
    case 'place':
      return true
    case 'tuple':
    case 'record':
    case 'logical':
    case 'conditional':
      return partsOf(expression).every(isTotal)
    case 'unary':
      return (
        (expression.operator === '!' || expression.operator === 'typeof') && isTotal(expression.of)
      )
    case 'binary':
      return (
        (expression.operator === '===' || expression.operator === '!==') &&
        partsOf(expression).every(isTotal)
      )
    default:
      return false
  }
}

/** How often a local is used. */
interface Uses {
  count: number
  /** Whether all uses are computed whenever the whole is. */
  areCertain: boolean
}

function usesOf(index: number, whole: readonly Expression[]): Uses {
  const uses: Uses = { count: 0, areCertain: true }
  const look = (expression: Expression, isCertain: boolean): void => {
    if (expression.op === 'local' && expression.index === index) {
      uses.count++
      if (!isCertain) uses.areCertain = false
    }
    const certain = certainParts(expression)
    for (const part of partsOf(expression)) look(part, isCertain && certain.includes(part))
  }
  for (const expression of whole) look(expression, true)
  return uses
}

function replaced(expression: Expression, index: number, value: Expression): Expression {
  if (expression.op === 'local') return expression.index === index ? value : expression
  return withParts(expression, part => replaced(part, index, value))
}

/**
 * `value` with those locals, from `from` on, in it that it alone uses, and once: these leave the list from its end. One that
 * may fail stands only where it is computed in any case.
 */
export function settled(
  locals: Expression[],
  from: number,
  checks: readonly Expression[],
  value: Expression,
): Expression {
  let result = value
  while (locals.length > from) {
    const index = locals.length - 1
    const last = locals[index]!
    const { count, areCertain } = usesOf(index, [result])
    if (count !== 1 || !(areCertain || isTotal(last))) break
    if (usesOf(index, checks).count > 0) break
    result = replaced(result, index, last)
    locals.pop()
  }
  return result
}

export interface Settled {
  readonly locals: readonly Expression[]
  readonly result: Expression
}

/** The shape's locals and result: what is used once is put in its place, what nobody uses and cannot fail is left out. */
export function normalForm(
  locals: readonly Expression[],
  checks: readonly Expression[],
  value: Expression,
): Settled {
  let result = value
  const kept: (Expression | undefined)[] = [...locals, ...uncovered(checks, [...locals, value])]
  for (let index = kept.length - 1; index >= 0; index--) {
    const local = kept[index]!
    const later = kept.slice(index + 1).filter(each => each !== undefined)
    const uses = usesOf(index, [...later, result])
    if (uses.count === 0) {
      if (isTotal(local)) kept[index] = undefined
    } else if (uses.count === 1 && (uses.areCertain || isTotal(local))) {
      for (let i = index + 1; i < kept.length; i++) {
        const other = kept[i]
        if (other !== undefined) kept[i] = replaced(other, index, local)
      }
      result = replaced(result, index, local)
      kept[index] = undefined
    }
  }
  return renumbered(kept, result)
}

function renumbered(kept: readonly (Expression | undefined)[], result: Expression): Settled {
  const numbers = new Map<number, number>()
  const rename = (expression: Expression): Expression =>
    expression.op === 'local'
      ? { op: 'local', index: numbers.get(expression.index)! }
      : withParts(expression, rename)
  const locals: Expression[] = []
  kept.forEach((local, index) => {
    if (local !== undefined) numbers.set(index, locals.push(rename(local)) - 1)
  })
  return { locals, result: rename(result) }
}

/** Those of `checks` that nothing computes in any case: each once. */
export function uncovered(
  checks: readonly Expression[],
  whole: readonly Expression[],
): readonly Expression[] {
  if (checks.length === 0) return []
  const done = new Set<string>()
  // Any place of an object fails where another does.
  const add = (expression: Expression): void => {
    if (expression.op === 'item') done.add(`item ${JSON.stringify(expression.of)}`)
    if (expression.op === 'item' || expression.op === 'field') {
      done.add(`field ${JSON.stringify(expression.of)}`)
    }
    for (const part of certainParts(expression)) add(part)
  }
  for (const expression of whole) add(expression)
  const found: Expression[] = []
  // The longest first: it computes the others on its way.
  for (const check of [...checks].reverse()) {
    if (check.op !== 'item' && check.op !== 'field') continue
    if (done.has(`${check.op} ${JSON.stringify(check.of)}`)) continue
    found.push(check)
    add(check)
  }
  return found
}
