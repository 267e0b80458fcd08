import type { Batch } from '#publib/columnar'
import { Count } from '../actions/count.ts'
import type { ComputeContext } from '../compute-context.ts'
import type { About, Fields, Lineage, PartitionData } from '../lineage.ts'
import { Narrow } from '../narrow.ts'
import { onlyParent, type Parts } from '../operator.ts'
import type { Preparation } from '../preparation.ts'

/** Numbers by the position in the whole RDD, or unique ones that need no counting: k, k + n, k + 2n … in partition k of n. */
export type Numbering = 'positions' | 'unique'

/** Each element with a number. Positions are counted before the first job; the last partition need not be. */
export class Numbered<T> extends Narrow<T, [T, number]> {
  static readonly tag = 'numbered'
  override readonly tag = Numbered.tag
  readonly numbering: Numbering
  /** The position of each partition's first element. */
  #starts: readonly number[] | undefined
  readonly #isDecoded: boolean

  constructor(about: About, parent: Lineage<T>, numbering: Numbering, isDecoded = false) {
    super(about, parent, false)
    this.numbering = numbering
    this.#isDecoded = isDecoded
  }

  static decode(parts: Parts): Numbered<unknown> {
    const numbering = parts.fields['numbering'] as Numbering
    return new Numbered(parts.about, onlyParent(parts), numbering, true)
  }

  protected override isSettled(): boolean {
    return this.numbering === 'unique' || this.#isDecoded || this.#starts !== undefined
  }

  override async prepare(preparation: Preparation): Promise<void> {
    if (this.isSettled()) return
    const { parent } = this
    const counts =
      parent.numPartitions > 1
        ? await preparation.runJob(parent, new Count(), 'count of partitions')
        : []
    let start = 0
    this.#starts = Array.from({ length: parent.numPartitions }, (_, partition) => {
      const first = start
      start += counts[partition] ?? 0
      return first
    })
  }

  override partitionData(partition: number): PartitionData | undefined {
    const start = this.#starts?.[partition]
    return start === undefined ? undefined : { fields: start }
  }

  override *compute(partition: number, context: ComputeContext): Iterable<Batch<[T, number]>> {
    const isUnique = this.numbering === 'unique'
    const step = isUnique ? this.numPartitions : 1
    let next = isUnique ? partition : (context.partitionData(this, partition).fields as number)
    for (const batch of context.compute(this.parent, partition)) {
      const out: [T, number][] = []
      for (let i = 0; i < batch.length; i++) {
        out.push([batch[i]!, next])
        next += step
      }
      yield out
    }
  }

  override fields(): Fields {
    return { numbering: this.numbering }
  }
}
