import type { Batch } from '#publib/columnar'
import { localCheckpointLost } from '../errors.ts'
import { type About, type Dependency, type Fields, Lineage } from '../lineage.ts'
import type { Parts } from '../operator.ts'

/** What a local checkpoint was made of, and has forgotten: it cannot be computed a second time. */
export class Forgotten extends Lineage<never> {
  static readonly tag = 'forgotten'
  override readonly tag = Forgotten.tag
  override readonly parents: readonly Lineage<unknown>[] = []
  override readonly dependencies: readonly Dependency[] = []
  override readonly numPartitions: number

  constructor(about: About, numPartitions: number) {
    super(about)
    this.numPartitions = numPartitions
  }

  static decode(parts: Parts): Forgotten {
    return new Forgotten(parts.about, parts.fields['numPartitions'] as number)
  }

  /** @throws CHECKPOINT_LOST */
  override compute(partition: number): Iterable<Batch<never>> {
    throw localCheckpointLost(this.about, partition)
  }

  override fields(): Fields {
    return { numPartitions: this.numPartitions }
  }
}
