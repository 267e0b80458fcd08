import type { Batch } from '#publib/columnar'
import type { ComputeContext } from '../compute-context.ts'
import { notAPair } from '../errors.ts'
import type { About, Fields, Lineage } from '../lineage.ts'
import { Narrow } from '../narrow.ts'
import { onlyParent, type Parts } from '../operator.ts'

/** The keys of pairs, duplicates too. */
export class Keys<K, V> extends Narrow<readonly [K, V], K> {
  static readonly tag = 'keys'
  override readonly tag = Keys.tag

  constructor(about: About, parent: Lineage<readonly [K, V]>) {
    super(about, parent, false)
  }

  static decode(parts: Parts): Keys<unknown, unknown> {
    return new Keys(parts.about, onlyParent(parts))
  }

  override *compute(partition: number, context: ComputeContext): Iterable<Batch<K>> {
    for (const batch of context.compute(this.parent, partition)) {
      const out: K[] = []
      for (let i = 0; i < batch.length; i++) {
        const pair = batch[i]!
        if (!Array.isArray(pair)) throw notAPair('keys()', pair)
        out.push(pair[0] as K)
      }
      yield out
    }
  }

  override fields(): Fields {
    return {}
  }
}
