import type { Batch } from '#publib/columnar'
import type { ComputeContext } from '../compute-context.ts'
import { partitionCountsDiffer } from '../errors.ts'
import { type About, type Dependency, type Fields, Lineage, oneToOne } from '../lineage.ts'
import { type Parts, parentAt, rootAt } from '../operator.ts'
import { batched, batchesOf, Records } from '../records.ts'
import { iterableOf } from '../results.ts'
import type { Root } from '../root.ts'

/** Makes an evaluator for each task. */
export interface EvaluatorFactory<U> {
  createEvaluator(): {
    eval(index: number, ...partitions: IterableIterator<unknown>[]): Iterable<U>
  }
}

/** Partition by partition, of one parent or several, by an object that a factory makes for each task. */
export class WithEvaluator<U> extends Lineage<U> {
  static readonly tag = 'withEvaluator'
  override readonly tag = WithEvaluator.tag
  override readonly parents: readonly Lineage<unknown>[]
  readonly factory: Root<EvaluatorFactory<U>>

  constructor(
    about: About,
    parents: readonly Lineage<unknown>[],
    factory: Root<EvaluatorFactory<U>>,
  ) {
    super(about)
    this.parents = parents
    this.factory = factory
  }

  static decode(parts: Parts): WithEvaluator<unknown> {
    const parents = parts.inputs.map((_, index) => parentAt(parts, index))
    return new WithEvaluator(parts.about, parents, rootAt(parts, 0))
  }

  override get dependencies(): readonly Dependency[] {
    return this.parents.map(oneToOne)
  }

  override get numPartitions(): number {
    const counts = new Set(this.parents.map(({ numPartitions }) => numPartitions))
    if (counts.size === 1) return this.parents[0]!.numPartitions
    throw partitionCountsDiffer(this.about, this.parents)
  }

  override async prepare(): Promise<void> {
    // Refused at the action, before any task runs.
    void this.numPartitions
  }

  override *compute(partition: number, context: ComputeContext): Iterable<Batch<U>> {
    const evaluator = context.root(this.factory).createEvaluator()
    const records = this.parents.map(parent => new Records(context.compute(parent, partition)))
    let hasFailed = true
    try {
      const result = evaluator.eval(partition, ...records)
      yield* Array.isArray(result)
        ? batchesOf<U>(result)
        : batched(iterableOf<U>(result, this.factory))
      hasFailed = false
    } finally {
      for (const one of records) one.release(hasFailed)
    }
  }

  override preferredLocations(partition: number): readonly string[] {
    return [...new Set(this.parents.flatMap(parent => parent.preferredLocations(partition)))]
  }

  override fields(): Fields {
    return {}
  }

  override roots(): readonly Root[] {
    return [this.factory]
  }
}
