/** Visitors of what names and properties are read from or written to. */
import type { Scope } from './scope.ts'
import type { AnyNode, MemberExpression, Pattern, VariableDeclarator } from './syntax.ts'
import type { Usage, Walk } from './walk.ts'

/** `a.b.c`: from the root of the chain, as far as the property names are fixed. */
export function visitMember(walk: Walk, node: MemberExpression, scope: Scope, usage: Usage): void {
  const chain: MemberExpression[] = []
  let root: AnyNode = node
  while (root.type === 'MemberExpression' || root.type === 'ChainExpression') {
    if (root.type === 'ChainExpression') {
      if (root.expression.type !== 'MemberExpression') break
      root = root.expression
      continue
    }
    chain.unshift(root)
    root = root.object
  }
  const path = visitChain(walk, chain, scope)
  const isMethodCall = usage.isCallee === true && path.length === chain.length
  if (root.type === 'Identifier') walk.useName(root, scope, 'read', { path, isMethodCall })
  else if (root.type === 'ThisExpression') walk.useThis(scope, { path, isMethodCall })
  else if (root.type === 'Super') walk.useSuper(scope)
  else walk.visit(root, scope)
}

/** The fixed names at the start of a chain. */
function visitChain(walk: Walk, chain: readonly MemberExpression[], scope: Scope): string[] {
  const path: string[] = []
  let isFixed = true
  for (const member of chain) {
    const key = fixedKey(member)
    if (member.property.type === 'PrivateIdentifier') walk.usePrivateName(member.property.name)
    if (key === undefined) isFixed = false
    else walk.draft.propertyNames.add(key)
    if (isFixed && key !== undefined) path.push(key)
    if (member.computed) walk.visit(member.property, scope)
  }
  return path
}

function fixedKey(member: MemberExpression): string | undefined {
  const { property } = member
  if (!member.computed) return property.type === 'Identifier' ? property.name : undefined
  const isText = property.type === 'Literal' && typeof property.value === 'string'
  return isText ? (property.value as string) : undefined
}

/** The left side of an assignment. */
export function visitTarget(
  walk: Walk,
  node: Pattern,
  scope: Scope,
  kind: 'write' | 'update',
): void {
  switch (node.type) {
    case 'Identifier':
      walk.useName(node, scope, kind)
      return
    case 'MemberExpression':
      walk.visit(node, scope)
      return
    case 'ObjectPattern':
      for (const property of node.properties) visitTargetProperty(walk, property, scope)
      return
    case 'ArrayPattern':
      for (const element of node.elements) if (element) visitTarget(walk, element, scope, 'write')
      return
    case 'AssignmentPattern':
      visitTarget(walk, node.left, scope, kind)
      walk.visit(node.right, scope)
      return
    case 'RestElement':
      visitTarget(walk, node.argument, scope, kind)
      return
    default:
      walk.visit(node, scope)
  }
}

type TargetProperty = Extract<Pattern, { type: 'ObjectPattern' }>['properties'][number]

function visitTargetProperty(walk: Walk, property: TargetProperty, scope: Scope): void {
  if (property.type === 'RestElement') {
    visitTarget(walk, property.argument, scope, 'write')
    return
  }
  visitKey(walk, property, scope)
  if (!property.shorthand) {
    visitTarget(walk, property.value, scope, 'write')
    return
  }
  const isDefaulted = property.value.type === 'AssignmentPattern'
  const target = property.value.type === 'AssignmentPattern' ? property.value.left : property.value
  if (target.type === 'Identifier') walk.useName(target, scope, 'write', { isShorthand: true })
  if (isDefaulted && property.value.type === 'AssignmentPattern') {
    walk.visit(property.value.right, scope)
  }
}

function visitKey(
  walk: Walk,
  property: { readonly computed: boolean; readonly key: AnyNode },
  scope: Scope,
): void {
  if (property.computed) walk.visit(property.key, scope)
  else if (property.key.type === 'Identifier') walk.draft.propertyNames.add(property.key.name)
}

/** A pattern that declares names: only its defaults and computed keys can use others. */
export function visitBinding(walk: Walk, node: Pattern | null | undefined, scope: Scope): void {
  switch (node?.type) {
    case 'ObjectPattern':
      for (const property of node.properties) {
        if (property.type === 'RestElement') continue
        visitKey(walk, property, scope)
        visitBinding(walk, property.value, scope)
      }
      return
    case 'ArrayPattern':
      for (const element of node.elements) visitBinding(walk, element, scope)
      return
    case 'AssignmentPattern':
      visitBinding(walk, node.left, scope)
      walk.visit(node.right, scope)
      return
    case 'RestElement':
      visitBinding(walk, node.argument, scope)
      return
    default:
  }
}

/** `const { a, b } = cfg` uses only `cfg.a` and `cfg.b`. */
export function visitDeclarator(walk: Walk, node: VariableDeclarator, scope: Scope): void {
  visitBinding(walk, node.id, scope)
  const keys = destructuredKeys(node)
  if (!keys) {
    walk.visit(node.init, scope)
    return
  }
  for (const key of keys) {
    const use = { path: [key], isMethodCall: false }
    if (node.init?.type === 'Identifier') walk.useName(node.init, scope, 'read', use)
    else walk.useThis(scope, use)
  }
}

function destructuredKeys(node: VariableDeclarator): string[] | undefined {
  const isSimple = node.init?.type === 'Identifier' || node.init?.type === 'ThisExpression'
  if (!isSimple || node.id.type !== 'ObjectPattern') return undefined
  const keys: string[] = []
  for (const property of node.id.properties) {
    if (property.type === 'RestElement' || property.computed) return undefined
    const { key } = property
    if (key.type === 'Identifier') keys.push(key.name)
    else if (key.type === 'Literal') keys.push(String(key.value))
    else return undefined
  }
  return keys.length > 0 ? keys : undefined
}
