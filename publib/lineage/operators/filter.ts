import type { Batch } from '#publib/columnar'
import type { ComputeContext } from '../compute-context.ts'
import type { About, Lineage } from '../lineage.ts'
import { Narrow } from '../narrow.ts'
import { onlyParent, type Parts, rootAt } from '../operator.ts'
import { refusePromise } from '../results.ts'
import type { Root } from '../root.ts'

export type FilterFunction<T> = (element: T) => unknown

/** The elements for which the function is true, or truthy; keys stay as they are. */
export class FilterElements<T> extends Narrow<T, T> {
  static readonly tag = 'filter'
  override readonly tag = FilterElements.tag
  readonly f: Root<FilterFunction<T>>

  constructor(about: About, parent: Lineage<T>, f: Root<FilterFunction<T>>) {
    super(about, parent, true)
    this.f = f
  }

  static decode(parts: Parts): FilterElements<unknown> {
    return new FilterElements(parts.about, onlyParent(parts), rootAt(parts, 0))
  }

  override *compute(partition: number, context: ComputeContext): Iterable<Batch<T>> {
    const f = context.root(this.f)
    for (const batch of context.compute(this.parent, partition)) {
      const kept = filterBatch(batch, f, this.f)
      if (kept.length > 0) yield kept
    }
  }

  override roots(): readonly Root[] {
    return [this.f]
  }
}

function filterBatch<T>(batch: Batch<T>, f: FilterFunction<T>, root: Root): T[] {
  const out: T[] = []
  for (let i = 0; i < batch.length; i++) {
    const element = batch[i]!
    const isKept = f(element)
    if (typeof isKept === 'object' && isKept !== null) refusePromise(isKept, root)
    if (isKept) out.push(element)
  }
  return out
}
