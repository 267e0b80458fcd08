import type { Batch } from '#publib/columnar'
import { mixSeed, SeededRandom } from '#publib/util'
import { Action, type ActionParts, actionRoot } from '../action.ts'
import type { ComputeContext } from '../compute-context.ts'
import { notAPair } from '../errors.ts'
import type { Fields } from '../lineage.ts'
import type { Root } from '../root.ts'

export interface KeySample {
  /** Records of the partition. */
  readonly count: number
  readonly keys: readonly unknown[]
}

/** Keys of a partition, each as likely to be taken as any other; the same ones whenever the partition is the same. */
export class SampleKeys extends Action<unknown, KeySample> {
  static readonly tag = 'sampleKeys'
  override readonly tag = SampleKeys.tag
  readonly size: number
  readonly key: Root<(key: never) => unknown> | undefined

  constructor(size: number, key: Root<(key: never) => unknown> | undefined) {
    super()
    this.size = size
    this.key = key
  }

  static decode(parts: ActionParts): SampleKeys {
    const key = parts.roots.length > 0 ? actionRoot<(key: never) => unknown>(parts, 0) : undefined
    return new SampleKeys(parts.fields['size'] as number, key)
  }

  override run(
    records: Iterable<Batch<unknown>>,
    partition: number,
    context: ComputeContext,
  ): KeySample {
    const random = new SeededRandom(mixSeed(this.size, partition))
    const keys: unknown[] = []
    let count = 0
    for (const batch of records) {
      for (let i = 0; i < batch.length; i++) {
        const pair = batch[i]
        if (!Array.isArray(pair)) throw notAPair('sortByKey()', pair)
        if (count < this.size) keys.push(pair[0])
        else {
          const place = random.below(count + 1)
          if (place < this.size) keys[place] = pair[0]
        }
        count++
      }
    }
    if (this.key === undefined) return { count, keys }
    const key = context.root(this.key) as (key: unknown) => unknown
    return { count, keys: keys.map(value => key(value)) }
  }

  override fields(): Fields {
    return { size: this.size }
  }

  override roots(): readonly Root[] {
    return this.key === undefined ? [] : [this.key]
  }
}
