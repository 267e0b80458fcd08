import type { Batch } from '#publib/columnar'
import type { ComputeContext } from '../compute-context.ts'
import type { About, Lineage } from '../lineage.ts'
import { Narrow } from '../narrow.ts'
import { onlyParent, type Parts, rootAt } from '../operator.ts'
import { refusePromise } from '../results.ts'
import type { Root } from '../root.ts'

/** One element for each for which the function gives something other than undefined. */
export class CollectPartial<T, out U> extends Narrow<T, U> {
  static readonly tag = 'collectPartial'
  override readonly tag = CollectPartial.tag
  readonly f: Root<(element: T) => U | undefined>

  constructor(
    about: About,
    parent: Lineage<T>,
    f: Root<(element: T) => U | undefined>,
    keepsKeys: boolean,
  ) {
    super(about, parent, keepsKeys)
    this.f = f
  }

  static decode(parts: Parts): CollectPartial<unknown, unknown> {
    const keepsKeys = parts.fields['keepsKeys'] === true
    return new CollectPartial(parts.about, onlyParent(parts), rootAt(parts, 0), keepsKeys)
  }

  override *compute(partition: number, context: ComputeContext): Iterable<Batch<U>> {
    const f = context.root(this.f)
    for (const batch of context.compute(this.parent, partition)) {
      const out: U[] = []
      for (let i = 0; i < batch.length; i++) {
        const result = f(batch[i]!)
        if (result === undefined) continue
        if (typeof result === 'object' && result !== null) refusePromise(result, this.f)
        out.push(result)
      }
      if (out.length > 0) yield out
    }
  }

  override roots(): readonly Root[] {
    return [this.f]
  }
}
