import type { Batch } from '#publib/columnar'
import { compareValues } from '#publib/util'
import { Action, type ActionParts, actionRoot } from '../action.ts'
import type { ComputeContext } from '../compute-context.ts'
import type { Fields } from '../lineage.ts'
import type { Root } from '../root.ts'

/**
 * How many elements of a partition lie between sorted bounds: each bucket has its lower bound and not its upper one, the last
 * has both. Null, undefined and NaN, and what lies outside, count nowhere.
 */
export class Histogram<B> extends Action<B | null | undefined, readonly number[]> {
  static readonly tag = 'histogram'
  override readonly tag = Histogram.tag
  readonly bounds: Root<readonly B[]>

  constructor(bounds: Root<readonly B[]>) {
    super()
    this.bounds = bounds
  }

  static decode(parts: ActionParts): Histogram<unknown> {
    return new Histogram(actionRoot(parts, 0))
  }

  override run(
    records: Iterable<Batch<B | null | undefined>>,
    _partition: number,
    context: ComputeContext,
  ): readonly number[] {
    const bounds = context.root(this.bounds)
    const counts = new Array<number>(bounds.length - 1).fill(0)
    const placeOf = evenBounds(bounds) ?? ((value: unknown) => bucketOf(bounds, value))
    for (const batch of records) {
      for (let i = 0; i < batch.length; i++) {
        const value = batch[i]
        if (value === null || value === undefined || Number.isNaN(value)) continue
        const place = placeOf(value)
        if (place >= 0) counts[place] = counts[place]! + 1
      }
    }
    return counts
  }

  override fields(): Fields {
    return {}
  }

  override roots(): readonly Root[] {
    return [this.bounds]
  }
}

/** The bucket of a value; -1 outside of all. */
function bucketOf(bounds: readonly unknown[], value: unknown): number {
  const last = bounds.length - 1
  if (compareValues(value, bounds[0]) < 0 || compareValues(value, bounds[last]) > 0) return -1
  let low = 0
  let high = last
  while (high - low > 1) {
    const middle = (low + high) >>> 1
    if (compareValues(value, bounds[middle]) >= 0) low = middle
    else high = middle
  }
  return low
}

/** Finds the bucket by a division, where bounds are numbers at equal distances; a look at its bounds settles what rounding left open. */
function evenBounds(bounds: readonly unknown[]): ((value: unknown) => number) | undefined {
  if (!bounds.every(bound => typeof bound === 'number')) return undefined
  const numbers = bounds as readonly number[]
  const count = numbers.length - 1
  const [first, last] = [numbers[0]!, numbers[count]!]
  const width = (last - first) / count
  const isEven = numbers.every((bound, i) => Math.abs(bound - (first + i * width)) < width / 1e6)
  if (!isEven || !(width > 0)) return undefined
  return value => {
    if (typeof value !== 'number') return bucketOf(bounds, value)
    if (value < first || value > last) return -1
    let place = Math.min(Math.floor((value - first) / width), count - 1)
    while (place > 0 && value < numbers[place]!) place--
    while (place < count - 1 && value >= numbers[place + 1]!) place++
    return place
  }
}
