import { expect } from 'chai'
import { HashPartitioner, RangePartitioner, type SparkContext } from '../../../../driver/index.ts'
import { interpretedContext } from '../../../support/interpreted-context.ts'
import { rejection, thrown } from '../../../support/rejection.ts'

describe('operations by key', () => {
  let context: ReturnType<typeof interpretedContext>
  let sc: SparkContext
  beforeEach(() => {
    context = interpretedContext({ ships: true })
    sc = context.sc
  })
  afterEach(() => sc.stop())

  const scores: [string, number][] = [
    ['ann', 1],
    ['bob', 2],
    ['ann', 3],
    ['cid', 4],
    ['bob', 5],
    ['ann', 6],
  ]
  const asMap = <K, V>(pairs: Iterable<readonly [K, V]>) => new Map(pairs)

  it('reduceByKey, foldByKey, aggregateByKey and combineByKey give one value a key', async () => {
    const rdd = sc.parallelize(scores, 3)
    const sums = asMap<string, number>([
      ['ann', 10],
      ['bob', 7],
      ['cid', 4],
    ])
    expect(asMap(await rdd.reduceByKey((a, b) => a + b).collect())).to.deep.equal(sums)
    expect(asMap(await rdd.foldByKey(0, (a, b) => a + b, 2).collect())).to.deep.equal(sums)
    const counted = rdd.aggregateByKey(
      [0, 0] as [number, number],
      (a, v) => {
        a[0] += v
        a[1]++
        return a
      },
      (a, b) => [a[0] + b[0], a[1] + b[1]],
    )
    expect(asMap(await counted.collect()).get('ann')).to.deep.equal([10, 3])
    const lists = rdd.combineByKey(
      v => [v] as number[],
      (c, v) => [...c, v],
      (a, b) => [...a, ...b],
    )
    expect(asMap(await lists.collect()).get('bob')).to.deep.equal([2, 5])
  })

  it('functions get the arguments they are documented with, no more', async () => {
    const numbers = sc.parallelize(
      [
        [100, 1],
        [100, 2],
      ],
      1,
    )
    expect(await numbers.reduceByKey(Math.max).collect()).to.deep.equal([[100, 2]])
    const lists = numbers.combineByKey(
      Array.of as (v: number) => number[],
      (c, v) => c.concat(v),
      (a, b) => a.concat(b),
    )
    expect(await lists.collect()).to.deep.equal([[100, [1, 2]]])
  })

  it('zero values are fresh for every key', async () => {
    const sets = sc
      .parallelize(scores, 2)
      .aggregateByKey(
        new Set<number>(),
        (s, v) => s.add(v),
        (a, b) => new Set([...a, ...b]),
      )
      .mapValues(s => [...s].sort())
    expect(asMap(await sets.collect())).to.deep.equal(
      asMap([
        ['ann', [1, 3, 6]],
        ['bob', [2, 5]],
        ['cid', [4]],
      ]),
    )
  })

  it('a reducer that waits is told of mapAsync', async () => {
    const waiting = sc.parallelize(scores, 2).reduceByKey((async (a: number) => a) as never)
    expect((await rejection(waiting.collect())).code).to.equal('UNEXPECTED_PROMISE')
  })

  it('groupByKey and groupBy give groups with size and toArray', async () => {
    const groups = asMap(await sc.parallelize(scores, 3).groupByKey().collect())
    expect(groups.get('ann')?.size).to.equal(3)
    expect(groups.get('ann')?.toArray()).to.deep.equal([1, 3, 6])
    const parity = await sc
      .range(6)
      .groupBy(x => x % 2)
      .mapValues(g => g.toArray())
      .collect()
    expect(asMap(parity)).to.deep.equal(
      asMap([
        [0, [0, 2, 4]],
        [1, [1, 3, 5]],
      ]),
    )
  })

  it('keys are equal by value', async () => {
    const pairs = sc.parallelize(
      [
        [['a', 1], 1],
        [['a', 1], 2],
      ] as [[string, number], number][],
      2,
    )
    expect(await pairs.reduceByKey((a, b) => a + b).collect()).to.deep.equal([[['a', 1], 3]])
  })

  it('joins and cogroup pair what has the same key', async () => {
    const ages = sc.parallelize(
      [
        ['ann', 41],
        ['bob', 27],
        ['ann', 42],
      ] as [string, number][],
      2,
    )
    const cities = sc.parallelize(
      [
        ['ann', 'Oslo'],
        ['cid', 'Rome'],
      ] as [string, string][],
      3,
    )
    const sorted = <T>(values: T[]) => values.map(v => JSON.stringify(v)).sort()
    expect(sorted(await ages.join(cities).collect())).to.deep.equal(
      sorted([
        ['ann', [41, 'Oslo']],
        ['ann', [42, 'Oslo']],
      ]),
    )
    expect(asMap(await ages.leftOuterJoin(cities).collect()).get('bob')).to.deep.equal([
      27,
      undefined,
    ])
    expect(asMap(await ages.rightOuterJoin(cities).collect()).get('cid')).to.deep.equal([
      undefined,
      'Rome',
    ])
    expect(await ages.fullOuterJoin(cities).count()).to.equal(4)
    const grouped = asMap(await ages.cogroup(cities, 4).collect())
    expect(grouped.size).to.equal(3)
    expect(grouped.get('ann')?.map(g => g.toArray())).to.deep.equal([[41, 42], ['Oslo']])
    expect(
      await ages
        .groupWith(cities, ages)
        .mapValues(groups => groups.length)
        .values()
        .first(),
    ).to.equal(3)
    expect(await ages.cogroup([cities, ages], 5).getNumPartitions()).to.equal(5)
  })

  it('RDDs that are placed alike are joined without a further shuffle', async () => {
    const left = sc.parallelize(scores, 3).partitionBy(4)
    const right = sc.parallelize(scores, 2).mapValues(String).partitionBy(4)
    const joined = left.join(right)
    expect(joined.dependencies[0]?.rdd.dependencies.map(d => d.kind)).to.deep.equal([
      'narrow',
      'narrow',
    ])
    expect(await joined.count()).to.equal(9 + 4 + 1)
    expect(context.interpreter.stageCount).to.equal(3)
  })

  it('an operation by the partitioner there is combines in place', async () => {
    const placed = sc.parallelize(scores, 3).partitionBy(4)
    const sums = placed.reduceByKey((a, b) => a + b)
    expect(sums.dependencies[0]?.kind).to.equal('narrow')
    expect(asMap(await sums.collect()).get('ann')).to.equal(10)
    expect(asMap(await placed.groupByKey().collect()).get('bob')?.size).to.equal(2)
    expect(placed.partitionBy(4).dependencies[0]?.kind).to.equal('narrow')
    expect(placed.partitionBy(5).dependencies[0]?.kind).to.equal('shuffle')
  })

  it('mapValues and filter keep the partitioner, map forgets it', () => {
    const placed = sc.parallelize(scores).partitionBy(4)
    expect(placed.mapValues(x => x).partitioner).to.equal(placed.partitioner)
    expect(placed.filter(() => true).partitioner).to.equal(placed.partitioner)
    expect(placed.map(x => x).partitioner).to.equal(undefined)
    expect(placed.map(x => x, true).partitioner).to.equal(placed.partitioner)
    expect(placed.mapPartitions(x => x, { preservesPartitioning: true }).partitioner).to.equal(
      placed.partitioner,
    )
  })

  it('the default partitioner is the largest there is, if it is not much too small', async () => {
    const of = (slices: number) => sc.parallelize(scores, slices)
    expect(
      await of(7)
        .reduceByKey((a, b) => a + b)
        .getNumPartitions(),
    ).to.equal(7)
    expect(await of(3).join(of(5)).getNumPartitions()).to.equal(5)
    expect(await of(3).partitionBy(2).join(of(5)).getNumPartitions()).to.equal(2)
    expect(await of(3).partitionBy(2).join(of(30)).getNumPartitions()).to.equal(30)
    expect(await of(3).partitionBy(2).join(of(3).partitionBy(6)).getNumPartitions()).to.equal(6)
  })

  it('partitioners: by hash, by range, by a function, by one of the user', async () => {
    class FirstLetter {
      readonly numPartitions = 3
      getPartition(key: string) {
        return 'abc'.indexOf(key[0]!)
      }
    }
    const rdd = sc.parallelize(scores, 2)
    const places = async (placed: typeof rdd) =>
      (await placed.glom().collect()).map(part => [...new Set(part.map(([k]) => k))].sort().join())
    expect(await places(rdd.partitionBy(new FirstLetter()))).to.deep.equal(['ann', 'bob', 'cid'])
    expect(await places(rdd.partitionBy(new RangePartitioner(['ann', 'bob'])))).to.deep.equal([
      'ann',
      'bob',
      'cid',
    ])
    expect(await places(rdd.partitionBy(3, k => -'abc'.indexOf(k[0]!)))).to.deep.equal([
      'ann',
      'cid',
      'bob',
    ])
    expect(
      rdd.partitionBy(new HashPartitioner(2)).partitioner?.equals?.(new HashPartitioner(2)),
    ).to.equal(true)
    expect(
      rdd.reduceByKey((a, b) => a + b, { partitioner: new FirstLetter() }).partitioner,
    ).to.be.instanceOf(FirstLetter)
  })

  it('refuses arguments that contradict each other', () => {
    const rdd = sc.parallelize(scores)
    const add = (a: number, b: number) => a + b
    const partitioner = new HashPartitioner(2)
    for (const call of [
      () => rdd.reduceByKey(add, 0),
      () => rdd.reduceByKey(add, 1.5),
      () => rdd.reduceByKey(add, '4' as never),
      () => rdd.reduceByKey(add, partitioner as never),
      () => rdd.reduceByKey(add, { partitioner, numPartitions: 3 }),
      () => rdd.groupByKey({ numPartitions: 3 }, () => 1),
      () => rdd.join(3 as never),
    ]) {
      expect(thrown(call).code).to.equal('INVALID_ARGUMENT')
    }
  })
})
