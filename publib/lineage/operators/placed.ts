import type { Batch } from '#publib/columnar'
import type { ComputeContext } from '../compute-context.ts'
import type { About, Fields, Lineage } from '../lineage.ts'
import { Narrow } from '../narrow.ts'
import { onlyParent, type Parts } from '../operator.ts'

/** Each element under the number of the partition in which it is: a shuffle by it moves nothing to another partition. */
export class Placed<T> extends Narrow<T, [number, T]> {
  static readonly tag = 'placed'
  override readonly tag = Placed.tag

  constructor(about: About, parent: Lineage<T>) {
    super(about, parent, false)
  }

  static decode(parts: Parts): Placed<unknown> {
    return new Placed(parts.about, onlyParent(parts))
  }

  override *compute(partition: number, context: ComputeContext): Iterable<Batch<[number, T]>> {
    for (const batch of context.compute(this.parent, partition)) {
      const out: [number, T][] = []
      for (let i = 0; i < batch.length; i++) out.push([partition, batch[i]!])
      yield out
    }
  }

  override fields(): Fields {
    return {}
  }
}
