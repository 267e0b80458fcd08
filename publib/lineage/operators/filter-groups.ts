import { ArrayGroup, type Batch, type ValueGroup } from '#publib/columnar'
import type { ComputeContext } from '../compute-context.ts'
import type { About, Fields, Lineage } from '../lineage.ts'
import { Narrow } from '../narrow.ts'
import { onlyParent, type Parts } from '../operator.ts'
import { EMIT_RECORDS } from '../records.ts'

/** Keys that are on both sides, each once; or the left side's pairs of keys that are not on the right. */
export type GroupFilter = 'both' | 'leftOnly'

type Groups = readonly ValueGroup<unknown>[]

/** What an intersection or a difference makes of a cogroup: pairs. */
export class FilterGroups<K> extends Narrow<readonly [K, Groups], [K, unknown]> {
  static readonly tag = 'filterGroups'
  override readonly tag = FilterGroups.tag
  readonly kind: GroupFilter

  constructor(about: About, parent: Lineage<readonly [K, Groups]>, kind: GroupFilter) {
    super(about, parent, true)
    this.kind = kind
  }

  static decode(parts: Parts): FilterGroups<unknown> {
    return new FilterGroups(parts.about, onlyParent(parts), parts.fields['kind'] as GroupFilter)
  }

  override *compute(partition: number, context: ComputeContext): Iterable<Batch<[K, unknown]>> {
    let out: [K, unknown][] = []
    for (const batch of context.compute(this.parent, partition)) {
      for (let i = 0; i < batch.length; i++) {
        const key = batch[i]![0]
        for (const value of this.#kept(batch[i]![1])) {
          if (out.push([key, value]) < EMIT_RECORDS) continue
          yield out
          out = []
        }
      }
    }
    if (out.length > 0) yield out
  }

  override fields(): Fields {
    return { kind: this.kind }
  }

  #kept(groups: Groups): Iterable<unknown> {
    const left = groups[0]!
    const right = groups[1]!
    if (this.kind === 'both') return left.size > 0 && right.size > 0 ? ONCE : NONE
    return right.size > 0 ? NONE : ArrayGroup.itemsOf(left)
  }
}

const ONCE: readonly unknown[] = [null]
const NONE: readonly unknown[] = []
