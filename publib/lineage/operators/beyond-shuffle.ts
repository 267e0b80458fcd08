import type { Batch } from '#publib/columnar'
import { notPrepared } from '../errors.ts'
import { type Dependency, type Fields, Lineage } from '../lineage.ts'

/** What stands in a stage for the other side of a shuffle it reads: only its name is known here, it is computed elsewhere. */
export class BeyondShuffle extends Lineage<never> {
  static readonly tag = 'beyondShuffle'
  override readonly tag = BeyondShuffle.tag
  override readonly parents: readonly Lineage<unknown>[] = []
  override readonly dependencies: readonly Dependency[] = []

  override get numPartitions(): number {
    throw notPrepared(this.about.operator)
  }

  override compute(): Iterable<Batch<never>> {
    throw notPrepared(this.about.operator)
  }

  override fields(): Fields {
    return {}
  }
}
