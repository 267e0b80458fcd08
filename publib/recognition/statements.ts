import type { Syntax } from '#publib/closure'
import { readLoop, readPush } from './arrays.ts'
import { Environment } from './environment.ts'
import { ABSENT, either } from './making.ts'
import { notSimple } from './obstacle.ts'
import { bindPattern } from './patterns.ts'
import { type Frame, isFunction, type Node, type Reading } from './reading.ts'
import type { BinaryOperator, Expression } from './shape.ts'
import { ifsOf } from './switch.ts'
import { whatIs } from './what-is.ts'

type FunctionNode = Syntax.FunctionNode

/** How a function goes on after some statements. */
type Outcome =
  /** With the statement behind them. */
  | { readonly kind: 'falls'; readonly environment: Environment }
  | { readonly kind: 'returns'; readonly value: Expression }
  | {
      readonly kind: 'splits'
      readonly test: Expression
      readonly then: Outcome
      readonly otherwise: Outcome
    }

/** What the statements of a function give; undefined where they return nothing. @throws NotSimple */
export function readBody(
  reading: Reading,
  frame: Frame,
  statements: readonly Node[],
): Expression | undefined {
  declareNames(frame.environment, statements, true)
  const outcome = run(reading, frame, statements, 0)
  return outcome.kind === 'falls' ? undefined : valueAtEnd(outcome)
}

function valueAtEnd(outcome: Outcome): Expression {
  switch (outcome.kind) {
    case 'falls':
      return ABSENT
    case 'returns':
      return outcome.value
    case 'splits':
      return either(outcome.test, valueAtEnd(outcome.then), valueAtEnd(outcome.otherwise))
  }
}

/** Names of a block are known from its start, but have no value until they are declared. */
function declareNames(
  environment: Environment,
  statements: readonly Node[],
  isFunction: boolean,
): void {
  for (const statement of statements) {
    if (statement.type === 'ClassDeclaration') throw notSimple(whatIs(statement), statement)
    if (statement.type === 'FunctionDeclaration') {
      if (statement.id) environment.declareFunction(statement.id.name, asExpression(statement))
      continue
    }
    if (statement.type !== 'VariableDeclaration') continue
    const isVar = statement.kind === 'var'
    if (isVar && !isFunction) throw notSimple('declares a `var` within a block', statement)
    for (const { id } of statement.declarations) {
      for (const name of namesOf(id)) {
        // A `var` of a parameter's name is the parameter.
        if (isVar && environment.find(name) !== undefined) continue
        environment.declare(name, isVar ? ABSENT : undefined, false)
      }
    }
  }
}

/** A declared function has all that an expression has. */
function asExpression(declared: Syntax.AnyNode): FunctionNode {
  return declared as unknown as FunctionNode
}

function namesOf(pattern: Node): readonly string[] {
  switch (pattern.type) {
    case 'Identifier':
      return [pattern.name]
    case 'AssignmentPattern':
      return namesOf(pattern.left)
    case 'ArrayPattern':
      return pattern.elements.flatMap(element => (element === null ? [] : namesOf(element)))
    case 'ObjectPattern':
      return pattern.properties.flatMap(each =>
        each.type === 'RestElement' ? [] : namesOf(each.value),
      )
    default:
      return []
  }
}

function run(reading: Reading, frame: Frame, statements: readonly Node[], from: number): Outcome {
  for (let i = from; i < statements.length; i++) {
    const outcome = reading.within(statements[i]!, () => step(reading, frame, statements[i]!))
    if (outcome?.kind === 'returns') return outcome
    if (outcome?.kind === 'splits') {
      return goOn(reading, frame, outcome, () => run(reading, frame, statements, i + 1))
    }
  }
  return { kind: 'falls', environment: frame.environment }
}

/** What comes of each way that has not returned yet, with the rest of the statements. */
function goOn(reading: Reading, frame: Frame, outcome: Outcome, rest: () => Outcome): Outcome {
  if (outcome.kind === 'returns') return outcome
  if (outcome.kind === 'splits') {
    const then = goOn(reading, frame, outcome.then, rest)
    const otherwise = goOn(reading, frame, outcome.otherwise, rest)
    return { ...outcome, then, otherwise }
  }
  frame.environment = outcome.environment
  return within(reading, rest)
}

/** A way that is taken only in some cases. */
function within(reading: Reading, read: () => Outcome): Outcome {
  let outcome: Outcome | undefined
  const value = reading.branch(() => {
    outcome = read()
    return outcome.kind === 'returns' ? outcome.value : ABSENT
  })
  return outcome!.kind === 'returns' ? { kind: 'returns', value } : outcome!
}

/** One statement. Undefined where it changes only the environment. */
function step(reading: Reading, frame: Frame, node: Node): Outcome | undefined {
  switch (node.type) {
    case 'EmptyStatement':
    case 'FunctionDeclaration':
      return undefined
    case 'VariableDeclaration':
      return declare(reading, frame, node)
    case 'ExpressionStatement':
      return effect(reading, frame, node.expression)
    case 'ReturnStatement':
      return {
        kind: 'returns',
        value: node.argument ? reading.value(frame, node.argument) : ABSENT,
      }
    case 'BlockStatement':
      return block(reading, frame, node.body)
    case 'IfStatement':
      return branches(reading, frame, node)
    case 'ForOfStatement':
      readLoop(reading, frame, node, (inner, constant) => declare(reading, inner, constant))
      return undefined
    case 'SwitchStatement':
      return block(reading, frame, ifsOf(node))
    default:
      throw notSimple(whatIs(node), node)
  }
}

function declare(
  reading: Reading,
  frame: Frame,
  node: Node<'VariableDeclaration'>,
): Outcome | undefined {
  if (node.kind !== 'const' && node.kind !== 'let' && node.kind !== 'var') {
    throw notSimple(`declares with \`${node.kind}\``, node)
  }
  for (const { id, init } of node.declarations) {
    if (node.kind === 'var' && !init) continue
    if (node.kind === 'const' && id.type === 'Identifier' && init && isFunction(init)) {
      frame.environment.declareFunction(id.name, init)
      continue
    }
    if (node.kind !== 'var' && id.type === 'Identifier' && isEmptyArray(init)) {
      frame.environment.declareArray(id.name)
      continue
    }
    const value = init ? valueOrPattern(reading, frame, init) : ABSENT
    bindPattern(reading, frame, id, value, node.kind === 'const')
  }
  return undefined
}

function isEmptyArray(node: Node | null | undefined): boolean {
  return node?.type === 'ArrayExpression' && node.elements.length === 0
}

/** A variable may hold a regular expression. */
function valueOrPattern(reading: Reading, frame: Frame, node: Node): Expression {
  const isPattern = node.type === 'Literal' && node.regex !== undefined && node.regex !== null
  if (!isPattern) return reading.value(frame, node)
  reading.intrinsics.add('RegExp')
  return { op: 'pattern', source: node.regex!.pattern, flags: node.regex!.flags }
}

/** Assignments are simple where they are statements. */
function effect(reading: Reading, frame: Frame, node: Node): undefined {
  switch (node.type) {
    case 'AssignmentExpression':
      return assignment(reading, frame, node)
    case 'UpdateExpression': {
      const before = assigned(frame, node.argument)
      const operator = node.operator === '++' ? '+' : '-'
      const left: Expression = { op: 'unary', operator: '+', of: before.value }
      const right: Expression = { op: 'literal', value: 1 }
      const after: Expression = { op: 'binary', operator, left, right }
      return frame.environment.assign(before.name, reading.hold(after, node)) as undefined
    }
    case 'SequenceExpression':
      for (const each of node.expressions) effect(reading, frame, each)
      return undefined
    case 'Literal':
      return undefined
    default:
      if (readPush(reading, frame, node)) return undefined
      reading.hold(reading.value(frame, node), node)
      return undefined
  }
}

/** The variable of the function that an assignment changes. */
function assigned(frame: Frame, target: Node): { name: string; value: Expression } {
  if (target.type !== 'Identifier') {
    const isMember = target.type === 'MemberExpression'
    throw notSimple(isMember ? 'changes an object' : 'assigns by a pattern', target)
  }
  const variable = frame.environment.find(target.name)
  if (variable === undefined) {
    throw notSimple(`changes \`${target.name}\`, which is not its own`, target)
  }
  if (variable.isConstant)
    throw notSimple(`assigns to \`${target.name}\`, which is constant there`, target)
  if (variable.value === undefined) {
    throw notSimple(`changes \`${target.name}\` where it may have no value yet`, target)
  }
  return { name: target.name, value: variable.value }
}

function assignment(reading: Reading, frame: Frame, node: Node<'AssignmentExpression'>): undefined {
  const { name, value } = assigned(frame, node.left)
  const right = () => reading.value(frame, node.right)
  const after = reading.hold(afterAssignment(reading, node.operator, value, right), node)
  frame.environment.assign(name, after)
  return undefined
}

function afterAssignment(
  reading: Reading,
  assigning: string,
  left: Expression,
  right: () => Expression,
): Expression {
  if (assigning === '=') return right()
  const operator = assigning.slice(0, -1)
  if (operator === '&&' || operator === '||' || operator === '??') {
    return { op: 'logical', operator, left, right: reading.branch(right) }
  }
  return { op: 'binary', operator: operator as BinaryOperator, left, right: right() }
}

function block(reading: Reading, frame: Frame, statements: readonly Node[]): Outcome | undefined {
  frame.environment.enter()
  declareNames(frame.environment, statements, false)
  const outcome = run(reading, frame, statements, 0)
  if (outcome.kind === 'falls') {
    frame.environment.leave()
    return undefined
  }
  leaveBlock(outcome)
  return outcome
}

function leaveBlock(outcome: Outcome): void {
  if (outcome.kind === 'falls') outcome.environment.leave()
  if (outcome.kind !== 'splits') return
  leaveBlock(outcome.then)
  leaveBlock(outcome.otherwise)
}

function branches(reading: Reading, frame: Frame, node: Node<'IfStatement'>): Outcome | undefined {
  const test = reading.share(reading.value(frame, node.test))
  const before = frame.environment
  frame.environment = before.fork()
  const then = within(reading, () => one(reading, frame, node.consequent))
  frame.environment = before.fork()
  const { alternate } = node
  const otherwise = within(reading, () =>
    alternate ? one(reading, frame, alternate) : { kind: 'falls', environment: frame.environment },
  )
  if (then.kind !== 'falls' || otherwise.kind !== 'falls') {
    return { kind: 'splits', test, then, otherwise }
  }
  const choose = (a: Expression, b: Expression): Expression => reading.share(either(test, a, b))
  frame.environment = Environment.meet(then.environment, otherwise.environment, choose)
  return undefined
}

/** The statement of an `if`. */
function one(reading: Reading, frame: Frame, node: Node): Outcome {
  return step(reading, frame, node) ?? { kind: 'falls', environment: frame.environment }
}
