/** Lexical scopes of one function's text: which names it declares itself. */
import type { AnyNode, Identifier, Pattern, Statement } from './syntax.ts'

/** A scope made by an arrow takes `this` and `arguments` from outside, one made by a function has its own. */
export type ScopeOwner = 'arrow' | 'function' | undefined

export class Scope {
  readonly names = new Set<string>()
  readonly parent: Scope | undefined
  readonly owner: ScopeOwner
  /** The variable of the outer function that is `this` here: helpers of compilers call such functions. */
  readonly receiver: Identifier | undefined

  constructor(parent: Scope | undefined, owner?: ScopeOwner, receiver?: Identifier) {
    this.parent = parent
    this.owner = owner
    this.receiver = receiver
  }

  /** The innermost function with an own `this` around this place. */
  get thisScope(): Scope | undefined {
    let scope: Scope | undefined = this
    while (scope && scope.owner !== 'function') scope = scope.parent
    return scope
  }

  declares(name: string): boolean {
    for (let scope: Scope | undefined = this; scope; scope = scope.parent) {
      if (scope.names.has(name)) return true
    }
    return false
  }

  /** How many functions with an own `this` stand around this place. */
  get functionDepth(): number {
    let depth = 0
    for (let scope: Scope | undefined = this; scope; scope = scope.parent) {
      if (scope.owner === 'function') depth++
    }
    return depth
  }

  declarePattern(pattern: Pattern | null | undefined): void {
    for (const name of patternNames(pattern)) this.names.add(name)
  }

  /** `let`, `const`, classes and functions of a block. */
  declareLexical(statements: readonly AnyNode[]): void {
    for (const statement of statements) {
      if (statement.type === 'VariableDeclaration') {
        if (statement.kind === 'var') continue
        for (const declarator of statement.declarations) this.declarePattern(declarator.id)
      } else if (
        (statement.type === 'ClassDeclaration' || statement.type === 'FunctionDeclaration') &&
        statement.id
      ) {
        this.names.add(statement.id.name)
      }
    }
  }

  /** `var` and functions, which belong to the function wherever in it they stand. */
  declareHoisted(statements: readonly Statement[]): void {
    for (const statement of statements) this.#hoist(statement, true)
  }

  #hoist(node: AnyNode | null | undefined, isTop: boolean): void {
    if (!node) return
    if (node.type === 'VariableDeclaration') {
      if (node.kind !== 'var') return
      for (const declarator of node.declarations) this.declarePattern(declarator.id)
    } else if (node.type === 'FunctionDeclaration') {
      if (isTop && node.id) this.names.add(node.id.name)
    } else {
      for (const inner of innerStatements(node)) this.#hoist(inner, false)
    }
  }
}

function innerStatements(node: AnyNode): readonly (AnyNode | null | undefined)[] {
  switch (node.type) {
    case 'BlockStatement':
    case 'StaticBlock':
      return node.body
    case 'IfStatement':
      return [node.consequent, node.alternate]
    case 'ForStatement':
      return [node.init, node.body]
    case 'ForInStatement':
    case 'ForOfStatement':
      return [node.left, node.body]
    case 'WhileStatement':
    case 'DoWhileStatement':
    case 'LabeledStatement':
    case 'WithStatement':
      return [node.body]
    case 'SwitchStatement':
      return node.cases.flatMap(each => each.consequent)
    case 'TryStatement':
      return [node.block, node.handler?.body, node.finalizer]
    default:
      return []
  }
}

export function patternNames(pattern: Pattern | null | undefined): string[] {
  switch (pattern?.type) {
    case 'Identifier':
      return [pattern.name]
    case 'ObjectPattern':
      return pattern.properties.flatMap(each =>
        patternNames(each.type === 'RestElement' ? each.argument : each.value),
      )
    case 'ArrayPattern':
      return pattern.elements.flatMap(patternNames)
    case 'AssignmentPattern':
      return patternNames(pattern.left)
    case 'RestElement':
      return patternNames(pattern.argument)
    default:
      return []
  }
}
