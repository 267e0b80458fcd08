import type { Expression } from '#publib/recognition'
import type { Element } from './element.ts'
import type { LoopWriter } from './loop-writer.ts'

/** What expressions are made of while a function is written into a loop. */
export interface Scope {
  readonly args: readonly Element[]
  readonly locals: Element[]
  readonly w: LoopWriter
  /** Undefined where the expression could throw, or mean something else. */
  lower(expression: Expression): Element | undefined
}

/** All of them; undefined where one cannot be written. */
export function all(
  expressions: readonly Expression[],
  scope: Scope,
): readonly Element[] | undefined {
  const elements: Element[] = []
  for (const expression of expressions) {
    const element = scope.lower(expression)
    if (element === undefined) return undefined
    elements.push(element)
  }
  return elements
}

const OBJECTS: ReadonlySet<Element['kind']> = new Set(['value', 'tuple', 'record', 'parts'])

/** Whether making a text or a number of it runs no code of anybody. */
export function isPrimitive(element: Element): boolean {
  return !OBJECTS.has(element.kind)
}
