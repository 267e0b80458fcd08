/** What the visitors of a function's tree share: where they are, and how they note what they find. */
import type { Draft, NameUse, ThisUse } from './analysis.ts'
import type { Scope } from './scope.ts'
import type { AnyNode, Identifier } from './syntax.ts'

/** How a member expression is used by what stands around it. */
export interface Usage {
  readonly isCallee?: boolean
}

export type Visit = (
  walk: Walk,
  node: AnyNode | null | undefined,
  scope: Scope,
  usage?: Usage,
) => void

type NameUsage = Partial<Omit<NameUse, 'start' | 'end' | 'kind' | 'member'>>

export class Walk {
  readonly draft: Draft
  /** Names declared by the classes inside the text, the innermost last. */
  readonly privateScopes: ReadonlySet<string>[] = []
  /** See MemberName; set while a member of the root class is visited. */
  member: string | undefined
  readonly #visit: Visit

  constructor(draft: Draft, visit: Visit) {
    this.draft = draft
    this.#visit = visit
  }

  visit(node: AnyNode | null | undefined, scope: Scope, usage?: Usage): void {
    if (node) this.#visit(this, node, scope, usage)
  }

  visitAll(nodes: readonly (AnyNode | null | undefined)[], scope: Scope): void {
    for (const node of nodes) this.visit(node, scope)
  }

  /** Notes the use of a name unless the text declares it. */
  useName(node: Identifier, scope: Scope, kind: NameUse['kind'], usage: NameUsage = {}): void {
    if (scope.declares(node.name)) return
    if (node.name === 'arguments') {
      if (scope.functionDepth === 0) this.draft.usesOuterArguments = true
      return
    }
    const use: NameUse = {
      start: node.start - this.draft.offset,
      end: node.end - this.draft.offset,
      kind,
      path: [],
      isMethodCall: false,
      isCallee: false,
      isShorthand: false,
      ...usage,
      member: this.member,
    }
    let free = this.draft.freeNames.get(node.name)
    if (!free) {
      free = { name: node.name, uses: [], isWritten: false, escapes: false }
      this.draft.freeNames.set(node.name, free)
    }
    free.uses.push(use)
    if (kind !== 'read') free.isWritten = true
    if (kind !== 'read' || use.path.length === 0) free.escapes = true
  }

  useThis(scope: Scope, use: ThisUse): void {
    const inner = scope.thisScope
    if (inner?.receiver && inner.parent) {
      this.useName(inner.receiver, inner.parent, 'read', use)
      return
    }
    const depth = scope.functionDepth
    if (depth === 0) this.draft.usesOuterThis = true
    if (depth <= (this.draft.form === 'arrow' ? 0 : 1)) this.draft.thisUses.push(use)
  }

  useSuper(scope: Scope): void {
    const own = this.draft.form === 'arrow' ? 0 : 1
    if (this.draft.form === 'class' || scope.functionDepth <= own) this.draft.usesSuper = true
  }

  usePrivateName(name: string): void {
    if (!this.privateScopes.some(names => names.has(name))) this.draft.privateNames.add(name)
  }
}
