import type { Batch } from '#publib/columnar'
import { Action, type ActionParts, actionRoot } from '../action.ts'
import type { ComputeContext } from '../compute-context.ts'
import type { Fields } from '../lineage.ts'
import { refusePromise } from '../results.ts'
import type { Root } from '../root.ts'

export type Joining<T> = (a: T, b: T) => T

/** One value of all of a partition, in an array; an empty one where there is none. */
export class Reduce<T> extends Action<T, readonly T[]> {
  static readonly tag = 'reduce'
  override readonly tag = Reduce.tag
  readonly f: Root<Joining<T>>

  constructor(f: Root<Joining<T>>) {
    super()
    this.f = f
  }

  static decode(parts: ActionParts): Reduce<unknown> {
    return new Reduce(actionRoot(parts, 0))
  }

  override run(
    records: Iterable<Batch<T>>,
    _partition: number,
    context: ComputeContext,
  ): readonly T[] {
    const f = context.root(this.f)
    let reduced: T | undefined
    let isEmpty = true
    for (const batch of records) {
      for (let i = 0; i < batch.length; i++) {
        reduced = isEmpty ? batch[i]! : f(reduced as T, batch[i]!)
        isEmpty = false
        if (typeof reduced === 'object' && reduced !== null) refusePromise(reduced, this.f)
      }
    }
    return isEmpty ? [] : [reduced as T]
  }

  override fields(): Fields {
    return {}
  }

  override roots(): readonly Root[] {
    return [this.f]
  }
}
