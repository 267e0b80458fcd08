import {
  type Lineage,
  Sampled,
  SampledByKey,
  SampledByKeyExact,
  type Sampling,
} from '#publib/lineage'
import { SeededRandom } from '#publib/util'
import type { SampleOptions, Seed, TakeSampleOptions } from '../options.ts'
import type { Fractions, Pair } from '../values.ts'
import { type Call, collect, count } from './actions.ts'
import { actionOptions, finiteNumber, options as optionsOf, wholeNumber } from './arguments.ts'
import { invalidArgument } from './errors.ts'
import type { Operation } from './operation.ts'

/** About `fraction` of the elements; with replacement the mean number of copies of each. */
export function sample<T>(
  op: Operation,
  parent: Lineage<T>,
  withReplacement: boolean,
  fraction: number,
  given: Seed | undefined,
): Lineage<T> {
  const { seed, name } = seedOf(op, given)
  flag(op, withReplacement)
  const share = shareOf(op, 'fraction', fraction, withReplacement)
  return new Sampled(
    op.about('PartitionwiseSampledRDD', name),
    parent,
    how(withReplacement, share),
    seed,
  )
}

function how(withReplacement: boolean, fraction: number): Sampling {
  return withReplacement
    ? { kind: 'copies', mean: fraction }
    : { kind: 'range', lower: 0, upper: fraction }
}

/** The ranges of one sequence of random numbers: each element falls in one of them. */
export function randomSplit<T>(
  op: Operation,
  parent: Lineage<T>,
  weights: readonly number[],
  given: Seed | undefined,
): Lineage<T>[] {
  const { seed } = seedOf(op, given)
  const areWeights =
    Array.isArray(weights) && weights.every(weight => Number.isFinite(weight) && weight >= 0)
  const total = areWeights ? weights.reduce((a, b) => a + b, 0) : 0
  if (!(total > 0)) {
    throw invalidArgument(op, 'weights', weights, 'numbers of 0 or more whose sum is above 0')
  }
  let passed = 0
  return weights.map((weight, index) => {
    const lower = passed / total
    passed += weight
    const upper = index === weights.length - 1 ? 1 : passed / total
    const about = op.about('PartitionwiseSampledRDD')
    return new Sampled(about, parent, { kind: 'range', lower, upper }, seed)
  })
}

/** A fraction for each key, 0 where it is missing; `isExact`: of exactly so many values, else of about as many. */
export function sampleByKey<K, V>(
  op: Operation,
  parent: Lineage<Pair<K, V>>,
  withReplacement: boolean,
  fractions: Fractions<K>,
  given: Seed | undefined,
  isExact: boolean,
): Lineage<Pair<K, V>> {
  const { seed, name } = seedOf(op, given)
  flag(op, withReplacement)
  const isObject = typeof fractions === 'object' && fractions !== null
  if (!isObject) throw invalidArgument(op, 'fractions', fractions, 'a Map, or an object')
  const pairs = (fractions instanceof Map ? [...fractions] : Object.entries(fractions)) as [
    K,
    number,
  ][]
  for (const [key, fraction] of pairs) {
    shareOf(op, `fractions.get(${String(key)})`, fraction, withReplacement)
  }
  const about = op.about('MapPartitions', name)
  const Operator = isExact ? SampledByKeyExact : SampledByKey
  return new Operator(about, parent, op.value(pairs), { withReplacement, seed })
}

/** A fraction of so many elements falls short of what is wanted this rarely. */
const SHORTFALL = 1e-4
const TRIES_MAX = 100

/** Exactly `num` of them: a sample that is large enough but for rare luck, shuffled and cut. */
export async function takeSample<T>(
  call: Call<T>,
  withReplacement: boolean,
  num: number,
  given: number | TakeSampleOptions | undefined,
): Promise<T[]> {
  const { op } = call
  const asked = typeof given === 'number' ? { seed: given } : optionsOf(op, 'seed', given)
  const options = actionOptions(op, asked)
  const { seed } = seedOf(op, asked.seed)
  flag(op, withReplacement)
  wholeNumber(op, 'num', num, 0)
  if (num === 0) return []
  const total = await count(call, options)
  const random = new SeededRandom(seed)
  if (total === 0) return []
  if (!withReplacement && num >= total) return random.shuffle(await collect(call, options))
  const share = enough(num, total, withReplacement)
  for (let tries = 1; ; tries++) {
    const about = op.about('PartitionwiseSampledRDD')
    const lineage = new Sampled(about, call.lineage, how(withReplacement, share), random.int32())
    const taken = await collect({ ...call, lineage }, options)
    if (taken.length >= num || tries === TRIES_MAX) return random.shuffle(taken).slice(0, num)
  }
}

/** The fraction of a sample that has `num` of `total` elements or more, but for a chance of SHORTFALL (as Spark bounds it). */
function enough(num: number, total: number, withReplacement: boolean): number {
  const share = num / total
  if (withReplacement) return share + (num < 12 ? 9 : 5) * Math.sqrt(share / total)
  const gamma = -Math.log(SHORTFALL) / total
  return Math.min(1, share + gamma + Math.sqrt(gamma * gamma + 2 * gamma * share))
}

function seedOf(
  op: Operation,
  given: Seed | undefined,
): { seed: number; name: string | undefined } {
  const { seed, name }: SampleOptions =
    typeof given === 'number' ? { seed: given } : optionsOf<SampleOptions>(op, 'seed', given)
  if (seed === undefined) return { seed: Math.floor(Math.random() * 2 ** 32), name }
  return { seed: finiteNumber(op, 'seed', seed), name }
}

function shareOf(op: Operation, name: string, share: number, withReplacement: boolean): number {
  const isShare = Number.isFinite(share) && share >= 0 && (withReplacement || share <= 1)
  if (isShare) return share
  const expected = withReplacement ? 'a number of 0 or more' : 'a number from 0 to 1'
  throw invalidArgument(op, name, share, expected)
}

function flag(op: Operation, value: boolean): void {
  if (typeof value !== 'boolean')
    throw invalidArgument(op, 'withReplacement', value, 'true or false')
}
