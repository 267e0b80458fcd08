/** Visitors of functions and classes: they open scopes. */
import { Scope, type ScopeOwner } from './scope.ts'
import type { AnyNode, Identifier, MethodDefinition, PropertyDefinition } from './syntax.ts'
import { visitBinding } from './visit-names.ts'
import type { Walk } from './walk.ts'

type AnyFunctionNode = Extract<
  AnyNode,
  { type: 'FunctionDeclaration' | 'FunctionExpression' | 'ArrowFunctionExpression' }
>
type AnyClassNode = Extract<AnyNode, { type: 'ClassDeclaration' | 'ClassExpression' }>
type ClassMember = AnyClassNode['body']['body'][number]

export function visitFunction(
  walk: Walk,
  node: AnyFunctionNode,
  outer: Scope,
  owner: ScopeOwner,
  receiver?: Identifier,
): void {
  const named = new Scope(outer)
  if (node.type === 'FunctionExpression' && node.id) named.names.add(node.id.name)
  const scope = new Scope(named, owner, receiver)
  for (const parameter of node.params) scope.declarePattern(parameter)
  const { body } = node
  if (body.type === 'BlockStatement') {
    scope.declareHoisted(body.body)
    scope.declareLexical(body.body)
  }
  for (const parameter of node.params) visitBinding(walk, parameter, scope)
  if (body.type === 'BlockStatement') walk.visitAll(body.body, scope)
  else walk.visit(body, scope)
}

/** `isRoot`: the class whose text is analysed, in which each use is noted with its member. */
export function visitClass(walk: Walk, node: AnyClassNode, outer: Scope, isRoot: boolean): void {
  const scope = new Scope(outer)
  if (node.id) scope.names.add(node.id.name)
  const own = privateNamesOf(node)
  if (isRoot) for (const name of own) walk.draft.privateNames.add(name)
  else walk.privateScopes.push(own)
  if (node.superClass) {
    within(walk, isRoot, '%heritage', () => walk.visit(node.superClass, scope))
  }
  for (const member of node.body.body) {
    if (member.type !== 'StaticBlock' && member.computed) {
      within(walk, isRoot, '%key', () => walk.visit(member.key, scope))
    }
    within(walk, isRoot, memberName(member), () => visitClassMember(walk, member, scope))
  }
  if (!isRoot) walk.privateScopes.pop()
}

function within(walk: Walk, isRoot: boolean, member: string, visit: () => void): void {
  if (isRoot) walk.member = member
  visit()
  if (isRoot) walk.member = undefined
}

function visitClassMember(walk: Walk, member: ClassMember, scope: Scope): void {
  if (member.type === 'StaticBlock') {
    const inner = new Scope(scope, 'function')
    inner.declareHoisted(member.body)
    inner.declareLexical(member.body)
    walk.visitAll(member.body, inner)
  } else if (member.type === 'PropertyDefinition') {
    walk.visit(member.value, new Scope(scope, 'function'))
  } else {
    visitFunction(walk, member.value, scope, 'function')
  }
}

function privateNamesOf(node: AnyClassNode): Set<string> {
  const names = new Set<string>()
  for (const member of node.body.body) {
    if (member.type !== 'StaticBlock' && member.key.type === 'PrivateIdentifier') {
      names.add(member.key.name)
    }
  }
  return names
}

/** A private static function stays in the class's text, so what it uses counts as its own. */
export function isPrivateStaticFunction(member: PropertyDefinition): boolean {
  const isPrivate = member.static && member.key.type === 'PrivateIdentifier'
  return isPrivate && /FunctionExpression$/.test(member.value?.type ?? '')
}

function memberName(member: ClassMember): string {
  if (member.type === 'StaticBlock') return '%static'
  if (member.type === 'PropertyDefinition') {
    if (isPrivateStaticFunction(member)) return keyName(member)
    return member.static ? '%static' : '%new'
  }
  return member.kind === 'constructor' ? '%new' : keyName(member)
}

function keyName(member: PropertyDefinition | MethodDefinition): string {
  if (member.computed) return '%computed'
  const { key } = member
  if (key.type === 'PrivateIdentifier') return `#${key.name}`
  if (key.type === 'Identifier') return key.name
  return key.type === 'Literal' ? String(key.value) : '%computed'
}
