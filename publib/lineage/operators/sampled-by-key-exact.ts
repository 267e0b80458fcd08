import type { Batch } from '#publib/columnar'
import { mixSeed, SeededRandom } from '#publib/util'
import { CountOfKeys, placesOf } from '../actions/count-of-keys.ts'
import type { ComputeContext } from '../compute-context.ts'
import { drawMarked, drawSuccesses } from '../draws.ts'
import { notAPair } from '../errors.ts'
import type { About, Fields, Lineage, PartitionData } from '../lineage.ts'
import { Narrow } from '../narrow.ts'
import { onlyParent, type Parts, rootAt } from '../operator.ts'
import type { Preparation } from '../preparation.ts'
import { repeated } from '../records.ts'
import type { Root } from '../root.ts'
import type { FractionPairs } from './sampled-by-key.ts'

/** Of each key, in the order of the fractions: how many values a partition gives, of how many. */
interface Quota {
  readonly taken: number[]
  readonly of: number[]
}

/**
 * A sample of exactly `ceil(fraction × count)` values a key. The values of each key are counted by partition before the first
 * job; then chance says how many each partition gives, and in its task which: one pass more than an approximate sample.
 */
export class SampledByKeyExact<K, V> extends Narrow<readonly [K, V], [K, V]> {
  static readonly tag = 'sampledByKeyExact'
  override readonly tag = SampledByKeyExact.tag
  readonly fractions: Root<FractionPairs<K>>
  readonly withReplacement: boolean
  readonly seed: number
  readonly #isDecoded: boolean
  #quotas: readonly Quota[] | undefined

  constructor(
    about: About,
    parent: Lineage<readonly [K, V]>,
    fractions: Root<FractionPairs<K>>,
    how: { readonly withReplacement: boolean; readonly seed: number },
    isDecoded = false,
  ) {
    super(about, parent, true)
    this.fractions = fractions
    this.withReplacement = how.withReplacement
    this.seed = how.seed
    this.#isDecoded = isDecoded
  }

  static decode(parts: Parts): SampledByKeyExact<unknown, unknown> {
    const { withReplacement, seed } = parts.fields
    const how = { withReplacement: withReplacement === true, seed: seed as number }
    return new SampledByKeyExact(parts.about, onlyParent(parts), rootAt(parts, 0), how, true)
  }

  protected override isSettled(): boolean {
    return this.#isDecoded || this.#quotas !== undefined
  }

  override async prepare(preparation: Preparation): Promise<void> {
    if (this.isSettled()) return
    const action = new CountOfKeys(this.fractions)
    const counts = await preparation.runJob(this.parent, action, 'count of keys')
    const random = new SeededRandom(this.seed)
    const quotas = counts.map((of): Quota => ({ taken: [], of: [...of] }))
    for (const [place, [, fraction]] of this.fractions.value.entries()) {
      let total = counts.reduce((sum, of) => sum + of[place]!, 0)
      let left = Math.ceil(fraction * total)
      for (const { taken, of } of quotas) {
        const share = { total, marked: of[place]!, taken: left }
        const drawn = this.#draw(share, random)
        taken.push(drawn)
        left -= drawn
        total -= share.marked
      }
    }
    this.#quotas = quotas
  }

  override partitionData(partition: number): PartitionData | undefined {
    const quota = this.#quotas?.[partition]
    return quota === undefined ? undefined : { fields: quota }
  }

  override compute(partition: number, context: ComputeContext): Iterable<Batch<[K, V]>> {
    const places = placesOf(context.root(this.fractions))
    const { taken, of } = context.partitionData(this, partition).fields as Quota
    const [left, rest] = [[...taken], [...of]]
    const random = new SeededRandom(mixSeed(this.seed, partition))
    const pairs = context.compute(this.parent, partition) as Iterable<Batch<[K, V]>>
    return repeated(pairs, pair => {
      if (!Array.isArray(pair)) throw notAPair('sampleByKeyExact()', pair)
      const place = places.get(pair[0])
      if (place === undefined || left[place] === 0) return 0
      // Of those that are left, this one: as often as it falls to it.
      const copies = this.#draw({ total: rest[place]!, marked: 1, taken: left[place]! }, random)
      rest[place]! -= 1
      left[place]! -= copies
      return copies
    })
  }

  override fields(): Fields {
    return { withReplacement: this.withReplacement, seed: this.seed }
  }

  override roots(): readonly Root[] {
    return [this.fractions]
  }

  #draw(
    share: { readonly total: number; readonly marked: number; readonly taken: number },
    random: SeededRandom,
  ): number {
    const { total, marked, taken } = share
    if (total <= marked) return taken
    if (this.withReplacement) return drawSuccesses(taken, marked / total, random)
    return drawMarked(share, random)
  }
}
