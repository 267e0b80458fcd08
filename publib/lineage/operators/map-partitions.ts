import type { Batch } from '#publib/columnar'
import type { ComputeContext } from '../compute-context.ts'
import type { About, Fields, Lineage } from '../lineage.ts'
import { Narrow } from '../narrow.ts'
import { onlyParent, type Parts, rootAt } from '../operator.ts'
import { batched, batchesOf, Records } from '../records.ts'
import { iterableOf } from '../results.ts'
import type { Root } from '../root.ts'

export type PartitionFunctionOf<T, U> = (partition: IterableIterator<T>) => Iterable<U>
export type IndexedPartitionFunction<T, U> = (
  index: number,
  partition: IterableIterator<T>,
) => Iterable<U>

/** Reads and gives a partition lazily; what the function does not read is not computed. */
export class MapPartitions<T, out U> extends Narrow<T, U> {
  static readonly tag = 'mapPartitions'
  override readonly tag = MapPartitions.tag
  readonly f: Root<PartitionFunctionOf<T, U> | IndexedPartitionFunction<T, U>>
  /** Whether the function is told which partition it is. */
  readonly hasIndex: boolean

  constructor(
    about: About,
    parent: Lineage<T>,
    f: Root<PartitionFunctionOf<T, U> | IndexedPartitionFunction<T, U>>,
    options: { readonly keepsKeys: boolean; readonly hasIndex: boolean },
  ) {
    super(about, parent, options.keepsKeys)
    this.f = f
    this.hasIndex = options.hasIndex
  }

  static decode(parts: Parts): MapPartitions<unknown, unknown> {
    const keepsKeys = parts.fields['keepsKeys'] === true
    const hasIndex = parts.fields['hasIndex'] === true
    const options = { keepsKeys, hasIndex }
    return new MapPartitions(parts.about, onlyParent(parts), rootAt(parts, 0), options)
  }

  override *compute(partition: number, context: ComputeContext): Iterable<Batch<U>> {
    const f = context.root(this.f)
    const records = new Records(context.compute(this.parent, partition))
    let hasFailed = true
    try {
      const result = this.hasIndex
        ? (f as IndexedPartitionFunction<T, U>)(partition, records)
        : (f as PartitionFunctionOf<T, U>)(records)
      yield* Array.isArray(result) ? batchesOf<U>(result) : batched(iterableOf<U>(result, this.f))
      hasFailed = false
    } finally {
      records.release(hasFailed)
    }
  }

  override fields(): Fields {
    return { keepsKeys: this.keepsKeys, hasIndex: this.hasIndex }
  }

  override roots(): readonly Root[] {
    return [this.f]
  }
}
