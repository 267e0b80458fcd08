import { readCall } from './calls.ts'
import {
  ABSENT,
  type BinaryOperator,
  type Expression,
  either,
  type Primitive,
  type UnaryOperator,
} from './making.ts'
import { readMember } from './members.ts'
import { constant, plainKey, readName } from './names.ts'
import { notSimple } from './obstacle.ts'
import type { Frame, Node, Reading } from './reading.ts'
import { whatIs } from './what-is.ts'

/** By the kind of a node; `Reading.expression` is the way to call it. @throws NotSimple */
export function readExpression(reading: Reading, frame: Frame, node: Node): Expression {
  switch (node.type) {
    case 'Literal':
      return literal(reading, node)
    case 'TemplateLiteral':
      return template(reading, frame, node)
    case 'Identifier':
      return readName(reading, frame, node)
    case 'MemberExpression':
      return readMember(reading, frame, node)
    case 'ChainExpression':
      return reading.expression(frame, node.expression)
    case 'CallExpression':
      return readCall(reading, frame, node)
    case 'ArrayExpression':
      return tuple(reading, frame, node)
    case 'ObjectExpression':
      return record(reading, frame, node)
    case 'UnaryExpression':
      return unary(reading, frame, node)
    case 'BinaryExpression':
      return binary(reading, frame, node)
    case 'LogicalExpression': {
      const left = reading.expression(frame, node.left)
      const right = reading.branch(() => reading.expression(frame, node.right))
      return { op: 'logical', operator: node.operator, left, right }
    }
    case 'ConditionalExpression': {
      const test = reading.expression(frame, node.test)
      const then = reading.branch(() => reading.expression(frame, node.consequent))
      const otherwise = reading.branch(() => reading.expression(frame, node.alternate))
      return either(test, then, otherwise)
    }
    case 'SequenceExpression': {
      const values = node.expressions.map(each => reading.expression(frame, each))
      const last = values.pop()!
      for (const value of values) reading.hold(value, node)
      return last
    }
    case 'ParenthesizedExpression':
      return reading.expression(frame, node.expression)
    default:
      throw notSimple(whatIs(node), node)
  }
}

function literal(reading: Reading, node: Node<'Literal'>): Expression {
  if (node.regex) {
    reading.intrinsics.add('RegExp')
    return { op: 'pattern', source: node.regex.pattern, flags: node.regex.flags }
  }
  return constant(node.value as Primitive | bigint, node)
}

function template(reading: Reading, frame: Frame, node: Node<'TemplateLiteral'>): Expression {
  const texts = node.quasis.map(quasi => quasi.value.cooked ?? '')
  const values = node.expressions.map(each => reading.value(frame, each))
  if (values.length === 0) return constant(texts[0]!, node)
  return { op: 'template', texts, values }
}

function tuple(reading: Reading, frame: Frame, node: Node<'ArrayExpression'>): Expression {
  const items = node.elements.map(element => {
    if (element === null) throw notSimple('makes an array with a hole', node)
    return reading.value(frame, element)
  })
  return { op: 'tuple', items }
}

function record(reading: Reading, frame: Frame, node: Node<'ObjectExpression'>): Expression {
  const keys: string[] = []
  const values: Expression[] = []
  for (const property of node.properties) {
    if (property.type === 'SpreadElement') throw notSimple(whatIs(property), property)
    if (property.kind !== 'init' || property.method) throw notSimple('makes a method', property)
    const key = plainKey(property.key, property.computed)
    // Numbers come first in an object, wherever they stand in its text.
    if (key === undefined || key === '__proto__' || /^\d+$/.test(key) || keys.includes(key)) {
      throw notSimple('makes an object with an unusual key', property)
    }
    keys.push(key)
    values.push(reading.value(frame, property.value))
  }
  return { op: 'record', keys, values }
}

function unary(reading: Reading, frame: Frame, node: Node<'UnaryExpression'>): Expression {
  const of = reading.value(frame, node.argument)
  if (node.operator === 'void') {
    reading.hold(of, node)
    return ABSENT
  }
  if (node.operator === 'delete') throw notSimple('deletes a property', node)
  // Minus one is a constant as one is.
  if (of.op === 'literal' && typeof of.value === 'number') {
    if (node.operator === '-') return { op: 'literal', value: -of.value }
    if (node.operator === '+') return of
  }
  return { op: 'unary', operator: node.operator satisfies UnaryOperator, of }
}

function binary(reading: Reading, frame: Frame, node: Node<'BinaryExpression'>): Expression {
  const { operator } = node
  if (operator === 'in' || operator === 'instanceof') {
    throw notSimple(`uses \`${operator}\``, node)
  }
  if (node.left.type === 'PrivateIdentifier') throw notSimple('uses a private name', node)
  const left = reading.value(frame, node.left)
  const right = reading.value(frame, node.right)
  return { op: 'binary', operator: operator satisfies BinaryOperator, left, right }
}
