import type { Batch } from '#publib/columnar'
import type { ComputeContext } from '../compute-context.ts'
import { notAPair } from '../errors.ts'
import type { About, Fields, Lineage } from '../lineage.ts'
import { Narrow } from '../narrow.ts'
import { onlyParent, type Parts, rootAt } from '../operator.ts'
import { refusePromise } from '../results.ts'
import type { Root } from '../root.ts'
import type { MapFunction } from './map.ts'

/** One value for each; keys and partitioner stay. */
export class MapValues<K, V, out U> extends Narrow<readonly [K, V], [K, U]> {
  static readonly tag = 'mapValues'
  override readonly tag = MapValues.tag
  readonly f: Root<MapFunction<V, U>>

  constructor(about: About, parent: Lineage<readonly [K, V]>, f: Root<MapFunction<V, U>>) {
    super(about, parent, true)
    this.f = f
  }

  static decode(parts: Parts): MapValues<unknown, unknown, unknown> {
    return new MapValues(parts.about, onlyParent(parts), rootAt(parts, 0))
  }

  override *compute(partition: number, context: ComputeContext): Iterable<Batch<[K, U]>> {
    const f = context.root(this.f)
    for (const batch of context.compute(this.parent, partition)) {
      const out: [K, U][] = []
      for (let i = 0; i < batch.length; i++) {
        const pair = batch[i]!
        if (!Array.isArray(pair)) throw notAPair('mapValues()', pair)
        const value = f(pair[1])
        if (typeof value === 'object' && value !== null) refusePromise(value, this.f)
        out.push([pair[0], value])
      }
      yield out
    }
  }

  override fields(): Fields {
    return {}
  }

  override roots(): readonly Root[] {
    return [this.f]
  }
}
