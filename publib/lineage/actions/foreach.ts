import type { Batch } from '#publib/columnar'
import { Action, type ActionParts, actionRoot } from '../action.ts'
import type { ComputeContext } from '../compute-context.ts'
import type { Fields } from '../lineage.ts'
import { refusePromise } from '../results.ts'
import type { Root } from '../root.ts'

/** Calls a function with each element. */
export class Foreach<T> extends Action<T, null> {
  static readonly tag = 'foreach'
  override readonly tag = Foreach.tag
  readonly f: Root<(element: T) => unknown>

  constructor(f: Root<(element: T) => unknown>) {
    super()
    this.f = f
  }

  static decode(parts: ActionParts): Foreach<unknown> {
    return new Foreach(actionRoot(parts, 0))
  }

  override run(records: Iterable<Batch<T>>, _partition: number, context: ComputeContext): null {
    const f = context.root(this.f)
    for (const batch of records) {
      for (let i = 0; i < batch.length; i++) {
        const result = f(batch[i]!)
        if (typeof result === 'object' && result !== null) refusePromise(result, this.f)
      }
    }
    return null
  }

  override fields(): Fields {
    return {}
  }

  override roots(): readonly Root[] {
    return [this.f]
  }
}
