import { expect } from 'chai'
import type { RDD, SparkContext } from '../../../../driver/index.ts'
import { interpretedContext } from '../../../support/interpreted-context.ts'
import { rejection, thrown } from '../../../support/rejection.ts'

describe('transformations', () => {
  let sc: SparkContext
  beforeEach(() => {
    sc = interpretedContext().sc
  })
  afterEach(() => sc.stop())

  const sorted = async <T>(rdd: RDD<T>) => (await rdd.collect()).sort()

  it('map, filter and flatMap do what arrays do, partitions in order', async () => {
    const numbers = sc.parallelize([1, 2, 3, 4, 5], 3)
    expect(await numbers.map(x => x * 2).collect()).to.deep.equal([2, 4, 6, 8, 10])
    expect(await numbers.filter(x => x % 2).collect()).to.deep.equal([1, 3, 5])
    expect(await numbers.flatMap(x => Array(x).fill(x)).count()).to.equal(15)
  })

  it('flatMap takes a text as its characters, and any iterable', async () => {
    const words = sc.parallelize(['añ😀', ''])
    expect(await words.flatMap(w => `${w}`).collect()).to.deep.equal(['a', 'ñ', '😀'])
    const sets = sc.parallelize([2]).flatMap(x => new Set([x, x, x + 1]))
    expect(await sets.collect()).to.deep.equal([2, 3])
  })

  it('flatMap reads an endless iterable only as far as it is asked', async () => {
    const endless = sc.parallelize([1]).flatMap(function* () {
      for (let i = 0; ; i++) yield i
    })
    expect(await endless.take(3)).to.deep.equal([0, 1, 2])
  })

  it('flatMap names what is not iterable, and where the function stands', async () => {
    const broken = sc.parallelize([7]).flatMap(((x: number) => x) as never)
    const error = await rejection(broken.collect())
    expect(error.code).to.equal('NOT_ITERABLE')
    expect(error.message).to.match(/rdd\.flatMap\(\) at transformations\.test\.ts:\d+ returned 7/)
  })

  it('map names mapAsync where it meets a promise, in the first element or a later one', async () => {
    for (const async of [1, 3]) {
      const waiting = sc.parallelize([1, 2, 3], 1).map(x => (x === async ? Promise.resolve(x) : x))
      const error = await rejection(waiting.collect())
      expect(error.code).to.equal('UNEXPECTED_PROMISE')
      expect(error.hint).to.contain('mapAsync')
    }
    const always = sc.parallelize([1]).filter((async () => false) as never)
    expect((await rejection(always.collect())).code).to.equal('UNEXPECTED_PROMISE')
  })

  it('mapPartitions reads lazily and lets go of what it does not read', async () => {
    const released = sc.accumulator(0)
    const source = sc.parallelize([1], 1).mapPartitions(function* () {
      try {
        for (let i = 0; ; i++) yield i
      } finally {
        released.add(1)
      }
    })
    const first = source.mapPartitions(records => [records.next().value as number])
    expect(await first.collect()).to.deep.equal([0])
    expect(released.value).to.equal(1)
    const none = source.mapPartitions(() => ['nothing read'])
    expect(await none.collect()).to.deep.equal(['nothing read'])
  })

  it('mapPartitionsWithIndex knows the partition; glom gives one array for each', async () => {
    const numbers = sc.parallelize([1, 2, 3, 4, 5], 2)
    const marked = numbers.mapPartitionsWithIndex((index, records) => [[index, [...records]]])
    expect(await marked.collect()).to.deep.equal([
      [0, [1, 2]],
      [1, [3, 4, 5]],
    ])
    expect(await numbers.glom().collect()).to.deep.equal([
      [1, 2],
      [3, 4, 5],
    ])
    expect(await sc.parallelize([], 2).glom().collect()).to.deep.equal([[], []])
  })

  it('mapPartitions refuses an async generator', async () => {
    const broken = sc.parallelize([1]).mapPartitions(async function* () {} as never)
    const error = await rejection(broken.collect())
    expect(error.code).to.equal('UNEXPECTED_PROMISE')
  })

  it('keyBy, keys, values, mapValues and flatMapValues work on pairs', async () => {
    const pairs = sc.parallelize(['a', 'bb']).keyBy(w => w.length)
    expect(await pairs.collect()).to.deep.equal([
      [1, 'a'],
      [2, 'bb'],
    ])
    expect(await pairs.keys().collect()).to.deep.equal([1, 2])
    expect(await pairs.values().collect()).to.deep.equal(['a', 'bb'])
    expect(await pairs.mapValues(w => w.toUpperCase()).collect()).to.deep.equal([
      [1, 'A'],
      [2, 'BB'],
    ])
    expect(await pairs.flatMapValues(w => w).collect()).to.deep.equal([
      [1, 'a'],
      [2, 'b'],
      [2, 'b'],
    ])
  })

  it('pair operations name an element that is no pair', async () => {
    const broken = sc.parallelize([1, 2]) as never as RDD<[number, number]>
    const error = await rejection(broken.mapValues(x => x).collect())
    expect(error.message).to.contain('pairs')
  })

  it('union concatenates partitions, duplicates too, and drops empty RDDs', async () => {
    const a = sc.parallelize([1, 2], 2)
    const both = a.union(sc.parallelize([2, 3], 1)).union(sc.emptyRDD())
    expect(await both.collect()).to.deep.equal([1, 2, 2, 3])
    expect(await both.getNumPartitions()).to.equal(3)
    expect(await sc.union([a, a, a]).count()).to.equal(6)
    expect(await sc.union([]).collect()).to.deep.equal([])
  })

  it('union of RDDs placed alike keeps the partitioner and joins equal partitions', async () => {
    const place = (...keys: number[]) =>
      sc.parallelize(keys.map(k => [k, k] as [number, number])).partitionBy(3)
    const both = place(1, 2, 3, 4).union(place(3, 4, 5))
    expect(await both.getNumPartitions()).to.equal(3)
    expect(both.partitioner?.numPartitions).to.equal(3)
    expect(await both.count()).to.equal(7)
    const other = place(1).union(sc.parallelize([[1, 1]]).partitionBy(2))
    expect(other.partitioner).to.equal(undefined)
    expect(await other.getNumPartitions()).to.equal(5)
  })

  it('distinct compares by value', async () => {
    const rdd = sc.parallelize(
      [
        [1, 'a'],
        [1, 'a'],
        [2, 'a'],
        [1, 'b'],
      ] as [number, string][],
      3,
    )
    expect(await sorted(rdd.distinct())).to.deep.equal([
      [1, 'a'],
      [1, 'b'],
      [2, 'a'],
    ])
    expect(await sc.parallelize([0, -0, Number.NaN, Number.NaN]).distinct(1).count()).to.equal(2)
  })

  it('coalesce joins neighbours and never makes more partitions', async () => {
    const ten = sc.range(0, 10, 1, 10)
    expect(await ten.coalesce(3).glom().collect()).to.deep.equal([
      [0, 1, 2],
      [3, 4, 5],
      [6, 7, 8, 9],
    ])
    expect(await ten.coalesce(20).getNumPartitions()).to.equal(10)
    expect(await ten.coalesce(20, true).getNumPartitions()).to.equal(20)
    expect(thrown(() => ten.coalesce(0)).code).to.equal('INVALID_ARGUMENT')
  })

  it('repartition spreads evenly', async () => {
    const sizes = await sc
      .range(0, 1000, 1, 4)
      .repartition(8)
      .glom()
      .map(part => part.length)
      .collect()
    expect(sizes.reduce((a, b) => a + b)).to.equal(1000)
    for (const size of sizes) expect(size).to.be.within(121, 129)
  })

  it('sortBy and sortByKey sort over all partitions, whatever the order', async () => {
    const values = Array.from({ length: 500 }, (_, i) => (i * 7919) % 503)
    const rdd = sc.parallelize(values, 7)
    const rising = [...values].sort((a, b) => a - b)
    expect(await rdd.sortBy(x => x).collect()).to.deep.equal(rising)
    expect(await rdd.sortBy(x => x, false, 3).collect()).to.deep.equal(rising.toReversed())
    expect(await rdd.sortBy(x => x, { compare: (a, b) => b - a }).first()).to.equal(rising.at(-1))
    const byText = rdd
      .keyBy(x => x)
      .sortByKey(true, 4, k => String(k))
      .keys()
    expect(await byText.collect()).to.deep.equal([...values].map(String).sort().map(Number))
    expect(await rdd.sortBy(x => x).getNumPartitions()).to.equal(7)
  })

  it('sorting few different keys gives fewer partitions; of none, one', async () => {
    const two = sc.parallelize([2, 1, 2, 1, 2, 1], 3).sortBy(x => x, true, 5)
    expect(await two.collect()).to.deep.equal([1, 1, 1, 2, 2, 2])
    expect(await two.getNumPartitions()).to.be.at.most(2)
    expect(
      await sc
        .parallelize<number>([], 3)
        .sortBy(x => x)
        .getNumPartitions(),
    ).to.equal(1)
  })

  it('a transformation runs no job', () => {
    const context = interpretedContext()
    const rdd = context.sc
      .parallelize([
        [2, 1],
        [1, 1],
      ])
      .sortByKey()
      .mapValues(x => x)
    rdd.reduceByKey((a, b) => a + b).sortBy(([k]) => k)
    expect(context.jobs).to.deep.equal([])
  })

  it('a sort samples once, however many actions come', async () => {
    const context = interpretedContext()
    const rdd = context.sc.parallelize([3, 1, 2], 3).sortBy(x => x)
    await Promise.all([rdd.collect(), rdd.collect()])
    await rdd.count()
    const samples = context.jobs.filter(job => job.operation.startsWith('sample of ranges for '))
    expect(samples).to.have.length(1)
    expect(context.jobs).to.have.length(4)
  })

  it('refuses a function that is none, at the line of the call', () => {
    const error = thrown(() => sc.parallelize([1]).map(3 as never))
    expect(error.code).to.equal('INVALID_ARGUMENT')
    expect(error.message).to.equal('rdd.map(): f is 3; expected a function.')
    expect(error.callSite?.file).to.match(/transformations\.test\.ts$/)
  })

  it('refuses a function that cannot travel, at the line of the call', () => {
    const rdd = sc.parallelize([1])
    const nested = thrown(() => rdd.map(x => rdd.count().toString() + x))
    expect(nested.code).to.equal('NESTED_RDD')
    expect(thrown(() => rdd.map(() => sc.master)).code).to.equal('NESTED_RDD')
  })

  it('refuses RDDs of another context', () => {
    const other = interpretedContext().sc.parallelize([1])
    expect(thrown(() => sc.parallelize([1]).union(other)).message).to.contain(
      'another SparkContext',
    )
  })

  it('describes itself with operator, id, method and line', async () => {
    const rdd = sc
      .parallelize([['a', 1]], 2)
      .reduceByKey((a, b) => a + b, 4)
      .setName('sums')
    expect(String(rdd)).to.match(
      /^sums ShuffledRDD\[1\] at reduceByKey at transformations\.test\.ts:\d+$/,
    )
    const lines = (await rdd.mapValues(x => x).toDebugString()).split('\n')
    expect(lines[0]).to.match(/^\(4\) MapPartitions\[2\] at mapValues at /)
    expect(lines[1]).to.match(/^ \| {2}sums ShuffledRDD\[1\]/)
    expect(lines[2]).to.match(/^ \+-\(2\) ParallelCollectionRDD\[0\] at parallelize/)
  })
})
