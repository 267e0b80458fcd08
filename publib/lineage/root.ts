import type { CallSite } from '#publib/util'

/**
 * A function, or a value with functions in it, that an operator got from the user. On the driver it holds the user's own;
 * a task resolves it to its own fresh instance by `context.root(root)`.
 */
export interface Root<F = unknown> {
  /** The user's own; in an executor undefined until the stage's closures are instantiated. */
  readonly value: F
  /** As errors name it: `rdd.map()`. */
  readonly operation: string
  readonly callSite: CallSite | undefined
  /** Its place among the roots of the stage; -1 on the driver. */
  readonly index: number
}
