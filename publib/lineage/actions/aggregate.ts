import type { Batch } from '#publib/columnar'
import { copyValue } from '#publib/util'
import { Action, type ActionParts, actionRoot } from '../action.ts'
import type { ComputeContext } from '../compute-context.ts'
import type { Fields } from '../lineage.ts'
import { refusePromise } from '../results.ts'
import type { Root } from '../root.ts'

export type Adding<T, U> = (accumulated: U, element: T) => U

/** The elements of a partition, added one by one to a zero of its own. */
export class Aggregate<T, U> extends Action<T, U> {
  static readonly tag = 'aggregate'
  override readonly tag = Aggregate.tag
  readonly zero: Root<U>
  readonly add: Root<Adding<T, U>>

  constructor(zero: Root<U>, add: Root<Adding<T, U>>) {
    super()
    this.zero = zero
    this.add = add
  }

  static decode(parts: ActionParts): Aggregate<unknown, unknown> {
    return new Aggregate(actionRoot(parts, 0), actionRoot(parts, 1))
  }

  override run(records: Iterable<Batch<T>>, _partition: number, context: ComputeContext): U {
    const add = context.root(this.add)
    let accumulated = copyValue(context.root(this.zero))
    for (const batch of records) {
      for (let i = 0; i < batch.length; i++) {
        accumulated = add(accumulated, batch[i]!)
        if (typeof accumulated === 'object' && accumulated !== null) {
          refusePromise(accumulated, this.add)
        }
      }
    }
    return accumulated
  }

  override fields(): Fields {
    return {}
  }

  override roots(): readonly Root[] {
    return [this.zero, this.add]
  }
}
