import type { Batch } from '#publib/columnar'
import type { ComputeContext } from '../compute-context.ts'
import type { About, Fields, Lineage } from '../lineage.ts'
import { Narrow } from '../narrow.ts'
import { onlyParent, type Parts } from '../operator.ts'

/** One array for each partition. */
export class Glom<T> extends Narrow<T, T[]> {
  static readonly tag = 'glom'
  override readonly tag = Glom.tag

  constructor(about: About, parent: Lineage<T>) {
    super(about, parent, false)
  }

  static decode(parts: Parts): Glom<unknown> {
    return new Glom(parts.about, onlyParent(parts))
  }

  override *compute(partition: number, context: ComputeContext): Iterable<Batch<T[]>> {
    const all: T[] = []
    for (const batch of context.compute(this.parent, partition)) {
      for (let i = 0; i < batch.length; i++) all.push(batch[i]!)
    }
    yield [all]
  }

  override fields(): Fields {
    return {}
  }
}
