import type { StatCounter } from '#publib/lineage'
import type { BoundedDouble } from '../options.ts'
import { normalQuantile, pascalQuantile, poissonQuantile, tQuantile } from './distributions.ts'

/** What has been seen: partitions that have ended, of all. */
export interface Seen {
  readonly merged: number
  readonly total: number
  readonly confidence: number
}

/** Beyond so many a negative binomial distribution is as good as a Poisson one. */
const PASCAL_COUNT_MAX = 10_000
/** From so many values on Student's t distribution is as good as the normal one. */
const T_COUNT_MAX = 100

export function exactly(value: number): BoundedDouble {
  return { mean: value, confidence: 1, low: value, high: value }
}

function unknown(low: number): BoundedDouble {
  return { mean: 0, confidence: 0, low, high: Number.POSITIVE_INFINITY }
}

/**
 * A count of which `merged` of `total` partitions are known, taken as if each element had been seen with the same
 * probability: what is left is distributed as the failures before so many successes.
 */
export function countBound(count: number, { merged, total, confidence }: Seen): BoundedDouble {
  if (merged === total) return exactly(count)
  if (merged === 0 || count === 0) return unknown(0)
  const p = merged / total
  const leftMean = (count * (1 - p)) / p
  const quantile = (probability: number): number =>
    count <= PASCAL_COUNT_MAX
      ? pascalQuantile(probability, count, p)
      : poissonQuantile(probability, leftMean)
  return {
    mean: count + leftMean,
    confidence,
    low: count + quantile((1 - confidence) / 2),
    high: count + quantile((1 + confidence) / 2),
  }
}

/** The mean of all, from a sample of them. */
export function meanBound(
  counter: StatCounter,
  { merged, total, confidence }: Seen,
): BoundedDouble {
  const { mean, count, sampleVariance } = counter
  if (merged === total) return exactly(mean)
  if (count === 0) return unknown(Number.NEGATIVE_INFINITY)
  return around(mean, Math.sqrt(sampleVariance / count), count, confidence)
}

/** The sum of all: that of those seen, and a number of others, itself uncertain, of their mean. */
export function sumBound(counter: StatCounter, { merged, total, confidence }: Seen): BoundedDouble {
  const { mean, sum, count, sampleVariance } = counter
  if (merged === total) return exactly(sum)
  if (count === 0) return unknown(Number.NEGATIVE_INFINITY)
  const p = merged / total
  const meanVariance = sampleVariance / count
  const leftCount = (count * (1 - p)) / p
  const leftVariance = (count * (1 - p)) / (p * p)
  // The variance of a product of two independent numbers.
  const variance =
    meanVariance * leftVariance + mean * mean * leftVariance + leftCount * leftCount * meanVariance
  return around(sum + mean * leftCount, Math.sqrt(variance), count, confidence)
}

/** Symmetric bounds; one value alone tells nothing of the spread. */
function around(mean: number, deviation: number, count: number, confidence: number): BoundedDouble {
  const probability = 1 - (1 - confidence) / 2
  const factor =
    count > T_COUNT_MAX ? normalQuantile(probability) : tQuantile(probability, count - 1)
  const half = count < 2 || confidence === 1 ? Number.POSITIVE_INFINITY : factor * deviation
  return { mean, confidence, low: mean - half, high: mean + half }
}
