import type { Batch } from '#publib/columnar'
import { KeyedMap, mixSeed, SeededRandom } from '#publib/util'
import type { ComputeContext } from '../compute-context.ts'
import { notAPair } from '../errors.ts'
import type { About, Fields, Lineage } from '../lineage.ts'
import { Narrow } from '../narrow.ts'
import { onlyParent, type Parts, rootAt } from '../operator.ts'
import { poisson } from '../poisson.ts'
import { repeated } from '../records.ts'
import type { Root } from '../root.ts'

/** Each key's fraction, as pairs. */
export type FractionPairs<K> = readonly (readonly [K, number])[]

/** A sample with a fraction for each key, in one pass; keys without one are left out. */
export class SampledByKey<K, V> extends Narrow<readonly [K, V], [K, V]> {
  static readonly tag = 'sampledByKey'
  override readonly tag = SampledByKey.tag
  readonly fractions: Root<FractionPairs<K>>
  readonly withReplacement: boolean
  readonly seed: number

  constructor(
    about: About,
    parent: Lineage<readonly [K, V]>,
    fractions: Root<FractionPairs<K>>,
    how: { readonly withReplacement: boolean; readonly seed: number },
  ) {
    super(about, parent, true)
    this.fractions = fractions
    this.withReplacement = how.withReplacement
    this.seed = how.seed
  }

  static decode(parts: Parts): SampledByKey<unknown, unknown> {
    const { withReplacement, seed } = parts.fields
    const how = { withReplacement: withReplacement === true, seed: seed as number }
    return new SampledByKey(parts.about, onlyParent(parts), rootAt(parts, 0), how)
  }

  override compute(partition: number, context: ComputeContext): Iterable<Batch<[K, V]>> {
    const fractions = new KeyedMap<K, number>(context.root(this.fractions))
    const random = new SeededRandom(mixSeed(this.seed, partition))
    const pairs = context.compute(this.parent, partition) as Iterable<Batch<[K, V]>>
    return repeated(pairs, pair => {
      if (!Array.isArray(pair)) throw notAPair('sampleByKey()', pair)
      const fraction = fractions.get(pair[0]) ?? 0
      if (this.withReplacement) return poisson(fraction, random)
      return random.number() < fraction ? 1 : 0
    })
  }

  override fields(): Fields {
    return { withReplacement: this.withReplacement, seed: this.seed }
  }

  override roots(): readonly Root[] {
    return [this.fractions]
  }
}
