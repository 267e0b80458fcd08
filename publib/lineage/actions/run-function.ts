import type { Batch } from '#publib/columnar'
import { Action, type ActionParts, actionRoot } from '../action.ts'
import type { ComputeContext } from '../compute-context.ts'
import type { Fields } from '../lineage.ts'
import { Records } from '../records.ts'
import { checkValue } from '../results.ts'
import type { Root } from '../root.ts'

/** Calls a function with the partition, read lazily and once; what it gives is the result, unless it is not wanted. */
export class RunFunction<T, U> extends Action<T, U | null> {
  static readonly tag = 'runFunction'
  override readonly tag = RunFunction.tag
  readonly f: Root<(partition: IterableIterator<T>) => U>
  readonly wantsResult: boolean

  constructor(f: Root<(partition: IterableIterator<T>) => U>, wantsResult: boolean) {
    super()
    this.f = f
    this.wantsResult = wantsResult
  }

  static decode(parts: ActionParts): RunFunction<unknown, unknown> {
    return new RunFunction(actionRoot(parts, 0), parts.fields['wantsResult'] === true)
  }

  override run(batches: Iterable<Batch<T>>, _partition: number, context: ComputeContext): U | null {
    const records = new Records(batches)
    let hasFailed = true
    try {
      const result = checkValue(context.root(this.f)(records), this.f)
      hasFailed = false
      return this.wantsResult ? result : null
    } finally {
      records.release(hasFailed)
    }
  }

  override fields(): Fields {
    return { wantsResult: this.wantsResult }
  }

  override roots(): readonly Root[] {
    return [this.f]
  }
}
