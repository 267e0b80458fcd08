import type { Batch } from '#publib/columnar'
import type { ComputeContext } from '../compute-context.ts'
import type { About, Fields, Lineage } from '../lineage.ts'
import { Narrow } from '../narrow.ts'
import { onlyParent, type Parts } from '../operator.ts'

/** Each element as a key that has no value: how `distinct` begins. */
export class AsKeys<T> extends Narrow<T, [T, null]> {
  static readonly tag = 'asKeys'
  override readonly tag = AsKeys.tag

  constructor(about: About, parent: Lineage<T>) {
    super(about, parent, false)
  }

  static decode(parts: Parts): AsKeys<unknown> {
    return new AsKeys(parts.about, onlyParent(parts))
  }

  override *compute(partition: number, context: ComputeContext): Iterable<Batch<[T, null]>> {
    for (const batch of context.compute(this.parent, partition)) {
      const out: [T, null][] = []
      for (let i = 0; i < batch.length; i++) out.push([batch[i]!, null])
      yield out
    }
  }

  override fields(): Fields {
    return {}
  }
}
