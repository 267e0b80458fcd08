import type { Syntax } from '#publib/closure'
import { notSimple } from './obstacle.ts'
import type { Node } from './reading.ts'

type Statement = Syntax.Statement
type Expression = Syntax.Expression

/** The name of what a `switch` compares: no program can have it. */
const SUBJECT = ' subject'

/** A `switch` whose cases end with `return` or `break`, as statements that have the same effect. @throws NotSimple */
export function ifsOf(node: Node<'SwitchStatement'>): readonly Node[] {
  const place = { start: node.start, end: node.end }
  const subject: Syntax.Identifier = { ...place, type: 'Identifier', name: SUBJECT }
  const declaration = {
    ...place,
    type: 'VariableDeclaration',
    kind: 'const',
    declarations: [{ ...place, type: 'VariableDeclarator', id: subject, init: node.discriminant }],
  } as unknown as Node
  const open: Expression[] = []
  const arms: { tests: Expression[]; body: Statement[] }[] = []
  let rest: Statement | undefined
  for (const [index, each] of node.cases.entries()) {
    const isLast = index === node.cases.length - 1
    if (each.test) {
      const { test } = each
      open.push({ ...place, type: 'BinaryExpression', operator: '===', left: subject, right: test })
    } else if (!isLast) throw notSimple('has a `default` that is not the last case', each)
    if (each.consequent.length === 0 && !isLast) continue
    const body = bodyOf(each, isLast)
    if (each.test) arms.push({ tests: open.splice(0), body })
    else rest = { ...place, type: 'BlockStatement', body }
  }
  for (const { tests, body } of arms.reverse()) {
    const test = tests.reduce((left, right) => ({
      ...place,
      type: 'LogicalExpression',
      operator: '||',
      left,
      right,
    }))
    const consequent: Statement = { ...place, type: 'BlockStatement', body }
    rest = { ...place, type: 'IfStatement', test, consequent, alternate: rest ?? null }
  }
  return rest === undefined ? [declaration] : [declaration, rest]
}

function bodyOf({ consequent }: Node<'SwitchCase'>, isLast: boolean): Statement[] {
  const [only] = consequent
  const statements =
    consequent.length === 1 && only?.type === 'BlockStatement' ? only.body : consequent
  const last = statements.at(-1)
  if (last?.type === 'BreakStatement' && !last.label) return statements.slice(0, -1)
  if (last?.type !== 'ReturnStatement' && !isLast) {
    throw notSimple('has a case that goes on in the next one', last ?? only!)
  }
  return statements
}
