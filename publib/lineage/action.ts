import type { Batch } from '#publib/columnar'
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
  abstract fields(): Fields
  roots(): readonly Root[] {
    return []
  }
}
