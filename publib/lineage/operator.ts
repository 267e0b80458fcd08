import type { About, Fields, Lineage, ShuffleDependency } from './lineage.ts'
import type { Root } from './root.ts'

/** What a stage's text says of an operator, its parents and functions resolved: what it is made of again in a task. */
export interface Parts {
  readonly about: About
  readonly fields: Fields
  /** One for each dependency, in order. */
  readonly inputs: readonly Input[]
  readonly roots: readonly Root[]
}

export type Input =
  | { readonly kind: 'narrow'; readonly parent: Lineage<unknown> }
  | { readonly kind: 'shuffle'; readonly dependency: ShuffleDependency }

/** The static side of an operator: its tag, and how one is made again from its parts. */
export interface OperatorClass {
  readonly tag: string
  decode(parts: Parts): Lineage<unknown>
}

/** The only parent of an operator with one narrow dependency. */
export function onlyParent<T>(parts: Parts): Lineage<T> {
  return parentAt(parts, 0) as Lineage<T>
}

/** The parent of the narrow dependency at `index`. */
export function parentAt(parts: Parts, index: number): Lineage<unknown> {
  const input = parts.inputs[index]
  if (input?.kind !== 'narrow')
    throw new TypeError(`input ${index} of ${parts.about.operator} is not narrow`)
  return input.parent
}

/** The root at `index`; its type is what the operator's own `roots()` put there. */
export function rootAt<F>(parts: Pick<Parts, 'roots' | 'about'>, index: number): Root<F> {
  const root = parts.roots[index]
  if (root === undefined) throw new TypeError(`${parts.about.operator} has no function ${index}`)
  return root as Root<F>
}
