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
  /** A function that is not simple, as one that computes only parts of its result, and how the result is made of them. */
  readonly split?: SplitFunction | undefined
}

export interface SplitFunction {
  /** Gives the one part that is computed, or an array of them. */
  readonly core: unknown
  /** How many parts that is. */
  readonly computed: number
  /** The result, of the argument and the parts. It relies on an argument that `core` neither changes nor keeps. */
  readonly shape: FunctionShape
}

/** What the user gave to an operation, on the driver. */
export function rootOf<F>(value: F, operation: string, callSite: CallSite | undefined): Root<F> {
  return { value, operation, callSite, index: -1 }
}
