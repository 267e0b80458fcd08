import type { Batch } from '#publib/columnar'
import type { ComputeContext } from '../compute-context.ts'
import { notAPair } from '../errors.ts'
import type { About, Fields, Lineage } from '../lineage.ts'
import { Narrow } from '../narrow.ts'
import { onlyParent, type Parts, rootAt } from '../operator.ts'
import { EMIT_RECORDS } from '../records.ts'
import { iterableOf } from '../results.ts'
import type { Root } from '../root.ts'
import type { FlatMapFunction } from './flat-map.ts'

/** Any number of values for each; keys and partitioner stay. */
export class FlatMapValues<K, V, out U> extends Narrow<readonly [K, V], [K, U]> {
  static readonly tag = 'flatMapValues'
  override readonly tag = FlatMapValues.tag
  readonly f: Root<FlatMapFunction<V, U>>

  constructor(about: About, parent: Lineage<readonly [K, V]>, f: Root<FlatMapFunction<V, U>>) {
    super(about, parent, true)
    this.f = f
  }

  static decode(parts: Parts): FlatMapValues<unknown, unknown, unknown> {
    return new FlatMapValues(parts.about, onlyParent(parts), rootAt(parts, 0))
  }

  override *compute(partition: number, context: ComputeContext): Iterable<Batch<[K, U]>> {
    const f = context.root(this.f)
    let out: [K, U][] = []
    for (const batch of context.compute(this.parent, partition)) {
      for (let i = 0; i < batch.length; i++) {
        const pair = batch[i]!
        if (!Array.isArray(pair)) throw notAPair('flatMapValues()', pair)
        for (const value of iterableOf<U>(f(pair[1]), this.f)) {
          if (out.push([pair[0], value]) < EMIT_RECORDS) continue
          yield out
          out = []
        }
      }
    }
    if (out.length > 0) yield out
  }

  override fields(): Fields {
    return {}
  }

  override roots(): readonly Root[] {
    return [this.f]
  }
}
