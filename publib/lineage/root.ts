import type { FunctionShape } from '#publib/recognition'
import type { CallSite } from '#publib/util'

/**
 * A function, or a value with functions in it, that an operator got from the user. On the driver it holds the user's own;
 * a task resolves it to its own fresh instance by `context.root(root)`.
 */
export interface Root<out F = unknown> {
  /** The user's own on the driver, the task's own instance in a decoded stage. */
  readonly value: F
  /** As errors name it: `map()`. */
  readonly operation: string
  readonly callSite: CallSite | undefined
  /** With how many arguments it is called, where that is known: a native function may look at all it is given. */
  readonly argumentCount?: number | undefined
  /** Its place among the roots of the stage; -1 on the driver. */
  readonly index: number
  /** What the function does, where it is simple: known in a decoded stage. */
  readonly shape?: FunctionShape | undefined
}

/** What the user gave to an operation, on the driver. */
export function rootOf<F>(value: F, operation: string, callSite: CallSite | undefined): Root<F> {
  return { value, operation, callSite, index: -1 }
}
