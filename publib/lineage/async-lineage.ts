import type { Batch } from '#publib/columnar'
import type { AsyncComputeContext, ComputeContext } from './compute-context.ts'
import type { Lineage } from './lineage.ts'
import { Narrow } from './narrow.ts'

/**
 * An operator whose function waits. Tasks are synchronous, so such operators run before: for each of `asyncOperators(lineage,
 * partition)`, in that order (parents first), the task awaits `computeAsync` to its end, stores the batches (spilling them) and
 * gives them out by `context.asyncResults` to the synchronous `compute` that follows.
 *
 * `computeAsync` pulls its parent by `context.compute`, in which the results of operators before it must be found already.
 * Leaving its iteration early, or the signal, aborts the calls that are under way.
 */
export abstract class AsyncLineage<T, out U> extends Narrow<T, U> {
  abstract computeAsync(partition: number, context: AsyncComputeContext): AsyncIterable<Batch<U>>

  /** Calls that wait take long, however few their bytes. */
  override inputBytes(): undefined {
    return undefined
  }

  override compute(partition: number, context: ComputeContext): Iterable<Batch<U>> {
    return context.asyncResults(this, partition)
  }
}

/** One partition of one asynchronous operator that a task has to compute first. */
export interface AsyncPart {
  readonly operator: AsyncLineage<unknown, unknown>
  readonly partition: number
}

/** Whether any operator within the stage of `lineage` is asynchronous. */
export function mayWait(lineage: Lineage<unknown>): boolean {
  const seen = new Set<Lineage<unknown>>([lineage])
  for (const current of seen) {
    if (current instanceof AsyncLineage) return true
    for (const dependency of current.dependencies) {
      if (dependency.kind === 'narrow') seen.add(dependency.parent)
    }
  }
  return false
}

/**
 * The asynchronous operators within the stage that partition `partition` of `lineage` is computed from, parents first.
 *
 * @param isStored whether a cached partition is there: nothing behind it need be computed
 */
export function asyncOperators(
  lineage: Lineage<unknown>,
  partition: number,
  isStored: (lineage: Lineage<unknown>, partition: number) => boolean = () => false,
): readonly AsyncPart[] {
  const found: AsyncPart[] = []
  const seen = new Map<Lineage<unknown>, Set<number>>()
  const visit = (current: Lineage<unknown>, index: number): void => {
    const partitions = seen.get(current) ?? new Set()
    if (partitions.has(index)) return
    seen.set(current, partitions.add(index))
    if (current.about.isCached && isStored(current, index)) return
    for (const dependency of current.dependencies) {
      if (dependency.kind === 'shuffle') continue
      for (const parent of dependency.parents(index)) visit(dependency.parent, parent)
    }
    if (current instanceof AsyncLineage) found.push({ operator: current, partition: index })
  }
  visit(lineage, partition)
  return found
}
