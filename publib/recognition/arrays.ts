/**
 * Arrays that a function makes by `push`: one after another, or for each element of another array. `const out = []; for (const x
 * of xs) if (f(x)) out.push(g(x)); return out` is what `xs.filter(f).map(g)` is.
 */
import type { Expression } from './making.ts'
import { notSimple } from './obstacle.ts'
import { bindPattern } from './patterns.ts'
import type { Frame, Node, Reading } from './reading.ts'

/** Longer arrays are made by loops. */
const ITEMS_MAX = 32

/** `out.push(value)`, where `out` is such an array. */
interface Push {
  readonly name: string
  readonly value: Node
}

function pushOf(frame: Frame, node: Node): Push | undefined {
  if (node.type !== 'CallExpression' || node.arguments.length !== 1) return undefined
  const { callee } = node
  if (callee.type !== 'MemberExpression' || callee.computed || callee.optional) return undefined
  if (callee.object.type !== 'Identifier' || callee.property.type !== 'Identifier') return undefined
  const { name } = callee.object
  if (callee.property.name !== 'push' || !frame.environment.find(name)?.array) return undefined
  return { name, value: node.arguments[0]! }
}

/** Takes `node` as a push to an array that is being made; false where it is anything else. */
export function readPush(reading: Reading, frame: Frame, node: Node): boolean {
  const push = pushOf(frame, node)
  if (push === undefined) return false
  // Computed here, whether anybody looks at the array or not.
  const value = reading.hold(reading.value(frame, push.value), node)
  const array = frame.environment.find(push.name)?.array
  if (array?.op !== 'tuple' || array.items.length >= ITEMS_MAX) {
    throw notSimple('adds to an array that it made before', node)
  }
  frame.environment.setArray(push.name, { op: 'tuple', items: [...array.items, value] })
  reading.intrinsics.add('Array.prototype.push')
  return true
}

/** What a loop does for one element. */
interface Gathering {
  readonly target: string
  readonly constants: readonly Node<'VariableDeclaration'>[]
  readonly test: Node | undefined
  readonly value: Node
}

/** A loop over the elements of an array that only adds to another. @throws NotSimple for any other */
export function readLoop(
  reading: Reading,
  frame: Frame,
  node: Node<'ForOfStatement'>,
  declare: (frame: Frame, node: Node<'VariableDeclaration'>) => void,
): void {
  const gathering = node.await ? undefined : gatheringOf(frame, node.body)
  const array = gathering && frame.environment.find(gathering.target)?.array
  const { left } = node
  if (!gathering || array?.op !== 'tuple' || array.items.length > 0) throw hasLoop(node)
  if (left.type !== 'VariableDeclaration' || left.kind === 'var') throw hasLoop(node)
  const { target, constants, test, value } = gathering
  const each = (part: Node): Expression =>
    reading.eachOf(node, () => {
      const environment = frame.environment.sealed()
      const inner: Frame = { ...frame, environment, caller: frame }
      bindPattern(reading, inner, left.declarations[0]!.id, { op: 'element' }, true)
      for (const constant of constants) declare(inner, constant)
      return reading.value(inner, part)
    })
  let of = reading.value(frame, node.right)
  if (test) of = { op: 'select', of, body: each(test), isIterated: true }
  const made: Expression = { op: 'each', of, body: each(value), isIterated: true }
  frame.environment.setArray(target, reading.hold(made, node))
  const names = ['Array.prototype.push', 'array iteration', 'Array.prototype', 'Object.prototype']
  for (const name of names) reading.intrinsics.add(name)
}

function hasLoop(node: Node): Error {
  return notSimple('has a loop that does more than add to one new array', node)
}

function gatheringOf(frame: Frame, body: Node): Gathering | undefined {
  const statements = body.type === 'BlockStatement' ? body.body : [body]
  const constants: Node<'VariableDeclaration'>[] = []
  for (const each of statements.slice(0, -1)) {
    if (each.type !== 'VariableDeclaration' || each.kind !== 'const') return undefined
    constants.push(each)
  }
  let last: Node | undefined = statements.at(-1)
  let test: Node | undefined
  if (last?.type === 'IfStatement' && !last.alternate) {
    test = last.test
    const { consequent }: Node<'IfStatement'> = last
    const isBlock = consequent.type === 'BlockStatement' && consequent.body.length === 1
    last = isBlock ? consequent.body[0] : consequent
  }
  if (last?.type !== 'ExpressionStatement') return undefined
  const push = pushOf(frame, last.expression)
  return push && { target: push.name, constants, test, value: push.value }
}
