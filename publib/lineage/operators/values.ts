import type { Batch } from '#publib/columnar'
import type { ComputeContext } from '../compute-context.ts'
import { notAPair } from '../errors.ts'
import type { About, Fields, Lineage } from '../lineage.ts'
import { Narrow } from '../narrow.ts'
import { onlyParent, type Parts } from '../operator.ts'

/** The values of pairs. */
export class Values<K, V> extends Narrow<readonly [K, V], V> {
  static readonly tag = 'values'
  override readonly tag = Values.tag

  constructor(about: About, parent: Lineage<readonly [K, V]>) {
    super(about, parent, false)
  }

  static decode(parts: Parts): Values<unknown, unknown> {
    return new Values(parts.about, onlyParent(parts))
  }

  override *compute(partition: number, context: ComputeContext): Iterable<Batch<V>> {
    for (const batch of context.compute(this.parent, partition)) {
      const out: V[] = []
      for (let i = 0; i < batch.length; i++) {
        const pair = batch[i]!
        if (!Array.isArray(pair)) throw notAPair('values()', pair)
        out.push(pair[1] as V)
      }
      yield out
    }
  }

  override fields(): Fields {
    return {}
  }
}
