import type { Batch } from '#publib/columnar'
import type { ComputeContext } from '../compute-context.ts'
import { partitionCountsDiffer, partitionSizesDiffer } from '../errors.ts'
import { type About, type Dependency, type Fields, Lineage, oneToOne } from '../lineage.ts'
import { type Parts, parentAt } from '../operator.ts'
import { EMIT_RECORDS, Records } from '../records.ts'

/** The elements of two parents side by side: partitions, and elements in them, are as many. */
export class Zipped<T, U> extends Lineage<[T, U]> {
  static readonly tag = 'zipped'
  override readonly tag = Zipped.tag
  override readonly parents: readonly [Lineage<T>, Lineage<U>]

  constructor(about: About, left: Lineage<T>, right: Lineage<U>) {
    super(about)
    this.parents = [left, right]
  }

  static decode(parts: Parts): Zipped<unknown, unknown> {
    return new Zipped(parts.about, parentAt(parts, 0), parentAt(parts, 1))
  }

  override get dependencies(): readonly Dependency[] {
    return this.parents.map(oneToOne)
  }

  override get numPartitions(): number {
    const [left, right] = this.parents
    if (left.numPartitions === right.numPartitions) return left.numPartitions
    throw partitionCountsDiffer(this.about, this.parents)
  }

  override async prepare(): Promise<void> {
    // Refused at the action, before any task runs.
    void this.numPartitions
  }

  override *compute(partition: number, context: ComputeContext): Iterable<Batch<[T, U]>> {
    const lefts = new Records(context.compute(this.parents[0], partition))
    const rights = new Records(context.compute(this.parents[1], partition))
    let hasFailed = true
    try {
      let out: [T, U][] = []
      for (;;) {
        const left = lefts.next()
        const right = rights.next()
        if (left.done !== right.done) throw partitionSizesDiffer(this.about, partition)
        if (left.done === true || right.done === true) break
        if (out.push([left.value, right.value]) < EMIT_RECORDS) continue
        yield out
        out = []
      }
      if (out.length > 0) yield out
      hasFailed = false
    } finally {
      lefts.release(hasFailed)
      rights.release(hasFailed)
    }
  }

  override preferredLocations(partition: number): readonly string[] {
    return [...new Set(this.parents.flatMap(parent => parent.preferredLocations(partition)))]
  }

  override fields(): Fields {
    return {}
  }
}
