import { expect } from 'chai'
import { interpretedContext } from '../../../support/interpreted-context.ts'

for (const ships of [false, true]) {
  const { sc } = interpretedContext({ ships })
  const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i)

  describe(`samples, ${ships ? 'through encoded stages' : 'in place'}`, () => {
    const numbers = sc.range(0, 10_000, 1, 7)

    it('are the same for the same seed, and about as large as asked', async () => {
      const [first, again] = await Promise.all([
        numbers.sample(false, 0.1, 42).collect(),
        numbers.sample(false, 0.1, 42).collect(),
      ])
      expect(again).to.deep.equal(first)
      expect(first.length).to.be.within(850, 1150)
      expect(new Set(first).size).to.equal(first.length)
      const other = await numbers.sample(false, 0.1, 43).collect()
      expect(other).to.not.deep.equal(first)
    })

    it('hold copies with replacement, as many as the fraction on average', async () => {
      const copies = await numbers.sample(true, 2.5, 1).collect()
      expect(copies.length).to.be.within(24_000, 26_000)
      expect(await numbers.sample(true, 0, 1).count()).to.equal(0)
      // Means beyond what e^-mean can hold are drawn in parts.
      expect(await sc.range(0, 20, 1, 2).sample(true, 2000, 1).count()).to.be.within(38_000, 42_000)
    })

    it('keep the partitioner', async () => {
      const pairs = sc.parallelize([[1, 1]] as [number, number][]).partitionBy(3)
      expect(pairs.sample(false, 0.5, 1).partitioner).to.equal(pairs.partitioner)
    })

    it('refuse what is no fraction', () => {
      expect(() => numbers.sample(false, 1.5)).to.throw(
        /fraction is 1.5; expected a number from 0 to 1/,
      )
      expect(() => numbers.sample(true, -1)).to.throw(/fraction/)
      expect(() => numbers.randomSplit([0, 0])).to.throw(/weights/)
      expect(() => numbers.randomSplit([1, -1])).to.throw(/weights/)
    })

    it('split everything into disjoint parts, in proportion', async () => {
      const parts = numbers.randomSplit([1, 2, 1], 7)
      const [a, b, c] = await Promise.all(parts.map(part => part.collect()))
      expect([...a!, ...b!, ...c!].sort((x, y) => x - y)).to.deep.equal(range(10_000))
      expect(b!.length).to.be.within(4800, 5200)
    })

    it('take exactly as many as asked', async () => {
      const taken = await numbers.takeSample(false, 100, 5)
      expect(taken.length).to.equal(100)
      expect(new Set(taken).size).to.equal(100)
      expect(await numbers.takeSample(false, 100, 5)).to.deep.equal(taken)
      const few = sc.range(0, 5, 1, 2)
      expect((await few.takeSample(false, 50, 1)).sort()).to.deep.equal(range(5))
      expect((await few.takeSample(true, 50, 1)).length).to.equal(50)
      expect(await few.takeSample(false, 0)).to.deep.equal([])
      expect(await sc.emptyRDD<number>().takeSample(true, 3)).to.deep.equal([])
    })

    it('take from each key its own fraction', async () => {
      const pairs = sc.range(0, 9_000, 1, 5).map((x): [string, number] => ['abc'[x % 3]!, x])
      const taken = await pairs.sampleByKey(false, { a: 1, b: 0.5 }, 3).collect()
      const count = (key: string): number => taken.filter(([k]) => k === key).length
      expect([count('a'), count('c')]).to.deep.equal([3000, 0])
      expect(count('b')).to.be.within(1300, 1700)
      const structural = sc.parallelize([[['x', 1], 5]] as [[string, number], number][])
      const all = structural.sampleByKey(false, new Map([[['x', 1] as [string, number], 1]]), 1)
      expect(await all.count()).to.equal(1)
    })
  })

  describe(`several RDDs, ${ships ? 'through encoded stages' : 'in place'}`, () => {
    it('intersect, each element once, and subtract with duplicates', async () => {
      const left = sc.parallelize([1, 1, 2, 3, 3, 4], 3)
      const right = sc.parallelize([3, 1, 5, 1], 2)
      expect((await left.intersection(right).collect()).sort()).to.deep.equal([1, 3])
      const rest = sc.parallelize([1, 1, 2, 2, 4], 2).subtract(sc.parallelize([1, 9]))
      expect((await rest.collect()).sort()).to.deep.equal([2, 2, 4])
    })

    it('subtract by key', async () => {
      const left = sc.parallelize(
        [
          ['a', 1],
          ['b', 2],
          ['a', 3],
        ] as [string, number][],
        2,
      )
      const right = sc.parallelize([['b', null]] as [string, null][])
      const rest = await left.subtractByKey(right).collect()
      expect(rest.sort((x, y) => x[1] - y[1])).to.deep.equal([
        ['a', 1],
        ['a', 3],
      ])
    })

    it('make every pair of two sides', async () => {
      const product = sc.range(0, 3, 1, 2).cartesian(sc.parallelize(['x', 'y'], 2))
      expect(await product.getNumPartitions()).to.equal(4)
      expect((await product.collect()).map(String).sort()).to.deep.equal([
        '0,x',
        '0,y',
        '1,x',
        '1,y',
        '2,x',
        '2,y',
      ])
      expect(
        await sc
          .range(0, 300, 1, 3)
          .cartesian(sc.range(0, 300, 1, 2))
          .count(),
      ).to.equal(90_000)
    })

    it('zip element by element, and refuse sides of different sizes', async () => {
      const left = sc.range(0, 100, 1, 4)
      const zipped = left.zip(left.map(x => x * x))
      expect((await zipped.collect())[7]).to.deep.equal([7, 49])
      const counts = await left
        .zip(sc.range(0, 100, 1, 5))
        .count()
        .catch((error: Error) => error)
      expect(counts).to.match(/PARTITIONS_MISMATCH|as many partitions, and they have 4 and 5/)
      const sizes = await left
        .zip(sc.range(0, 101, 1, 4))
        .count()
        .catch((error: Error) => error)
      expect(String((sizes as Error).cause ?? sizes)).to.match(/partition 3 of one side has more/)
    })

    it('zip partition by partition, of any sizes and number', async () => {
      const a = sc.range(0, 4, 1, 2)
      const b = sc.range(0, 10, 1, 2)
      const c = sc.parallelize(['x', 'y', 'z'], 2)
      const sizes = a.zipPartitions([b, c], (...parts) => [parts.map(part => [...part].length)])
      expect(await sizes.collect()).to.deep.equal([
        [2, 5, 1],
        [2, 5, 2],
      ])
      const joined = a.zipPartitions(b, (left, right) => [[...left].length * [...right].length])
      expect(await joined.collect()).to.deep.equal([10, 10])
    })

    it('number elements by position, or uniquely', async () => {
      const letters = sc.parallelize([...'abcdefg'], 3)
      expect(await letters.zipWithIndex().collect()).to.deep.equal(
        [...'abcdefg'].map((x, i) => [x, i]),
      )
      const ids = (await letters.zipWithUniqueId().collect()).map(([, id]) => id)
      expect(ids).to.deep.equal([0, 3, 1, 4, 2, 5, 8])
      // An RDD that reads numbered elements is prepared with them.
      const odd = letters.zipWithIndex().filter(([, i]) => i % 2 === 1)
      expect(await odd.keys().collect()).to.deep.equal(['b', 'd', 'f'])
    })
  })

  describe(`pairs and numbers, ${ships ? 'through encoded stages' : 'in place'}`, () => {
    const pairs = sc.range(0, 100, 1, 5).map((x): [number, number] => [x % 10, x])

    it('look up the values of a key, in its partition alone where that is known', async () => {
      expect((await pairs.lookup(3)).sort((a, b) => a - b)).to.deep.equal(
        range(10).map(i => i * 10 + 3),
      )
      const placed = pairs.partitionBy(4)
      expect((await placed.lookup(7)).length).to.equal(10)
      expect(await placed.lookup(11)).to.deep.equal([])
    })

    it('reduce by key to the driver', async () => {
      const sums = await pairs.reduceByKeyLocally((a, b) => a + b)
      expect(sums.get(4)).to.equal(490)
      expect(sums.size).to.equal(10)
    })

    it('keep keys in a range, and compute only partitions that may hold some', async () => {
      const sorted = sc
        .range(0, 1000, 1, 8)
        .map((x): [number, number] => [x, x])
        .sortByKey(true, 8)
      const middle = sorted.filterByRange(100, 199)
      expect((await middle.keys().collect()).length).to.equal(100)
      expect(await middle.getNumPartitions()).to.be.below(4)
      expect(await pairs.filterByRange(3, 4).count()).to.equal(20)
      expect(await sorted.filterByRange(5, 1).count()).to.equal(0)
    })

    it('partition and sort at once', async () => {
      const parts = await pairs
        .repartitionAndSortWithinPartitions(3, k => k, false)
        .glom()
        .collect()
      for (const [index, part] of parts.entries()) {
        const keys = part.map(([key]) => key)
        expect(keys.every(key => key % 3 === index)).to.equal(true)
        expect(keys).to.deep.equal([...keys].sort((a, b) => b - a))
      }
    })

    it('give statistics of numbers, and of none', async () => {
      const stats = await sc.parallelize([1, 2, 3, 4], 3).stats()
      expect([stats.count, stats.mean, stats.sum, stats.min, stats.max]).to.deep.equal([
        4, 2.5, 10, 1, 4,
      ])
      expect(stats.variance).to.equal(1.25)
      expect(stats.sampleVariance).to.be.closeTo(5 / 3, 1e-12)
      const none = await sc.emptyRDD<number>().stats()
      expect([none.count, none.mean, none.max]).to.deep.equal([0, 0, Number.NEGATIVE_INFINITY])
      expect(none.variance).to.be.NaN
      // Large numbers of small spread keep their digits.
      const far = sc.range(0, 1000, 1, 9).map(x => 1e9 + x)
      expect(await far.variance()).to.be.closeTo((1000 ** 2 - 1) / 12, 1e-3)
    })

    it('count in buckets', async () => {
      const numbers = sc.parallelize([0, 1, 2, 9.99, 10, Number.NaN, null, -1, 11], 3)
      expect(await numbers.histogram([0, 5, 10])).to.deep.equal([
        [0, 5, 10],
        [3, 2],
      ])
      expect(await sc.range(0, 101, 1, 4).histogram(4)).to.deep.equal([
        [0, 25, 50, 75, 100],
        [25, 25, 25, 26],
      ])
      expect(await sc.parallelize(['b', 'a', 'c']).histogram(1)).to.deep.equal([['a', 'c'], [3]])
      expect(await sc.parallelize(['ab', 'ac', 'bz']).histogram(['a', 'b', 'c'])).to.deep.equal([
        ['a', 'b', 'c'],
        [2, 1],
      ])
      expect(await sc.parallelize([5, 5]).histogram(3)).to.deep.equal([[5, 5], [2]])
    })

    it('reduce and aggregate in levels, whatever their number', async () => {
      const numbers = sc.range(0, 1000, 1, 37)
      for (const depth of [1, 2, 3, 5]) {
        expect(await numbers.treeReduce((a, b) => a + b, depth)).to.equal(499_500)
        const options = { depth, finalAggregateOnExecutor: true }
        const add = (list: number[], x: number): number[] => [...list, x]
        const join = (a: number[], b: number[]): number[] => a.concat(b)
        const all = await numbers.treeAggregate([] as number[], add, join, options)
        expect(all.sort((a, b) => a - b)).to.deep.equal(range(1000))
      }
      expect(
        await sc.emptyRDD<number>().treeAggregate(
          5,
          (a, b) => a + b,
          (a, b) => a + b,
        ),
      ).to.equal(5)
      const none = await sc
        .range(0, 0, 1, 3)
        .treeReduce((a, b) => a + b)
        .catch((e: Error) => e)
      expect(none).to.match(/no element/)
    })

    it('map and leave out at once, and map by objects that factories make', async () => {
      const numbers = sc.range(0, 6, 1, 2)
      const halves = numbers.collectPartial(x => (x % 2 === 0 ? x / 2 : undefined))
      expect(await halves.collect()).to.deep.equal([0, 1, 2])
      const factory = {
        createEvaluator: () => ({
          eval: (index: number, part: Iterable<number>) => [[index, [...part].length]],
        }),
      }
      expect(await numbers.mapPartitionsWithEvaluator(factory).collect()).to.deep.equal([
        [0, 3],
        [1, 3],
      ])
      const zipping = {
        createEvaluator: () => ({
          eval: (_: number, a: Iterable<number>, b: Iterable<number>) => [[...a, ...b].length],
        }),
      }
      const both = numbers.zipPartitionsWithEvaluator(sc.range(0, 3, 1, 2), zipping)
      expect(await both.collect()).to.deep.equal([4, 5])
    })

    it('flatten what functions wait for, and call functions that wait', async () => {
      const numbers = sc.range(0, 4, 1, 2)
      const flat = numbers.flatMapAsync(async x => Array(x).fill(x) as number[])
      expect(await flat.collect()).to.deep.equal([1, 2, 2, 3, 3, 3])
      const streamed = numbers.flatMapAsync(async x =>
        (async function* () {
          yield x
          yield -x
        })(),
      )
      expect(await streamed.count()).to.equal(8)
      await numbers.foreachAsync(async () => 'ignored')
      const failing = numbers.foreachAsync(async x => {
        if (x === 3) throw new Error('three')
      })
      const error = await failing.catch((thrown: Error) => thrown)
      expect(String((error as Error).cause ?? error)).to.match(/three/)
    })

    it('stream elements in order, and stop when nobody reads', async () => {
      const numbers = sc.range(0, 100, 1, 5)
      const read: number[] = []
      for await (const x of numbers.stream()) read.push(x as number)
      expect(read).to.deep.equal(range(100))
      const web: number[] = []
      for await (const x of numbers.webStream()) {
        web.push(x)
        if (web.length === 30) break
      }
      expect(web).to.deep.equal(range(30))
    })

    it('count different elements roughly', async () => {
      const many = sc.range(0, 50_000, 1, 4).map(x => `value ${x % 20_000}`)
      expect(await many.countApproxDistinct(0.01)).to.be.within(19_400, 20_600)
      expect(await sc.parallelize([1, 1, 2]).countApproxDistinct()).to.equal(2)
      expect(await sc.emptyRDD().countApproxDistinct()).to.equal(0)
    })
  })
}
