import type { Batch } from '#publib/columnar'
import { mixSeed, SeededRandom } from '#publib/util'
import type { ComputeContext } from '../compute-context.ts'
import type { About, Fields, Lineage } from '../lineage.ts'
import { Narrow } from '../narrow.ts'
import { onlyParent, type Parts } from '../operator.ts'
import { poisson } from '../poisson.ts'
import { repeated } from '../records.ts'

/** Which elements are taken, by a number that is drawn for each. */
export type Sampling =
  /** Those whose number, from 0 up to 1, lies in a range: the ranges of a split hold every element once. */
  | { readonly kind: 'range'; readonly lower: number; readonly upper: number }
  /** As many copies of each as a Poisson distribution of this mean gives. */
  | { readonly kind: 'copies'; readonly mean: number }

/** A sample that follows from the seed and the place of an element in its partition, on any number of executors. */
export class Sampled<T> extends Narrow<T, T> {
  static readonly tag = 'sampled'
  override readonly tag = Sampled.tag
  readonly sampling: Sampling
  readonly seed: number

  constructor(about: About, parent: Lineage<T>, sampling: Sampling, seed: number) {
    super(about, parent, true)
    this.sampling = sampling
    this.seed = seed
  }

  static decode(parts: Parts): Sampled<unknown> {
    const { sampling, seed } = parts.fields
    return new Sampled(parts.about, onlyParent(parts), sampling as Sampling, seed as number)
  }

  override compute(partition: number, context: ComputeContext): Iterable<Batch<T>> {
    const { sampling } = this
    const random = new SeededRandom(mixSeed(this.seed, partition))
    return repeated(context.compute(this.parent, partition), () => copies(sampling, random))
  }

  override fields(): Fields {
    return { sampling: this.sampling, seed: this.seed }
  }
}

function copies(sampling: Sampling, random: SeededRandom): number {
  if (sampling.kind === 'copies') return poisson(sampling.mean, random)
  const drawn = random.number()
  return drawn >= sampling.lower && drawn < sampling.upper ? 1 : 0
}
