import { expect } from 'chai'
import { SparkConf, SparkContext, TaskContext } from '../../../../driver/index.ts'
import { interpretedContext } from '../../../support/interpreted-context.ts'
import { rejection, thrown } from '../../../support/rejection.ts'

describe('a context', () => {
  it('refuses calls after stop, and says where it was made and stopped', async () => {
    const { sc } = interpretedContext()
    const rdd = sc.range(3)
    await sc.stop()
    const late = await rejection(rdd.count())
    expect(late.code).to.equal('CONTEXT_STOPPED')
    expect(late.message).to.match(
      /^rdd\.count\(\) at context\.test\.ts:\d+: the SparkContext made was stopped at context\.test\.ts:\d+\.$/,
    )
    expect(thrown(() => sc.range(3)).code).to.equal('CONTEXT_STOPPED')
    expect(thrown(() => rdd.map(x => x)).code).to.equal('CONTEXT_STOPPED')
    expect(sc.isStopped).to.equal(true)
  })

  it('stops once, however often it is asked', async () => {
    const { sc, stopCodes } = interpretedContext()
    await Promise.all([sc.stop(3), sc.stop(4)])
    await sc[Symbol.asyncDispose]()
    expect(stopCodes).to.deep.equal([3])
  })

  it('leaves no listener on the process when it is stopped', async () => {
    const signals = ['SIGINT', 'SIGTERM', 'exit', 'beforeExit'] as const
    const counts = () => signals.map(signal => process.listenerCount(signal))
    const before = counts()
    const { sc } = interpretedContext()
    expect(counts()).not.to.deep.equal(before)
    await sc.stop()
    expect(counts()).to.deep.equal(before)
  })

  it('is one in a process; a new one comes after its end', async () => {
    const [first, second] = await Promise.all([
      SparkContext.getOrCreate({ master: 'local', appName: 'one' }),
      SparkContext.getOrCreate({ master: 'local[2]' }),
    ])
    expect(second).to.equal(first)
    expect(SparkContext.getActive()).to.equal(first)
    void first.stop()
    const third = await SparkContext.getOrCreate({ master: 'local', appName: 'three' })
    expect(third).not.to.equal(first)
    expect(third.appName).to.equal('three')
    await third.stop()
    expect(SparkContext.getActive()).to.equal(undefined)
  })

  it('leaves nothing behind where it cannot be made', async () => {
    const wrong = await rejection(SparkContext.getOrCreate({ master: 'nowhere' }))
    expect(wrong.code).to.equal('INVALID_ARGUMENT')
    const unknown = { 'simspark.executor.memroy': '2g' } as const
    const misspelt = await rejection(SparkContext.getOrCreate({ conf: unknown }))
    expect(misspelt.code).to.equal('UNKNOWN_SETTING')
    const invalid = { 'simspark.executor.memory': 'much' } as const
    const folder = { 'simspark.local.dir': '/no/such/folder' } as const
    expect((await rejection(SparkContext.getOrCreate({ conf: folder }))).message).to.match(
      /simspark\.local\.dir names "\/no\/such\/folder", which is not there/,
    )
    expect((await rejection(SparkContext.getOrCreate({ conf: invalid }))).code).to.equal(
      'INVALID_SETTING',
    )
    expect(SparkContext.getActive()).to.equal(undefined)
    const sc = await SparkContext.getOrCreate({ master: 'local' })
    await sc.stop()
  })

  it('runs user functions in the program’s own thread in master local, with its own objects', async () => {
    const sc = await SparkContext.getOrCreate(new SparkConf(false).setMaster('local'))
    const seen: number[] = []
    await sc.range(0, 3, 1, 1).foreach(x => {
      seen.push(x + (TaskContext.get()?.partitionId ?? 100))
    })
    expect(seen).to.deep.equal([0, 1, 2])
    await sc.stop()
  })

  it('refuses to be made in a task', async () => {
    const sc = await SparkContext.getOrCreate({ master: 'local' })
    const codes: unknown[] = []
    const hidden = globalThis as { makeContext?: () => Promise<unknown> }
    hidden.makeContext = () => SparkContext.getOrCreate()
    await sc.range(0, 1, 1, 1).foreach(() => {
      const { makeContext } = globalThis as { makeContext?: () => Promise<unknown> }
      makeContext?.().catch((error: { code?: unknown }) => codes.push(error.code))
    })
    delete hidden.makeContext
    expect(codes).to.deep.equal(['CONTEXT_IN_TASK'])
    await sc.stop()
  })

  it('knows its settings, defaults and itself', async () => {
    const { sc } = interpretedContext({ parallelism: 7 })
    expect([sc.master, sc.appName, sc.isLocal, sc.deployMode]).to.deep.equal([
      'local[2]',
      'interpreted',
      true,
      'client',
    ])
    expect([sc.defaultParallelism, sc.defaultMinPartitions]).to.deep.equal([7, 2])
    expect(await sc.parallelize([1, 2]).getNumPartitions()).to.equal(7)
    const conf = sc.getConf()
    conf.set('simspark.app.name', 'other')
    expect(sc.getConf().get('simspark.app.name')).to.equal('interpreted')
    expect(sc.version).to.match(/^\d+\.\d+\.\d+/)
    await sc.stop()
  })

  it('remembers what is cached and lets go of it', async () => {
    const { sc, unpersisted } = interpretedContext()
    const rdd = sc
      .range(3)
      .map(x => x)
      .cache()
    expect(rdd.isCached).to.equal(true)
    expect([...sc.getPersistentRDDs().keys()]).to.deep.equal([rdd.id])
    expect(String(sc.getPersistentRDDs().get(rdd.id))).to.equal(String(rdd))
    await rdd.unpersist(true)
    await rdd.unpersist(true)
    expect(unpersisted).to.deep.equal([rdd.id])
    expect(sc.getPersistentRDDs().size).to.equal(0)
    await sc.stop()
  })

  it('marks hold for what follows in this async context, for nothing beside it', async () => {
    const { sc, jobs } = interpretedContext()
    const marked = async (groupId: string, tag: string) => {
      await Promise.resolve()
      sc.setJobGroup(groupId, `all of ${groupId}`)
      sc.addJobTag(tag)
      sc.setLocalProperty('who', groupId)
      await Promise.resolve()
      await sc.range(1).count()
    }
    await Promise.all([marked('a', 'x'), marked('b', 'y')])
    const told = jobs.map(job => [job.groupId, job.description, job.tags, job.properties])
    expect(told).to.deep.equal([
      ['a', 'all of a', ['x'], { who: 'a' }],
      ['b', 'all of b', ['y'], { who: 'b' }],
    ])
    await sc.stop()
  })

  it('asks for jobs and attempts to end, by what names them', async () => {
    const { sc, cancelled } = interpretedContext()
    await sc.cancelAllJobs('a')
    await sc.cancelJob(1, 'b')
    await sc.cancelJobsWithTag('hourly')
    await sc.cancelStage(3)
    await sc.cancelJobGroup('etl')
    await sc.cancelJobGroupAndFutureJobs('etl', 'c')
    expect(await sc.killTaskAttempt(7)).to.equal(true)
    await sc.killTaskAttempt(8, false, 'd')
    expect(cancelled).to.deep.equal([
      [{ kind: 'all' }, 'a'],
      [{ kind: 'job', jobId: 1 }, 'b'],
      [{ kind: 'tag', tag: 'hourly' }, 'jobs with tag hourly were cancelled'],
      [{ kind: 'stage', stageId: 3 }, 'stage 3 was cancelled'],
      [{ kind: 'group', groupId: 'etl' }, 'group etl was cancelled'],
      [{ kind: 'group', groupId: 'etl', isLasting: true }, 'c'],
      [7, false, 'the attempt was killed by the program'],
      [8, true, 'd'],
    ])
    expect((await rejection(sc.cancelStage(1.5))).code).to.equal('INVALID_ARGUMENT')
    await sc.stop()
    expect((await rejection(sc.cancelAllJobs())).code).to.equal('CONTEXT_STOPPED')
  })

  it('whether cancelling ends threads is a mark like the others', async () => {
    const { sc, jobs } = interpretedContext()
    await sc.range(1).count()
    await sc.withJobOptions({ interruptOnCancel: false, pool: 'slow' }, () => sc.range(1).count())
    await sc.withJobOptions({}, async () => {
      sc.setInterruptOnCancel(false)
      await sc.range(1).count()
      sc.setJobGroup('g', 'a group', true)
      await sc.range(1).count()
    })
    expect(jobs.map(({ isGentle }) => isGentle)).to.deep.equal([false, true, true, false])
    expect(jobs[1]?.properties).to.deep.equal({ 'simspark.scheduler.pool': 'slow' })
    await sc.stop()
  })

  it('tags, properties and the call site can be taken back', () => {
    const { sc } = interpretedContext()
    sc.withJobOptions({}, () => {
      sc.addJobTag('a')
      sc.addJobTag('b')
      sc.removeJobTag('a')
      expect([...sc.getJobTags()]).to.deep.equal(['b'])
      sc.clearJobTags()
      expect(sc.getJobTags().size).to.equal(0)
      sc.setLocalProperty('k', 'v')
      expect(sc.getLocalProperty('k')).to.equal('v')
      sc.setLocalProperty('k', undefined)
      expect(sc.getLocalProperty('k')).to.equal(undefined)
      expect(sc.getLocalProperty('constructor')).to.equal(undefined)
    })
    expect(sc.getJobTags().size).to.equal(0)
    return sc.stop()
  })

  it('refuses data that cannot travel, at the line of the call', async () => {
    const { sc } = interpretedContext()
    const error = thrown(() => sc.parallelize([1, () => 2] as never[]))
    expect(error.code).to.equal('VALUE_NOT_ENCODABLE')
    expect(error.message).to.contain('Row 1')
    expect(thrown(() => sc.parallelize(3 as never)).code).to.equal('INVALID_ARGUMENT')
    expect(thrown(() => sc.parallelize([1], 0)).code).to.equal('INVALID_ARGUMENT')
    expect(thrown(() => sc.range(0, 10, 0)).code).to.equal('INVALID_ARGUMENT')
    expect(thrown(() => sc.broadcast(sc.range(3))).code).to.equal('NESTED_RDD')
    expect(thrown(() => sc.accumulator('0' as never)).code).to.equal('INVALID_ARGUMENT')
    await sc.stop()
  })

  it('takes the data as they are now', async () => {
    const { sc } = interpretedContext()
    const data = [{ n: 1 }, { n: 2 }]
    const rdd = sc.parallelize(data, 1)
    data[0]!.n = 9
    data.pop()
    expect(await rdd.collect()).to.deep.equal([{ n: 1 }, { n: 2 }])
    await sc.stop()
  })

  it('ranges are made of numbers far beyond an array, in both directions', async () => {
    const { sc } = interpretedContext()
    expect(await sc.range(0, 10, 3).collect()).to.deep.equal([0, 3, 6, 9])
    expect(await sc.range(5, 0, -2).collect()).to.deep.equal([5, 3, 1])
    expect(await sc.range(5, 0).collect()).to.deep.equal([])
    expect(await sc.range(0, 2 ** 40, 1, 4).take(2)).to.deep.equal([0, 1])
    const lasts = sc.range(0, 2 ** 50, 2 ** 48, 3).glom()
    expect(await lasts.collect()).to.deep.equal([[0], [2 ** 48], [2 * 2 ** 48, 3 * 2 ** 48]])
    await sc.stop()
  })
})
