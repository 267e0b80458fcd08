import type { FunctionSource, Syntax } from '#publib/closure'
import { Environment } from './environment.ts'
import { pathsOfMethod } from './intrinsics/watched.ts'
import { knownFunctions, knownMethods, takesPattern } from './known.ts'
import { ABSENT } from './making.ts'
import { globalPath } from './names.ts'
import { NotSimple, notSimple } from './obstacle.ts'
import { type Frame, isFunction, type Node, type Reading } from './reading.ts'
import type { Expression, KnownFunction, KnownMethod } from './shape.ts'

/** What a call computes: of a function of the language, a method, or a helper that is simple itself. @throws NotSimple */
export function readCall(reading: Reading, frame: Frame, node: Node<'CallExpression'>): Expression {
  const callee = calleeOf(node)
  const path = globalPath(frame, callee)
  if (path !== undefined) return knownCall(reading, frame, node, path)
  if (callee.type === 'Identifier') {
    if (node.optional) throw notSimple('calls something that may not be there', node)
    return helperCall(reading, frame, node, callee)
  }
  if (callee.type === 'MemberExpression') return methodCall(reading, frame, node, callee)
  throw notSimple('calls something that is not simple', node)
}

/** Compilers write `(0, f)(x)` where `this` must not be handed on. */
function calleeOf(node: Node<'CallExpression'>): Node {
  const { callee } = node
  if (callee.type !== 'SequenceExpression' || callee.expressions.length !== 2) return callee
  const [first, second] = callee.expressions
  return first?.type === 'Literal' && second !== undefined ? second : callee
}

function knownCall(
  reading: Reading,
  frame: Frame,
  node: Node<'CallExpression'>,
  path: string,
): Expression {
  const arity = knownFunctions.get(path)
  if (arity === undefined) throw notSimple(`calls \`${path}\``, node)
  const given = node.arguments.map(each => reading.value(frame, each))
  if (given.length < arity[0] || given.length > arity[1]) {
    throw notSimple(`calls \`${path}\` with ${given.length} arguments`, node)
  }
  reading.intrinsics.add(path)
  if (path === 'JSON.parse') reading.intrinsics.add('Object.prototype')
  return { op: 'call', name: path as KnownFunction, arguments: given }
}

function methodCall(
  reading: Reading,
  frame: Frame,
  node: Node<'CallExpression'>,
  callee: Node<'MemberExpression'>,
): Expression {
  const { property } = callee
  if (callee.computed || property.type !== 'Identifier') {
    throw notSimple('calls a method whose name is computed', node)
  }
  if (callee.optional || node.optional) {
    throw notSimple('calls something that may not be there', node)
  }
  const { name } = property
  const of = reading.expression(frame, callee.object)
  if (of.op === 'pattern') return patternTest(reading, frame, node, of, name)
  const [callback] = node.arguments
  if ((name === 'map' || name === 'filter') && node.arguments.length === 1 && callback) {
    if (isFunction(callback)) return forEach(reading, frame, name, of, callback)
    if (globalPath(frame, callback) === 'Boolean') return withTruth(reading, name, of)
  }
  const arity = knownMethods.get(name)
  if (arity === undefined) throw unknownMethod(node, name)
  const given = node.arguments.map((each, place) =>
    place === 0 && takesPattern.has(name)
      ? reading.expression(frame, each)
      : reading.value(frame, each),
  )
  if (given.length < arity[0] || given.length > arity[1]) {
    throw notSimple(`calls \`.${name}()\` with ${given.length} arguments`, node)
  }
  for (const path of pathsOfMethod.get(name) ?? []) reading.intrinsics.add(path)
  return { op: 'method', name: name as KnownMethod, of, arguments: given }
}

function unknownMethod(node: Node<'CallExpression'>, name: string): NotSimple {
  const takesFunction = node.arguments.some(isFunction)
  return notSimple(
    takesFunction ? `calls \`.${name}()\` with a function` : `calls \`.${name}()\``,
    node,
  )
}

const PLACES: readonly Expression[] = [{ op: 'element' }, { op: 'place' }]

/** `of.map((element, place) => …)` and `of.filter(…)` */
function forEach(
  reading: Reading,
  frame: Frame,
  name: 'map' | 'filter',
  of: Expression,
  tree: Syntax.FunctionNode,
): Expression {
  if (tree.params.length > PLACES.length) throw notSimple('takes the whole array', tree)
  const { source } = frame
  const inner: Frame = { source, tree, environment: frame.environment.sealed(), caller: frame }
  const body = reading.eachOf(tree, () => reading.call(inner, place => PLACES[place]!))
  return through(reading, name, of, body)
}

function through(
  reading: Reading,
  name: 'map' | 'filter',
  of: Expression,
  body: Expression,
): Expression {
  for (const path of [`Array.prototype.${name}`, 'Array.prototype', 'Object.prototype']) {
    reading.intrinsics.add(path)
  }
  return { op: name === 'map' ? 'each' : 'select', of, body }
}

/** `of.filter(Boolean)` */
function withTruth(reading: Reading, name: 'map' | 'filter', of: Expression): Expression {
  reading.intrinsics.add('Boolean')
  const body: Expression = { op: 'call', name: 'Boolean', arguments: [{ op: 'element' }] }
  return through(reading, name, of, body)
}

function patternTest(
  reading: Reading,
  frame: Frame,
  node: Node<'CallExpression'>,
  of: Expression,
  name: string,
): Expression {
  if (name !== 'test' || node.arguments.length !== 1) {
    throw notSimple(`calls \`.${name}()\` of a regular expression`, node)
  }
  reading.intrinsics.add('RegExp')
  const text = reading.value(frame, node.arguments[0]!)
  return { op: 'method', name: 'test', of, arguments: [text] }
}

function helperCall(
  reading: Reading,
  frame: Frame,
  node: Node<'CallExpression'>,
  callee: Node<'Identifier'>,
): Expression {
  const { name } = callee
  const variable = frame.environment.find(name)
  if (variable !== undefined && variable.inner === undefined) {
    throw notSimple(`calls \`${name}\`, which it was given`, node)
  }
  const given = () => node.arguments.map(each => reading.hold(reading.value(frame, each), each))
  if (variable?.inner) {
    const { tree, depth } = variable.inner
    const { source, environment } = frame
    const inner: Frame = { source, tree, environment: environment.sealed(depth), caller: frame }
    reading.enter(inner, node)
    const values = given()
    return reading.call(inner, place => values[place] ?? ABSENT)
  }
  const free = frame.source.freeValue(name)
  if (free.kind !== 'function') {
    const what = free.kind === 'other' ? free.what : 'not a function'
    throw notSimple(`calls \`${name}\`, ${what}`, node)
  }
  return inlined(reading, frame, free.source, given(), name, node)
}

function inlined(
  reading: Reading,
  caller: Frame,
  source: FunctionSource,
  given: readonly Expression[],
  name: string,
  node: Node<'CallExpression'>,
): Expression {
  const frame: Frame = { source, tree: source.tree, environment: new Environment(), caller }
  reading.enter(frame, node)
  try {
    return reading.call(frame, place => given[place] ?? ABSENT)
  } catch (error) {
    if (!(error instanceof NotSimple)) throw error
    const { obstacle } = error
    throw new NotSimple({ what: `calls \`${name}\``, at: node.start, inside: { name, obstacle } })
  }
}
