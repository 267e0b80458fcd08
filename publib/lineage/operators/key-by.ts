import type { Batch } from '#publib/columnar'
import type { ComputeContext } from '../compute-context.ts'
import type { About, Fields, Lineage } from '../lineage.ts'
import { Narrow } from '../narrow.ts'
import { onlyParent, type Parts, rootAt } from '../operator.ts'
import { refusePromise } from '../results.ts'
import type { Root } from '../root.ts'
import type { MapFunction } from './map.ts'

/** `[f(x), x]` for each element. */
export class KeyBy<T, out K> extends Narrow<T, [K, T]> {
  static readonly tag = 'keyBy'
  override readonly tag = KeyBy.tag
  readonly f: Root<MapFunction<T, K>>

  constructor(about: About, parent: Lineage<T>, f: Root<MapFunction<T, K>>) {
    super(about, parent, false)
    this.f = f
  }

  static decode(parts: Parts): KeyBy<unknown, unknown> {
    return new KeyBy(parts.about, onlyParent(parts), rootAt(parts, 0))
  }

  override *compute(partition: number, context: ComputeContext): Iterable<Batch<[K, T]>> {
    const f = context.root(this.f)
    for (const batch of context.compute(this.parent, partition)) yield keyBatch(batch, f, this.f)
  }

  override fields(): Fields {
    return {}
  }

  override roots(): readonly Root[] {
    return [this.f]
  }
}

function keyBatch<T, K>(batch: Batch<T>, f: MapFunction<T, K>, root: Root): [K, T][] {
  const out: [K, T][] = []
  for (let i = 0; i < batch.length; i++) {
    const element = batch[i]!
    const key = f(element)
    if (typeof key === 'object' && key !== null) refusePromise(key, root)
    out.push([key, element])
  }
  return out
}
