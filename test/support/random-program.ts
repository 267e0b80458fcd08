import { compareValues, SeededRandom } from '#publib/util'
import type { RDD, SparkContext } from '../../driver/index.ts'

type Element = number

/** One step of a program, on RDDs and on plain arrays. Steps that leave the order open sort the array side. */
interface Step {
  readonly name: string
  rdd(rdd: RDD<Element>): RDD<Element>
  array(elements: readonly Element[]): Element[]
}

/** A program of some steps over numbers, with what plain arrays say its answer is. */
export interface RandomProgram {
  readonly description: string
  build(sc: SparkContext): RDD<Element>
  /** Sorted, for many steps leave the order open. */
  readonly expected: readonly Element[]
}

const MODULUS = 17

/** A random program of 3 to 10 steps, at least one of them a shuffle. The same seed gives the same program. */
export function randomProgram(seed: number): RandomProgram {
  const random = new SeededRandom(seed)
  const input = Array.from({ length: random.below(60) }, () => random.below(100))
  const slices = 1 + random.below(5)
  const count = 3 + random.below(8)
  const steps = Array.from({ length: count }, () => stepOf(random, random.below(2) === 0))
  steps[random.below(count)] = stepOf(random, true)
  let expected: readonly Element[] = input
  for (const step of steps) expected = step.array(expected)
  return {
    description: `seed ${seed}: ${input.length} numbers in ${slices} slices, ${steps.map(s => s.name).join(', ')}`,
    build: sc => steps.reduce((rdd, step) => step.rdd(rdd), sc.parallelize(input, slices)),
    expected: [...expected].sort(compareValues),
  }
}

function stepOf(random: SeededRandom, shuffles: boolean): Step {
  const n = 1 + random.below(5)
  const steps = shuffles ? shuffling(n) : narrow(n)
  return steps[random.below(steps.length)]!
}

function narrow(n: number): readonly Step[] {
  return [
    {
      name: `map +${n}`,
      rdd: rdd => rdd.map(x => (x + n) % 1000),
      array: all => all.map(x => (x + n) % 1000),
    },
    {
      name: `filter %${n}`,
      rdd: rdd => rdd.filter(x => x % (n + 1) !== 0),
      array: all => all.filter(x => x % (n + 1) !== 0),
    },
    {
      name: 'flatMap',
      rdd: rdd => rdd.flatMap(x => (x % 3 === 0 ? [x, x + 1] : x % 3 === 1 ? [x] : [])),
      array: all => all.flatMap(x => (x % 3 === 0 ? [x, x + 1] : x % 3 === 1 ? [x] : [])),
    },
    {
      name: 'mapPartitions',
      rdd: rdd =>
        rdd.mapPartitions(function* (records) {
          for (const x of records) yield x ^ 1
        }),
      array: all => all.map(x => x ^ 1),
    },
    { name: `coalesce ${n}`, rdd: rdd => rdd.coalesce(n), array: all => [...all] },
    { name: 'union', rdd: rdd => rdd.union(rdd), array: all => [...all, ...all] },
    { name: 'cache', rdd: rdd => rdd.map(x => x).cache(), array: all => [...all] },
  ]
}

function shuffling(n: number): readonly Step[] {
  return [
    {
      name: `reduceByKey ${n}`,
      rdd: rdd =>
        rdd
          .map(x => [x % 17, x])
          .reduceByKey((a, b) => (a + b) % 1000, n)
          .map(([k, v]) => k + v),
      array: all => [...sums(all)].map(([k, v]) => k + v),
    },
    {
      name: `groupByKey ${n}`,
      rdd: rdd =>
        rdd
          .keyBy(x => x % 17)
          .groupByKey(n)
          .map(([k, group]) => k * 10 + group.size),
      array: all => [...counts(all)].map(([k, size]) => k * 10 + size),
    },
    { name: `distinct ${n}`, rdd: rdd => rdd.distinct(n), array: all => [...new Set(all)] },
    { name: `repartition ${n}`, rdd: rdd => rdd.repartition(n), array: all => [...all] },
    {
      name: `sortBy ${n}`,
      rdd: rdd => rdd.sortBy(x => -x, true, n),
      array: all => [...all].sort((a, b) => b - a),
    },
    {
      name: `join ${n}`,
      rdd: rdd => {
        const sums = rdd.map(x => [x % 17, x]).reduceByKey((a, b) => (a + b) % 1000)
        const sizes = rdd.map(x => [x % 17, 1]).reduceByKey((a, b) => a + b, n)
        return sums.join(sizes).map(([k, [sum, size]]) => k + sum + size)
      },
      array: all => {
        const sizes = counts(all)
        return [...sums(all)].map(([k, sum]) => k + sum + (sizes.get(k) ?? 0))
      },
    },
  ]
}

function sums(all: readonly Element[]): Map<number, number> {
  const found = new Map<number, number>()
  for (const x of all) {
    const k = x % MODULUS
    const held = found.get(k)
    found.set(k, held === undefined ? x : (held + x) % 1000)
  }
  return found
}

function counts(all: readonly Element[]): Map<number, number> {
  const found = new Map<number, number>()
  for (const x of all) found.set(x % MODULUS, (found.get(x % MODULUS) ?? 0) + 1)
  return found
}
