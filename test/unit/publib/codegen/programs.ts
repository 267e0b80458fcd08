import { SeededRandom } from '#publib/util'
import { type RDD, type SparkContext, TaskContext } from '../../../../driver/index.ts'

type Any = RDD<unknown>
type Pairs = RDD<[unknown, unknown]>
type Step = readonly [name: string, apply: (rdd: Any, add: (n: number) => void) => Any]

const size = (x: unknown): number => JSON.stringify(x)?.length ?? 0
const pairs = (rdd: Any): Pairs => rdd as Pairs

/** Steps that fit any element. */
const anyStep: readonly Step[] = [
  ['map to a number', rdd => rdd.map(x => size(x) - 3)],
  ['map to an array', rdd => rdd.map(x => [x, size(x)])],
  ['map to text', rdd => rdd.map(x => JSON.stringify(x) ?? 'none')],
  ['map to null', rdd => rdd.map(x => (size(x) % 3 === 0 ? null : x))],
  [
    'count in an accumulator',
    (rdd, add) =>
      rdd.map(x => {
        add(size(x))
        return x
      }),
  ],
  ['filter', rdd => rdd.filter(x => size(x) % 3 !== 0)],
  ['filter by an object', rdd => rdd.filter(x => (size(x) % 2 === 0 ? {} : null) as never)],
  ['flatMap to arrays', rdd => rdd.flatMap(x => Array.from({ length: size(x) % 4 }, () => x))],
  ['flatMap to text', rdd => rdd.flatMap(x => `${JSON.stringify(x)}\u{1f600}`.slice(0, 5))],
  ['flatMap to sets', rdd => rdd.flatMap(x => new Set([x, size(x)]))],
  [
    'flatMap to generators',
    rdd =>
      rdd.flatMap(function* (x) {
        for (let i = 0; i < size(x) % 5; i++) yield [i, x]
      }),
  ],
  ['keyBy', rdd => rdd.keyBy(x => size(x) % 4)],
  ['glom', rdd => rdd.glom()],
  [
    'mapPartitions',
    rdd =>
      rdd.mapPartitions(function* (records) {
        for (const x of records) if (size(x) % 5 !== 0) yield x
      }),
  ],
  ['cache', rdd => rdd.map(x => [x]).cache()],
  ['union', rdd => rdd.union(rdd.map(x => size(x)))],
  ['coalesce', rdd => rdd.coalesce(2)],
  ['repartition', rdd => rdd.repartition(3)],
  ['distinct', rdd => rdd.distinct()],
  ['partition', rdd => rdd.map(x => (size(x) % 7 === 0 ? TaskContext.getPartitionId() : x))],
]

/** Steps behind a keyBy, mostly. */
const pairStep: readonly Step[] = [
  ['mapValues', rdd => pairs(rdd).mapValues(x => size(x))],
  ['flatMapValues to arrays', rdd => pairs(rdd).flatMapValues(x => [x, size(x)])],
  ['flatMapValues to text', rdd => pairs(rdd).flatMapValues(x => String(size(x)))],
  ['keys', rdd => pairs(rdd).keys()],
  ['values', rdd => pairs(rdd).values()],
  ['reduceByKey', rdd => pairs(rdd).reduceByKey((a, b) => size(a) * 3 + size(b))],
  [
    'aggregateByKey',
    rdd =>
      pairs(rdd).aggregateByKey(
        [] as unknown[],
        (all, x) => {
          all.push(size(x))
          return all
        },
        (a, b) => a.concat(b),
      ),
  ],
  [
    'combineByKey',
    rdd =>
      pairs(rdd).combineByKey(
        x => ({ sum: size(x) }),
        (c, x) => ({ sum: c.sum + size(x) }),
        (a, b) => ({ sum: a.sum * 2 + b.sum }),
      ),
  ],
  ['groupByKey', rdd => pairs(rdd).groupByKey(2)],
  ['sortByKey', rdd => pairs(rdd).sortByKey(false, 2)],
  ['join', rdd => pairs(rdd).join(pairs(rdd).mapValues(x => size(x))) as never],
]

/** Steps that fail: at most one in a program, for which of two is met first is open. */
const failing: readonly Step[] = [
  [
    'a function that throws',
    rdd =>
      rdd.map(x => {
        if (size(x) % 4 === 1) throw new RangeError(`no ${size(x)}`)
        return x
      }),
  ],
  ['a promise', rdd => rdd.map((async (x: unknown) => x) as never)],
  ['a filter that waits', rdd => rdd.filter((async (x: unknown) => x !== null) as never)],
  ['a number to iterate', rdd => rdd.flatMap(((x: unknown) => size(x)) as never)],
  [
    'an asynchronous generator',
    rdd =>
      rdd.flatMap(async function* (x: unknown) {
        yield x
      } as never),
  ],
  [
    'a generator that throws',
    rdd =>
      rdd.flatMap(function* (x) {
        yield x
        throw new TypeError('the end')
      }),
  ],
  ['a key that waits', rdd => rdd.keyBy((async (x: unknown) => x) as never)],
  ['values of numbers', rdd => pairs(rdd.map(x => size(x))).values()],
  ['reduceByKey of numbers', rdd => pairs(rdd.map(x => size(x))).reduceByKey(a => a)],
  ['a combiner that waits', rdd => rdd.keyBy(() => 1).reduceByKey((async () => 1) as never)],
]

type Act = readonly [name: string, run: (rdd: Any) => Promise<unknown>]
const actions: readonly Act[] = [
  ['collect', rdd => rdd.collect()],
  ['collect', rdd => rdd.collect()],
  ['count', rdd => rdd.count()],
  ['sum of sizes', rdd => rdd.map(x => size(x)).sum()],
  ['sum', rdd => (rdd as RDD<number>).sum()],
  ['reduce', rdd => rdd.reduce((a, b) => [size(a), size(b)])],
  ['fold', rdd => rdd.map(x => size(x)).fold(0, (a, b) => (a * 3 + b) % 1009)],
  [
    'aggregate',
    rdd =>
      rdd.aggregate(
        '',
        (a, x) => `${a}${size(x)}`,
        (a, b) => `${a}|${b}`,
      ),
  ],
  ['countByValue', async rdd => [...(await rdd.countByValue())]],
  ['take', rdd => rdd.take(7)],
  ['top', rdd => rdd.map(x => size(x)).top(3)],
  ['foreachPartition', rdd => rdd.foreachPartition(part => void [...part])],
]

export interface Outcome {
  readonly result?: unknown
  /** Codes and names of the error and its causes. */
  readonly error?: readonly string[]
  /** What functions added; undefined where they may be called once more or less. */
  readonly added: number | undefined
}

export interface Program {
  readonly description: string
  run(sc: SparkContext): Promise<Outcome>
}

/** The same program for the same seed: a chain of steps, now and then with one that fails, and an action. */
export function programOf(seed: number): Program {
  const random = new SeededRandom(seed)
  const count = 20 + random.below(120)
  const input: unknown[] = Array.from({ length: count }, () => element(random))
  const slices = 1 + random.below(4)
  const steps: Step[] = []
  for (let left = 1 + random.below(7); left > 0; left--) {
    const isKeyed = random.below(3) === 0
    if (isKeyed) steps.push(anyStep[11]!)
    const from = isKeyed ? pairStep : anyStep
    steps.push(from[random.below(from.length)]!)
  }
  if (random.below(4) === 0) {
    steps.splice(random.below(steps.length + 1), 0, failing[random.below(failing.length)]!)
  }
  const [actionName, act] = actions[random.below(actions.length)]!
  const names = steps.map(([name]) => name)
  return {
    description: `seed ${seed}: ${count} elements in ${slices} slices, ${names.join(', ')}, ${actionName}`,
    run: async sc => {
      const added = sc.longAccumulator('added')
      const add = (n: number) => added.add(n)
      let rdd: Any = sc.parallelize(input, slices)
      for (const [, apply] of steps) rdd = apply(rdd, add)
      // How far a partition is read ahead, and how often it is computed, is open where not all of it is wanted.
      const isCounted = actionName !== 'take' && !names.includes('sortByKey')
      try {
        const result = plain(await act(rdd))
        return { result, added: isCounted ? added.value : undefined }
      } catch (error) {
        return { error: codesOf(error), added: undefined }
      }
    },
  }
}

function element(random: SeededRandom): unknown {
  const n = random.below(40)
  const kinds = [n, `text ${n}`, [n % 5, n], [`k${n % 7}`, `v${n}`], { n }, n / 7, null]
  return kinds[random.below(kinds.length)]
}

/** Groups as arrays. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain)
  const group = value as { toArray?: () => unknown[] } | null | undefined
  return typeof group?.toArray === 'function' ? { group: group.toArray().map(plain) } : value
}

function codesOf(error: unknown): string[] {
  const codes: string[] = []
  for (let one = error as Error | undefined; one instanceof Error; one = one.cause as Error) {
    const message = one.message.replace(/\d+/g, '#').split('\n')[0]
    codes.push(`${(one as { code?: string }).code ?? one.name}: ${message}`)
  }
  return codes
}
