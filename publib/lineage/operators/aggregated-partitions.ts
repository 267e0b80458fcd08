import type { Batch } from '#publib/columnar'
import { copyValue } from '#publib/util'
import type { ComputeContext } from '../compute-context.ts'
import type { About, Fields, Lineage } from '../lineage.ts'
import { Narrow } from '../narrow.ts'
import { onlyParent, type Parts, rootAt } from '../operator.ts'
import { refusePromise } from '../results.ts'
import type { Root } from '../root.ts'

/** Adds an element to what was accumulated. */
type Adding<T, U> = (accumulated: U, element: T) => U

/**
 * What each partition adds up to, as a pair with the number of the group that it belongs to on the next level of a tree. Without
 * a zero the first element is the beginning, and an empty partition gives nothing.
 */
export class AggregatedPartitions<T, U> extends Narrow<T, [number, U]> {
  static readonly tag = 'aggregatedPartitions'
  override readonly tag = AggregatedPartitions.tag
  readonly add: Root<Adding<T, U>>
  readonly zero: Root<U> | undefined
  readonly groups: number

  constructor(
    about: About,
    parent: Lineage<T>,
    functions: { readonly add: Root<Adding<T, U>>; readonly zero: Root<U> | undefined },
    groups: number,
  ) {
    super(about, parent, false)
    this.add = functions.add
    this.zero = functions.zero
    this.groups = groups
  }

  static decode(parts: Parts): AggregatedPartitions<unknown, unknown> {
    const zero = parts.roots.length > 1 ? rootAt<unknown>(parts, 1) : undefined
    const add = rootAt<Adding<unknown, unknown>>(parts, 0)
    const groups = parts.fields['groups'] as number
    return new AggregatedPartitions(parts.about, onlyParent(parts), { add, zero }, groups)
  }

  override *compute(partition: number, context: ComputeContext): Iterable<Batch<[number, U]>> {
    const add = context.root(this.add)
    let isEmpty = this.zero === undefined
    let accumulated = (
      this.zero === undefined ? undefined : copyValue(context.root(this.zero))
    ) as U
    for (const batch of context.compute(this.parent, partition)) {
      for (let i = 0; i < batch.length; i++) {
        accumulated = isEmpty ? (batch[i] as unknown as U) : add(accumulated, batch[i]!)
        isEmpty = false
        if (typeof accumulated === 'object' && accumulated !== null) {
          refusePromise(accumulated, this.add)
        }
      }
    }
    if (!isEmpty) yield [[partition % this.groups, accumulated]]
  }

  override fields(): Fields {
    return { groups: this.groups }
  }

  override roots(): readonly Root[] {
    return this.zero === undefined ? [this.add] : [this.add, this.zero]
  }
}
