import type { Batch } from '#publib/columnar'
import type { ComputeContext } from '../compute-context.ts'
import type { About, Lineage } from '../lineage.ts'
import { Narrow } from '../narrow.ts'
import { onlyParent, type Parts, rootAt } from '../operator.ts'
import { EMIT_RECORDS } from '../records.ts'
import { iterableOf } from '../results.ts'
import type { Root } from '../root.ts'

export type FlatMapFunction<T, U> = (element: T) => Iterable<U>

/** Any number of elements for each. A result of any length is passed on in batches, so an endless one is read in bounded memory. */
export class FlatMapElements<T, out U> extends Narrow<T, U> {
  static readonly tag = 'flatMap'
  override readonly tag = FlatMapElements.tag
  readonly f: Root<FlatMapFunction<T, U>>

  constructor(
    about: About,
    parent: Lineage<T>,
    f: Root<FlatMapFunction<T, U>>,
    keepsKeys: boolean,
  ) {
    super(about, parent, keepsKeys)
    this.f = f
  }

  static decode(parts: Parts): FlatMapElements<unknown, unknown> {
    const keepsKeys = parts.fields['keepsKeys'] === true
    return new FlatMapElements(parts.about, onlyParent(parts), rootAt(parts, 0), keepsKeys)
  }

  override *compute(partition: number, context: ComputeContext): Iterable<Batch<U>> {
    const f = context.root(this.f)
    let out: U[] = []
    for (const batch of context.compute(this.parent, partition)) {
      for (let i = 0; i < batch.length; i++) {
        const result = f(batch[i]!)
        if (Array.isArray(result) && result.length <= EMIT_RECORDS) {
          for (let j = 0; j < result.length; j++) out.push(result[j] as U)
        } else {
          for (const value of iterableOf<U>(result, this.f)) {
            if (out.push(value) < EMIT_RECORDS) continue
            yield out
            out = []
          }
        }
        if (out.length < EMIT_RECORDS) continue
        yield out
        out = []
      }
    }
    if (out.length > 0) yield out
  }

  override roots(): readonly Root[] {
    return [this.f]
  }
}
