import type { Batch } from '#publib/columnar'
import { mixSeed } from '#publib/util'
import type { ComputeContext } from '../compute-context.ts'
import type { About, Fields, Lineage } from '../lineage.ts'
import { Narrow } from '../narrow.ts'
import { onlyParent, type Parts } from '../operator.ts'

/** Each element under the number of the new partition it goes to: in turn, from a start that differs for each partition. */
export class Spread<T> extends Narrow<T, [number, T]> {
  static readonly tag = 'spread'
  override readonly tag = Spread.tag
  readonly count: number

  constructor(about: About, parent: Lineage<T>, count: number) {
    super(about, parent, false)
    this.count = count
  }

  static decode(parts: Parts): Spread<unknown> {
    return new Spread(parts.about, onlyParent(parts), parts.fields['count'] as number)
  }

  override *compute(partition: number, context: ComputeContext): Iterable<Batch<[number, T]>> {
    let place = mixSeed(this.count, partition) % this.count
    for (const batch of context.compute(this.parent, partition)) {
      const out: [number, T][] = []
      for (let i = 0; i < batch.length; i++) {
        out.push([place, batch[i]!])
        place = place + 1 === this.count ? 0 : place + 1
      }
      yield out
    }
  }

  override fields(): Fields {
    return { count: this.count }
  }
}
