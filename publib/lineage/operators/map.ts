import type { Batch } from '#publib/columnar'
import type { ComputeContext } from '../compute-context.ts'
import type { About, Lineage } from '../lineage.ts'
import { Narrow } from '../narrow.ts'
import { onlyParent, type Parts, rootAt } from '../operator.ts'
import { refusePromise } from '../results.ts'
import type { Root } from '../root.ts'

export type MapFunction<T, U> = (element: T) => U

/** One element for each. */
export class MapElements<T, out U> extends Narrow<T, U> {
  static readonly tag = 'map'
  override readonly tag = MapElements.tag
  readonly f: Root<MapFunction<T, U>>

  constructor(about: About, parent: Lineage<T>, f: Root<MapFunction<T, U>>, keepsKeys: boolean) {
    super(about, parent, keepsKeys)
    this.f = f
  }

  static decode(parts: Parts): MapElements<unknown, unknown> {
    const keepsKeys = parts.fields['keepsKeys'] === true
    return new MapElements(parts.about, onlyParent(parts), rootAt(parts, 0), keepsKeys)
  }

  override *compute(partition: number, context: ComputeContext): Iterable<Batch<U>> {
    const f = context.root(this.f)
    for (const batch of context.compute(this.parent, partition)) yield mapBatch(batch, f, this.f)
  }

  override roots(): readonly Root[] {
    return [this.f]
  }
}

function mapBatch<T, U>(batch: Batch<T>, f: MapFunction<T, U>, root: Root): U[] {
  const out: U[] = []
  for (let i = 0; i < batch.length; i++) {
    const result = f(batch[i]!)
    if (typeof result === 'object' && result !== null) refusePromise(result, root)
    out.push(result)
  }
  return out
}
