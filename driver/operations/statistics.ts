import {
  CountApproxDistinct,
  Extent,
  Histogram,
  HyperLogLog,
  StatCounter,
  Stats,
} from '#publib/lineage'
import { compareValues } from '#publib/util'
import type { ActionOptions } from '../options.ts'
import type { Call } from './actions.ts'
import { actionOptions } from './arguments.ts'
import { emptyRdd, invalidArgument } from './errors.ts'
import { resultsOf } from './jobs.ts'
import type { Operation } from './operation.ts'

export async function stats(call: Call<number>, given?: ActionOptions): Promise<StatCounter> {
  const options = actionOptions(call.op, given)
  const parts = await resultsOf(call.jobs, { ...call, action: new Stats(), options })
  return parts.reduce((all, part) => all.merge(StatCounter.of(part)), new StatCounter())
}

/** Bounds of buckets. */
type Bound = number | bigint | string | Date

/** Counts in buckets that are given by their bounds, or as a number of equal ones between minimum and maximum. */
export async function histogram<B extends Bound>(
  call: Call<B | null | undefined>,
  buckets: number | readonly B[],
  given?: ActionOptions,
): Promise<[B[], number[]]> {
  const options = actionOptions(call.op, given)
  const bounds =
    typeof buckets === 'number' ? await equalBuckets(call, buckets, options) : sorted(call, buckets)
  const action = new Histogram<B>(call.op.value(bounds as readonly B[]))
  const counts = new Array<number>(bounds.length - 1).fill(0)
  for (const part of await resultsOf(call.jobs, { ...call, action, options })) {
    for (const [i, count] of part.entries()) counts[i] = counts[i]! + count
  }
  return [[...bounds] as B[], counts]
}

function sorted<B>({ op }: Call<unknown>, bounds: readonly B[]): readonly B[] {
  const isSorted =
    Array.isArray(bounds) &&
    bounds.length >= 2 &&
    bounds.every((bound, i) => i === 0 || compareValues(bounds[i - 1], bound) < 0)
  if (isSorted) return bounds
  throw invalidArgument(op, 'buckets', bounds, 'two bounds or more, each above the one before')
}

async function equalBuckets<B extends Bound>(
  call: Call<B | null | undefined>,
  count: number,
  options: ActionOptions,
): Promise<readonly Bound[]> {
  const { op } = call
  if (!Number.isSafeInteger(count) || count < 1) {
    throw invalidArgument(op, 'buckets', count, 'a whole number of 1 or more, or bounds')
  }
  const ends = await resultsOf(call.jobs, { ...call, action: new Extent<B>(), options })
  const all = ends.flat() as B[]
  if (all.length === 0) throw emptyRdd(op)
  const [first, last] = [least(all, 1), least(all, -1)]
  if (typeof first !== 'number' || typeof last !== 'number') {
    if (count > 1) {
      throw invalidArgument(op, 'buckets', count, 'bounds, or 1, where elements are no numbers')
    }
    return [first, last]
  }
  if (!Number.isFinite(first) || !Number.isFinite(last)) {
    throw invalidArgument(op, 'buckets', count, 'bounds, where elements are infinite or NaN')
  }
  if (first === last) return [first, last]
  const width = (last - first) / count
  const inner = Array.from({ length: count }, (_, i) => first + i * width)
  return [...inner, last]
}

/** The first of some values under the total order, or the last. */
function least<B>(values: readonly B[], sign: 1 | -1): B {
  return values.reduce((a, b) => (sign * compareValues(b, a) < 0 ? b : a))
}

/** Spark refuses finer ones: their registers would take gigabytes. */
const RELATIVE_SD_MIN = 0.000017

export function precisionFor(op: Operation, relativeSD: number): number {
  if (relativeSD > RELATIVE_SD_MIN && relativeSD < 1) return HyperLogLog.precisionFor(relativeSD)
  throw invalidArgument(op, 'relativeSD', relativeSD, `above ${RELATIVE_SD_MIN} and below 1`)
}

export async function countApproxDistinct(
  call: Call<unknown>,
  relativeSD: number,
  given?: ActionOptions,
): Promise<number> {
  const { op } = call
  const options = actionOptions(op, given)
  const precision = precisionFor(op, relativeSD)
  const sketch = new HyperLogLog(precision)
  const action = new CountApproxDistinct(precision)
  for (const registers of await resultsOf(call.jobs, { ...call, action, options })) {
    sketch.merge({ registers })
  }
  return sketch.estimate()
}
