import { expect } from 'chai'
import { KeyedMap, type SparkContext } from '../../../../driver/index.ts'
import { interpretedContext } from '../../../support/interpreted-context.ts'
import { rejection } from '../../../support/rejection.ts'

describe('actions', () => {
  let context: ReturnType<typeof interpretedContext>
  let sc: SparkContext
  beforeEach(() => {
    context = interpretedContext({ ships: true })
    sc = context.sc
  })
  afterEach(() => sc.stop())

  it('collect, count and sum take all of it', async () => {
    const rdd = sc.parallelize([3, 1, 2], 4)
    expect(await rdd.collect()).to.deep.equal([3, 1, 2])
    expect(await rdd.count()).to.equal(3)
    expect(await rdd.sum()).to.equal(6)
    expect(await sc.emptyRDD<number>().sum()).to.equal(0)
  })

  it('sum names what is no number', async () => {
    const error = await rejection(sc.parallelize([1, '2'] as number[]).sum())
    expect(error.message).to.equal('sum() needs numbers, but there is "2".')
  })

  it('reduce joins elements in order, and has no answer for none', async () => {
    const words = sc.parallelize(['a', 'b', 'c', 'd'], 3)
    expect(await words.reduce((a, b) => a + b)).to.equal('abcd')
    expect(await sc.parallelize<undefined>([undefined], 2).reduce(a => a)).to.equal(undefined)
    const error = await rejection(sc.parallelize<number>([], 2).reduce((a, b) => a + b))
    expect(error.code).to.equal('EMPTY_RDD')
    expect(error.message).to.equal('rdd.reduce(): the RDD has no element.')
    const waiting = sc.parallelize([1, 2, 3], 1).reduce((async () => 1) as never)
    expect((await rejection(waiting)).code).to.equal('UNEXPECTED_PROMISE')
  })

  it('fold begins with the zero in each partition and once on the driver', async () => {
    const rdd = sc.parallelize([1, 2, 3], 3)
    expect(await rdd.fold(0, (a, b) => a + b)).to.equal(6)
    expect(await rdd.fold(10, (a, b) => a + b)).to.equal(46)
  })

  it('aggregate may change its zero, which is fresh in each partition and never the caller’s', async () => {
    const zero: number[] = []
    const gather = await sc.parallelize([1, 2, 3], 3).aggregate(
      zero,
      (all, x) => {
        all.push(x)
        return all
      },
      (a, b) => a.concat(b),
    )
    expect(gather).to.deep.equal([1, 2, 3])
    expect(zero).to.deep.equal([])
  })

  it('take computes one partition, then as many as are likely to do', async () => {
    const rdd = sc.range(0, 100, 1, 100)
    expect(await rdd.take(3)).to.deep.equal([0, 1, 2])
    expect(context.jobs.map(job => job.partitions.length)).to.deep.equal([1, 4])
    expect(await rdd.take(0)).to.deep.equal([])
    expect(await rdd.filter(x => x >= 30).take(2)).to.deep.equal([30, 31])
    expect(context.jobs.map(job => job.partitions.length)).to.deep.equal([1, 4, 1, 4, 20, 75])
    expect(await sc.parallelize([1], 2).take(5)).to.deep.equal([1])
    expect((await rejection(rdd.take(-1))).code).to.equal('INVALID_ARGUMENT')
  })

  it('first and isEmpty look no further than they must', async () => {
    expect(await sc.range(5).first()).to.equal(0)
    expect(await sc.range(5).isEmpty()).to.equal(false)
    expect(await sc.parallelize([], 2).isEmpty()).to.equal(true)
    expect((await rejection(sc.emptyRDD().first())).code).to.equal('EMPTY_RDD')
  })

  it('top and takeOrdered order by the total order, a key or a comparison; ties as they come', async () => {
    const rdd = sc.parallelize([5, 1, 9, 2, 8], 2)
    expect(await rdd.top(2)).to.deep.equal([9, 8])
    expect(await rdd.takeOrdered(3)).to.deep.equal([1, 2, 5])
    expect(await rdd.takeOrdered(2, x => -x)).to.deep.equal([9, 8])
    expect(await rdd.takeOrdered(2, { compare: (a, b) => b - a })).to.deep.equal([9, 8])
    expect(await rdd.top(99)).to.deep.equal([9, 8, 5, 2, 1])
    expect(await rdd.top(0)).to.deep.equal([])
    const words = sc.parallelize(['bb', 'a', 'cc', 'd', 'e'], 2)
    expect(await words.takeOrdered(3, w => w.length)).to.deep.equal(['a', 'd', 'e'])
    expect(await words.top(2, w => w.length)).to.deep.equal(['bb', 'cc'])
    const error = await rejection(rdd.top(1, { key: x => x, compare: (a, b) => a - b }))
    expect(error.code).to.equal('INVALID_ARGUMENT')
  })

  it('max and min', async () => {
    const rdd = sc.parallelize([5, 1, 9], 3)
    expect(await rdd.max()).to.equal(9)
    expect(await rdd.min()).to.equal(1)
    expect(await rdd.max(x => -x)).to.equal(1)
    expect((await rejection(sc.emptyRDD().max())).code).to.equal('EMPTY_RDD')
  })

  it('countByKey, countByValue and collectAsMap find keys by value', async () => {
    const pairs = sc.parallelize([
      [['a', 1], 1],
      [['a', 1], 2],
      [['b', 1], 3],
    ] as [[string, number], number][])
    const byKey = await pairs.countByKey()
    expect(byKey).to.be.instanceOf(KeyedMap)
    expect(byKey.get(['a', 1])).to.equal(2)
    expect((await pairs.keys().countByValue()).get(['b', 1])).to.equal(1)
    expect((await pairs.collectAsMap()).get(['a', 1])).to.equal(2)
  })

  it('foreach and foreachPartition run in the tasks', async () => {
    const seen = interpretedContext()
    const sum = seen.sc.accumulator(0)
    const parts = seen.sc.longAccumulator('parts')
    const rdd = seen.sc.parallelize([1, 2, 3], 2)
    await rdd.foreach(x => sum.add(x))
    await rdd.foreachPartition(records => {
      parts.add(1)
      for (const x of records) sum.add(x * 10)
    })
    expect([sum.value, parts.value]).to.deep.equal([66, 2])
    const waiting = rdd.foreach((async () => {}) as never)
    expect((await rejection(waiting)).code).to.equal('UNEXPECTED_PROMISE')
  })

  it('runJob gives a result for each partition asked for, in their order', async () => {
    const rdd = sc.range(0, 6, 1, 3)
    const sum = (records: Iterable<number>) => [...records].reduce((a, b) => a + b, 0)
    expect(await sc.runJob(rdd, sum)).to.deep.equal([1, 5, 9])
    expect(await sc.runJob(rdd, sum, [2, 0])).to.deep.equal([9, 1])
    const told: [number, number][] = []
    const onResult = (partition: number, result: number) => {
      told.push([partition, result])
    }
    expect(await sc.runJob(rdd, sum, { partitions: [1], onResult })).to.deep.equal([])
    expect(told).to.deep.equal([[1, 5]])
    const error = await rejection(sc.runJob(rdd, sum, [3]))
    expect(error.code).to.equal('INVALID_PARTITION')
    expect(error.message).to.equal('sc.runJob(): there is no partition 3; they go from 0 to 2.')
  })

  it('for await gives all elements in order, a partition at a time', async () => {
    const rdd = sc.range(0, 6, 1, 3)
    const seen: number[] = []
    for await (const x of rdd) seen.push(x)
    expect(seen).to.deep.equal([0, 1, 2, 3, 4, 5])
    expect(context.jobs.map(job => job.partitions)).to.deep.equal([[0], [1], [2]])
  })

  it('leaving the loop computes no further and cancels what is under way', async () => {
    const rdd = sc.range(0, 100, 1, 100)
    for await (const x of rdd.toLocalIterator()) if (x === 1) break
    expect(context.jobs).to.have.length(2)
    for await (const _ of rdd) break
    expect(context.jobs).to.have.length(4)
    expect(context.jobs.at(-1)?.signal?.aborted).to.equal(true)
  })

  it('a failure comes to who consumes', async () => {
    const broken = sc.range(0, 4, 1, 2).map(x => {
      if (x === 3) throw new Error('no threes')
      return x
    })
    const seen: number[] = []
    const consume = async () => {
      for await (const x of broken) seen.push(x)
    }
    await consume().then(
      () => expect.fail('it did not fail'),
      (error: Error) => expect(error.message).to.equal('no threes'),
    )
    expect(seen).to.deep.equal([0, 1])
  })

  it('a signal that has aborted runs nothing', async () => {
    const reason = new Error('enough')
    const error = await rejection(sc.range(3).count({ signal: AbortSignal.abort(reason) }))
    expect(error.code).to.equal('JOB_CANCELLED')
    expect(error.cause).to.equal(reason)
    expect(context.jobs).to.deep.equal([])
    const wrong = await rejection(sc.range(3).count({ signal: 3 as never }))
    expect(wrong.code).to.equal('INVALID_ARGUMENT')
  })

  it('jobs carry the method, the user’s line and the marks that hold there', async () => {
    await sc.withJobOptions({ groupId: 'g', tags: ['t'], localProperties: { k: 'v' } }, () =>
      sc.range(3).count(),
    )
    await sc.range(3).count()
    const [marked, plain] = context.jobs
    expect(marked?.operation).to.match(/^count at actions\.test\.ts:\d+$/)
    expect(marked?.callSite?.line).to.be.greaterThan(1)
    expect([marked?.groupId, marked?.tags, marked?.properties]).to.deep.equal([
      'g',
      ['t'],
      { k: 'v' },
    ])
    expect([plain?.groupId, plain?.tags, plain?.properties]).to.deep.equal([undefined, [], {}])
  })
})
