import type { Batch, Column } from '#publib/columnar'
import type { EncodedValue } from '#publib/serialization'
import type { ComputeContext } from './compute-context.ts'
import type { Fields } from './lineage.ts'
import type { Root } from './root.ts'

/**
 * What a result stage does with each partition. Like an operator it is a tag, plain fields and functions, and travels.
 * What it gives is encoded by the record codec and joined on the driver.
 */
export abstract class Action<T, R> {
  abstract readonly tag: string
  /** Runs in the task. May stop reading early. `R` must be encodable. */
  abstract run(records: Iterable<Batch<T>>, partition: number, context: ComputeContext): R
  /**
   * The same from the records as columns, each valid until the next is asked for; a result may be encoded already. Undefined
   * where the action reads rows.
   */
  runColumns?(
    columns: Iterable<Column>,
    partition: number,
    context: ComputeContext,
  ): R | EncodedValue
  /**
   * Where the action chooses few records by their places alone, what chooses them: the others need not be computed where
   * nothing but pure functions stands before them.
   */
  sampler?(partition: number, context: ComputeContext): Sampler<R>
  abstract fields(): Fields
  roots(): readonly Root[] {
    return []
  }
}

/** Takes some of the records of a partition. */
export interface Sampler<R> {
  /** Which of the next `rows` records it wants: their places among them, rising. */
  wanted(rows: number): Uint32Array
  /** The records that it wanted last, if there were any. */
  take(records: Column): void
  result(): R
}

/** What a stage's text says of an action. */
export interface ActionParts {
  readonly fields: Fields
  readonly roots: readonly Root[]
}

/** The static side of an action: its tag, and how one is made again from its parts. */
export interface ActionClass {
  readonly tag: string
  decode(parts: ActionParts): Action<unknown, unknown>
}

/** The function at `index`; its type is what the action's own `roots()` put there. */
export function actionRoot<F>(parts: ActionParts, index: number): Root<F> {
  const root = parts.roots[index]
  if (root === undefined) throw new TypeError(`the action has no function ${index}`)
  return root as Root<F>
}
