import type { Batch } from '#publib/columnar'
import { type Dependency, type Fields, Lineage } from '../lineage.ts'
import type { Parts } from '../operator.ts'

/** No partition, no element. */
export class Empty extends Lineage<never> {
  static readonly tag = 'empty'
  override readonly tag = Empty.tag
  override readonly parents: readonly Lineage<unknown>[] = []
  override readonly dependencies: readonly Dependency[] = []
  override readonly numPartitions = 0

  static decode(parts: Parts): Empty {
    return new Empty(parts.about)
  }

  override compute(): Iterable<Batch<never>> {
    return []
  }

  override fields(): Fields {
    return {}
  }
}
