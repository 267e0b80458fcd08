import type { Batch } from '#publib/columnar'
import { SpillingBatches } from '#publib/shuffle'
import type { ComputeContext } from '../compute-context.ts'
import { type About, type Dependency, dependsOn, type Fields, Lineage } from '../lineage.ts'
import { type Parts, parentAt } from '../operator.ts'
import { EMIT_RECORDS } from '../records.ts'

/** Every element with every one of the other side. Partition i × n + j holds those of partition i with those of partition j of n. */
export class Cartesian<T, U> extends Lineage<[T, U]> {
  static readonly tag = 'cartesian'
  override readonly tag = Cartesian.tag
  override readonly parents: readonly [Lineage<T>, Lineage<U>]

  constructor(about: About, left: Lineage<T>, right: Lineage<U>) {
    super(about)
    this.parents = [left, right]
  }

  static decode(parts: Parts): Cartesian<unknown, unknown> {
    const [left, right] = [parentAt(parts, 0), parentAt(parts, 1)]
    return new Cartesian(parts.about, left, right)
  }

  override get dependencies(): readonly Dependency[] {
    const [left, right] = this.parents
    const place = (partition: number): readonly [number, number] => this.#places(partition)
    return [
      dependsOn(left, partition => [place(partition)[0]]),
      dependsOn(right, partition => [place(partition)[1]]),
    ]
  }

  override get numPartitions(): number {
    return this.parents[0].numPartitions * this.parents[1].numPartitions
  }

  /** The right side is computed once, and kept, on disk where it is large: it is read for each element of the left one. */
  override *compute(partition: number, context: ComputeContext): Iterable<Batch<[T, U]>> {
    const [i, j] = this.#places(partition)
    const [left, right] = this.parents
    const kept = new SpillingBatches<U>(context.environment, `cartesian-${this.id}`)
    try {
      for (const batch of context.compute(right, j)) kept.add(batch)
      let out: [T, U][] = []
      for (const batch of context.compute(left, i)) {
        // Block by block on the right: what is on disk is read once for each batch, not for each element.
        for (const others of kept.batches()) {
          for (let a = 0; a < batch.length; a++) {
            for (let b = 0; b < others.length; b++) {
              if (out.push([batch[a]!, others[b]!]) < EMIT_RECORDS) continue
              yield out
              out = []
            }
          }
        }
      }
      if (out.length > 0) yield out
    } finally {
      kept.close()
    }
  }

  override preferredLocations(partition: number): readonly string[] {
    const [i, j] = this.#places(partition)
    const [left, right] = this.parents
    return [...new Set([...left.preferredLocations(i), ...right.preferredLocations(j)])]
  }

  /** Pairs are more than what they are made of. */
  override inputBytes(): undefined {
    return undefined
  }

  override fields(): Fields {
    return {}
  }

  #places(partition: number): readonly [number, number] {
    const count = this.parents[1].numPartitions
    return [Math.floor(partition / count), partition % count]
  }
}
