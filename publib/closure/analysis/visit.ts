/** The visitors of a function's tree, one a kind of node; what has none is visited through its children. */
import { Scope } from './scope.ts'
import type { AnyNode } from './syntax.ts'
import { visitClass, visitFunction } from './visit-functions.ts'
import { visitBinding, visitDeclarator, visitMember, visitTarget } from './visit-names.ts'
import type { Usage, Walk } from './walk.ts'

type NodeOf<T extends AnyNode['type']> = Extract<AnyNode, { type: T }>
type Visitors = {
  readonly [T in AnyNode['type']]?: (
    walk: Walk,
    node: NodeOf<T>,
    scope: Scope,
    usage: Usage,
  ) => void
}

export function visit(walk: Walk, node: AnyNode, scope: Scope, usage: Usage = {}): void {
  const visitor = visitors[node.type] as
    | ((walk: Walk, node: AnyNode, scope: Scope, usage: Usage) => void)
    | undefined
  if (visitor) visitor(walk, node, scope, usage)
  else for (const child of children(node)) walk.visit(child, scope)
}

function* children(node: AnyNode): Iterable<AnyNode> {
  for (const value of Object.values(node)) {
    for (const each of Array.isArray(value) ? value : [value]) {
      if (typeof each?.type === 'string' && typeof each.start === 'number') yield each
    }
  }
}

const nothing = (): void => {}

const visitors: Visitors = {
  Identifier: (walk, node, scope, usage) =>
    walk.useName(node, scope, 'read', { isCallee: usage.isCallee === true }),
  MemberExpression: (walk, node, scope, usage) => visitMember(walk, node, scope, usage),
  ThisExpression: (walk, _node, scope) => walk.useThis(scope, { path: [], isMethodCall: false }),
  Super: (walk, _node, scope) => walk.useSuper(scope),
  ChainExpression: (walk, node, scope, usage) => walk.visit(node.expression, scope, usage),
  PrivateIdentifier: (walk, node) => walk.usePrivateName(node.name),
  BreakStatement: nothing,
  ContinueStatement: nothing,
  TemplateElement: nothing,
  LabeledStatement: (walk, node, scope) => walk.visit(node.body, scope),
  Literal: (walk, node) => {
    if (typeof node.value === 'string') walk.draft.propertyNames.add(node.value)
  },
  CallExpression: visitCall,
  TaggedTemplateExpression: (walk, node, scope) => {
    walk.visit(node.tag, scope, { isCallee: true })
    walk.visit(node.quasi, scope)
  },
  ImportExpression: (walk, node, scope) => {
    const start = node.start - walk.draft.offset
    walk.draft.importCalls.push({ start, end: start + 'import'.length })
    walk.visit(node.source, scope)
    walk.visit(node.options, scope)
  },
  MetaProperty: (walk, node) => {
    const { offset, importMetas } = walk.draft
    if (node.meta.name !== 'import') return
    importMetas.push({ start: node.start - offset, end: node.end - offset })
  },
  AssignmentExpression: (walk, node, scope) => {
    visitTarget(walk, node.left, scope, node.operator === '=' ? 'write' : 'update')
    walk.visit(node.right, scope)
  },
  UpdateExpression: (walk, node, scope) => {
    const { argument } = node
    if (argument.type === 'Identifier') walk.useName(argument, scope, 'update')
    else walk.visit(argument, scope)
  },
  VariableDeclaration: (walk, node, scope) => {
    for (const declarator of node.declarations) visitDeclarator(walk, declarator, scope)
  },
  FunctionDeclaration: (walk, node, scope) => visitFunction(walk, node, scope, 'function'),
  FunctionExpression: (walk, node, scope) => visitFunction(walk, node, scope, 'function'),
  ArrowFunctionExpression: (walk, node, scope) => visitFunction(walk, node, scope, 'arrow'),
  ClassDeclaration: (walk, node, scope) => visitClass(walk, node, scope, false),
  ClassExpression: (walk, node, scope) => visitClass(walk, node, scope, false),
  BlockStatement: (walk, node, scope) => {
    const block = new Scope(scope)
    block.declareLexical(node.body)
    walk.visitAll(node.body, block)
  },
  ForStatement: (walk, node, scope) => {
    const block = new Scope(scope)
    if (node.init?.type === 'VariableDeclaration') block.declareLexical([node.init])
    walk.visitAll([node.init, node.test, node.update, node.body], block)
  },
  ForInStatement: visitForEach,
  ForOfStatement: visitForEach,
  SwitchStatement: (walk, node, scope) => {
    walk.visit(node.discriminant, scope)
    const block = new Scope(scope)
    for (const each of node.cases) block.declareLexical(each.consequent)
    for (const each of node.cases) walk.visitAll([each.test, ...each.consequent], block)
  },
  TryStatement: (walk, node, scope) => {
    walk.visit(node.block, scope)
    if (node.handler) {
      const block = new Scope(scope)
      block.declarePattern(node.handler.param)
      visitBinding(walk, node.handler.param, block)
      walk.visit(node.handler.body, block)
    }
    walk.visit(node.finalizer, scope)
  },
  WithStatement: (walk, node, scope) => {
    walk.draft.usesWith = true
    walk.visitAll([node.object, node.body], scope)
  },
  ObjectExpression: visitObject,
}

function visitCall(walk: Walk, node: NodeOf<'CallExpression'>, scope: Scope): void {
  const { callee } = node
  if (callee.type === 'Identifier' && callee.name === 'eval' && !scope.declares('eval')) {
    walk.draft.usesEval = true
  }
  noteNameCall(walk, node, scope)
  walk.visit(callee, scope, { isCallee: true })
  if (!visitHelperCall(walk, node, scope)) walk.visitAll(node.arguments, scope)
}

const HELPERS = new Set(['__awaiter', '__asyncGenerator', '__generator'])

/**
 * `__awaiter(this, …, function* () { … })`, which compilers make of async functions: the helper only calls the function on the
 * given `this`, so what counts as used is what the function uses of it.
 */
function visitHelperCall(walk: Walk, node: NodeOf<'CallExpression'>, scope: Scope): boolean {
  const { callee } = node
  const named = callee.type === 'SequenceExpression' ? callee.expressions.at(-1) : callee
  const name = named?.type === 'MemberExpression' ? named.property : named
  if (name?.type !== 'Identifier' || !HELPERS.has(name.name)) return false
  const [receiver] = node.arguments
  const body = node.arguments.at(-1)
  if (body?.type !== 'FunctionExpression') return false
  walk.visitAll(node.arguments.slice(1, -1), scope)
  if (receiver?.type === 'ThisExpression') visitFunction(walk, body, scope, 'arrow')
  else if (receiver?.type === 'Identifier') visitFunction(walk, body, scope, 'function', receiver)
  else return false
  return true
}

function noteNameCall(walk: Walk, node: NodeOf<'CallExpression'>, scope: Scope): void {
  const [argument, name] = node.arguments
  if (node.callee.type !== 'Identifier' || node.callee.name !== '__name') return
  if (!argument || node.arguments.length !== 2 || name?.type !== 'Literal') return
  if (scope.declares('__name')) return
  const { offset, nameCalls } = walk.draft
  nameCalls.push({
    start: node.start - offset,
    end: node.end - offset,
    argument: { start: argument.start - offset, end: argument.end - offset },
  })
}

function visitForEach(
  walk: Walk,
  node: NodeOf<'ForInStatement' | 'ForOfStatement'>,
  scope: Scope,
): void {
  const block = new Scope(scope)
  if (node.left.type === 'VariableDeclaration') {
    block.declareLexical([node.left])
    for (const declarator of node.left.declarations) visitBinding(walk, declarator.id, block)
  } else visitTarget(walk, node.left, block, 'write')
  walk.visitAll([node.right, node.body], block)
}

function visitObject(walk: Walk, node: NodeOf<'ObjectExpression'>, scope: Scope): void {
  for (const property of node.properties) {
    if (property.type === 'SpreadElement') {
      walk.visit(property.argument, scope)
      continue
    }
    if (property.computed) walk.visit(property.key, scope)
    if (property.shorthand && property.value.type === 'Identifier') {
      walk.useName(property.value, scope, 'read', { isShorthand: true })
    } else walk.visit(property.value, scope)
  }
}
