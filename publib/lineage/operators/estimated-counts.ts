import type { Batch } from '#publib/columnar'
import type { ComputeContext } from '../compute-context.ts'
import { HyperLogLog } from '../hyper-log-log.ts'
import type { About, Lineage } from '../lineage.ts'
import { Narrow } from '../narrow.ts'
import { onlyParent, type Parts } from '../operator.ts'

/** For each key how many values its registers have seen, about. */
export class EstimatedCounts<K> extends Narrow<readonly [K, Uint8Array], [K, number]> {
  static readonly tag = 'estimatedCounts'
  override readonly tag = EstimatedCounts.tag

  constructor(about: About, parent: Lineage<readonly [K, Uint8Array]>) {
    super(about, parent, true)
  }

  static decode(parts: Parts): EstimatedCounts<unknown> {
    return new EstimatedCounts(parts.about, onlyParent(parts))
  }

  override *compute(partition: number, context: ComputeContext): Iterable<Batch<[K, number]>> {
    for (const batch of context.compute(this.parent, partition)) {
      const out: [K, number][] = []
      for (let i = 0; i < batch.length; i++) {
        const [key, registers] = batch[i]!
        out.push([key, new HyperLogLog(Math.log2(registers.length), registers).estimate()])
      }
      yield out
    }
  }
}
