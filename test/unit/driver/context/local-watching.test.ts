import { expect } from 'chai'
import { SparkContext } from '../../../../driver/index.ts'

describe('a context in local mode tells', function () {
  this.timeout(60_000)
  let sc: SparkContext

  before(async () => {
    sc = await SparkContext.getOrCreate({
      master: 'local[2]',
      conf: { 'simspark.scheduler.mode': 'FAIR', 'simspark.executor.memory': '128m' },
    })
  })
  after(() => sc.stop())

  it('which pools its jobs share executors by', async () => {
    expect(sc.getSchedulingMode()).to.equal('FAIR')
    expect(sc.getPoolForName('etl')).to.equal(undefined)
    const counts = await Promise.all([
      sc.withJobOptions({ pool: 'etl' }, () => sc.range(0, 100, 1, 20).count()),
      sc.withJobOptions({ pool: 'adhoc' }, () => sc.range(0, 50, 1, 20).count()),
    ])
    expect(counts).to.deep.equal([100, 50])
    expect(sc.getAllPools().map(({ name }) => name)).to.deep.equal(['default', 'etl', 'adhoc'])
    expect(sc.getPoolForName('etl')).to.deep.equal({
      ...{ name: 'etl', schedulingMode: 'FIFO', weight: 1, minShare: 0, runningTasks: 0 },
    })
  })

  it('what memory its executors have left for cached partitions', async () => {
    const free = () => [...sc.getExecutorMemoryStatus()].map(([, { freeBytes }]) => freeBytes)
    const before = [...sc.getExecutorMemoryStatus()]
    expect(before.map(([id]) => id)).to.deep.equal(['driver/0', 'driver/1'])
    for (const [, { maxBytes, freeBytes }] of before) {
      expect(maxBytes).to.be.within(20 << 20, 80 << 20)
      expect(freeBytes).to.equal(maxBytes)
    }
    const cached = sc.range(0, 100_000, 1, 2).cache()
    await cached.count()
    while (free()[0] === before[0]?.[1].freeBytes) await new Promise(r => setImmediate(r))
    const kept = before[0]![1].freeBytes - free()[0]!
    expect(kept).to.be.within(200_000, 2_000_000)
    await cached.unpersist()
    expect(free()[0]).to.equal(before[0]?.[1].freeBytes)
  })

  it('that its executors are as many as there will ever be', async () => {
    expect(await sc.requestExecutors(2)).to.equal(false)
    expect(await sc.requestTotalExecutors(5)).to.equal(false)
    expect(await sc.killExecutor('driver/0')).to.equal(false)
    expect(await sc.killExecutors(['driver/0', 'driver/1'])).to.deep.equal([])
    expect(await sc.range(5).count()).to.equal(5)
  })

  it('nothing that it is not: no attempt, no pages', () => {
    expect([sc.applicationAttemptId, sc.uiWebUrl]).to.deep.equal([undefined, undefined])
  })

  it('listeners of its end, and lets none of them bring it about', async () => {
    const codes: unknown[] = []
    const ends: unknown[] = []
    sc.addSparkListener({
      onJobEnd: () => {
        try {
          void sc.stop()
        } catch (error) {
          codes.push((error as { code: unknown }).code)
        }
      },
      onApplicationEnd: ({ exitCode }) => ends.push(exitCode),
    })
    await sc.range(3).count()
    while (codes.length === 0) await new Promise(resolve => setImmediate(resolve))
    expect([codes, sc.isStopped]).to.deep.equal([['INVALID_ARGUMENT'], false])
    await sc.stop(3)
    expect(ends).to.deep.equal([3])
  })
})
