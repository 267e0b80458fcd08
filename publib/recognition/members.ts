import { constants } from './known.ts'
import { ABSENT, type Expression, either } from './making.ts'
import { globalPath } from './names.ts'
import { notSimple } from './obstacle.ts'
import type { Frame, Node, Reading } from './reading.ts'

/** `a.b`, `a['b']`, `a[0]`. @throws NotSimple */
export function readMember(
  reading: Reading,
  frame: Frame,
  node: Node<'MemberExpression'>,
): Expression {
  const path = globalPath(frame, node)
  if (path !== undefined) {
    const number = constants.get(path)
    if (number !== undefined) return { op: 'literal', value: number }
    throw notSimple(`uses \`${path}\` as a value`, node)
  }
  const of = reading.value(frame, node.object)
  const read = (from: Expression) => part(reading, frame, node, from)
  return node.optional || isInChain(node) ? throughChain(reading, node, of, read) : read(of)
}

/** Whether what stands before the dot may have ended the whole chain: `a?.b.c`. */
function isInChain(node: Node<'MemberExpression'> | Node<'CallExpression'>): boolean {
  const before = node.type === 'MemberExpression' ? node.object : node.callee
  if (before.type !== 'MemberExpression' && before.type !== 'CallExpression') return false
  return before.optional === true || isInChain(before)
}

/** `of?.b` is undefined where `of` is null or undefined. A longer chain is refused: it would be told in the wrong order. */
function throughChain(
  reading: Reading,
  node: Node<'MemberExpression'>,
  of: Expression,
  read: (from: Expression) => Expression,
): Expression {
  if (!node.optional) throw notSimple('has a long chain with `?.`', node)
  const shared = reading.share(of)
  const test = isAbsent(shared)
  const otherwise = reading.branch(() => read(shared))
  return either(test, ABSENT, otherwise)
}

function isAbsent(value: Expression): Expression {
  return { op: 'binary', operator: '==', left: value, right: { op: 'literal', value: null } }
}

function part(
  reading: Reading,
  frame: Frame,
  node: Node<'MemberExpression'>,
  of: Expression,
): Expression {
  const { property } = node
  if (!node.computed) {
    if (property.type !== 'Identifier') throw notSimple('uses a private name', node)
    return fieldOf(reading, of, property.name, node)
  }
  const key = reading.expression(frame, property)
  if (key.op === 'literal' && typeof key.value === 'string') {
    return fieldOf(reading, of, key.value, node)
  }
  if (key.op === 'literal' && typeof key.value === 'number') {
    return itemOf(reading, of, key.value, node)
  }
  if (key.op === 'place') {
    for (const name of ['Array.prototype', 'Object.prototype']) reading.intrinsics.add(name)
    return { op: 'itemAtPlace', of }
  }
  throw notSimple('reads an element whose place is computed', node)
}

/** Longer arrays are no records. */
const INDEX_MAX = 1_000

function itemOf(reading: Reading, of: Expression, index: number, node: Node): Expression {
  if (!Number.isInteger(index) || index < 0 || index > INDEX_MAX) {
    throw notSimple(`reads the element at ${index}`, node)
  }
  reading.intrinsics.add('Array.prototype')
  reading.intrinsics.add('Object.prototype')
  return { op: 'item', of, index }
}

export function fieldOf(reading: Reading, of: Expression, key: string, node: Node): Expression {
  const number = Number(key)
  if (String(number) === key) return itemOf(reading, of, number, node)
  if (key in Object.prototype) throw notSimple(`reads \`${key}\`, which all objects have`, node)
  reading.intrinsics.add('Object.prototype')
  return { op: 'field', of, name: key }
}
