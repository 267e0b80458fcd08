import { expect } from 'chai'
import type { Lineage } from '#publib/lineage'
import { silentLogger } from '#publib/log'
import { type SparkListenerEvent, StatusStore } from '#publib/status'
import { broadcastId, SimSparkError, workerId } from '#publib/util'
import { SCHEDULER_LIMITS } from '../../../../driver/scheduler/core.ts'
import type { JobRequest } from '../../../../driver/scheduler/job.ts'
import { Scheduler } from '../../../../driver/scheduler/shell.ts'
import type {
  AccumulatorBytes,
  SchedulerDependencies,
  SchedulerOptions,
} from '../../../../driver/scheduler/shell-dependencies.ts'
import { FakeClock } from '../../../support/fake-clock.ts'
import { FakeBackend } from './fake-backend.ts'
import { ShapeAction, Shapes } from './lineages.ts'

const OPTIONS: SchedulerOptions = {
  limits: SCHEDULER_LIMITS,
  maxResultBytes: 1000,
  executorsMin: 1,
  executorIdleTimeoutMs: 60_000,
}

/** The scheduler's shell on a backend, a clock and a codec that tests hold in their hands. */
async function setUp(over: Partial<SchedulerDependencies> = {}, executorsMax?: number) {
  const backend = new FakeBackend(executorsMax)
  const clock = new FakeClock()
  const events: SparkListenerEvent[] = []
  const counted: AccumulatorBytes[] = []
  const scheduler = new Scheduler({
    ...{ backend, clock, log: silentLogger, options: OPTIONS, status: new StatusStore() },
    bus: { post: event => events.push(event) },
    encodeStage: id => ({ bytes: new Uint8Array([id]), warnings: [], broadcastIds: [] }),
    collectPartitionData: () => [],
    decodeValue: bytes => bytes[0],
    broadcastBytes: () => new Uint8Array(0),
    onAccumulators: updates => counted.push(...updates),
    ...over,
  })
  await scheduler.start()
  const results: unknown[] = []
  const run = (lineage: Lineage<unknown>, more: Partial<JobRequest<unknown, unknown>> = {}) =>
    scheduler.runJob({
      ...{ lineage, action: new ShapeAction(), operation: 'collect at main.ts:12' },
      partitions: [...Array(lineage.numPartitions).keys()],
      onResult: (index, result) => {
        results[index] = result
      },
      callSite: { file: '/home/user/main.ts', line: 12, column: 7 },
      ...more,
    })
  return { backend, clock, events, counted, scheduler, results, run, shapes: new Shapes() }
}

async function failureOf(job: Promise<void>): Promise<SimSparkError> {
  const error = await job.then(
    () => undefined,
    thrown => thrown as unknown,
  )
  expect(error).to.be.instanceOf(SimSparkError)
  return error as SimSparkError
}

describe('the scheduler', () => {
  it('sends stage and map outputs once and before the tasks, and the tasks of a turn in one message', async () => {
    const { backend, run, results, shapes, scheduler } = await setUp()
    const host = backend.addHost('w1', 2)
    const job = run(shapes.shuffled('reduceByKey', 2, shapes.source(2)))
    expect(host.types).to.deep.equal(['stage', 'launchTasks'])
    const [first, second] = host.launched
    host.giveMapStatus(first!)
    host.giveMapStatus(second!)
    expect(host.types.slice(2)).to.deep.equal(['stage', 'mapOutputs', 'launchTasks'])
    expect(host.of('mapOutputs')[0]?.statuses.map(({ mapPartition }) => mapPartition)).to.eql([
      0, 1,
    ])
    const [, , third, fourth] = host.launched
    host.giveValue(fourth!, 8)
    host.giveValue(third!, 7)
    await job
    expect(results).to.deep.equal([7, 8])
    expect(host.of('dropStages')[0]?.stageIds).to.have.members([0, 1])
    expect(scheduler.isEmpty, scheduler.describe()).to.equal(true)
  })

  it('names the task, the executor, the cause and the user’s line when a task fails for good', async () => {
    const { backend, run, shapes, scheduler } = await setUp()
    const host = backend.addHost('w1', 1)
    const job = run(shapes.narrow('map', shapes.source(1)))
    const stack = 'TypeError: x is bad\n    at fn (/home/user/user.ts:3:5)\n    at x (node:vm:1:1)'
    for (let attempt = 0; attempt < 4; attempt++) {
      const error = { name: 'TypeError', code: undefined, message: 'x is bad', stack }
      host.end(host.launched[attempt]!, { kind: 'failed', error, retryable: true })
    }
    const error = await failureOf(job)
    expect(error.code).to.equal('TASK_FAILED')
    expect(error.message).to.equal(
      'Task 0 of stage 0 (collect at main.ts:12) failed 4 times, last on executor w1/0: TypeError: x is bad at user.ts:3:5. See the cause; simspark.task.maxFailures says how often a task is tried.',
    )
    expect(error).to.include({ jobId: 0, stageId: 0, partition: 0, attempt: 3, executorId: 'w1/0' })
    expect((error.cause as Error).name).to.equal('TypeError')
    expect(error.callSite?.line).to.equal(12)
    expect(error.stack).to.match(/at \/home\/user\/main\.ts:12:7/)
    expect(scheduler.isEmpty, scheduler.describe()).to.equal(true)
  })

  it('rejects with JOB_CANCELLED and the reason of the signal, and stops what runs', async () => {
    const { backend, run, shapes, scheduler } = await setUp()
    const host = backend.addHost('w1', 1)
    const controller = new AbortController()
    const job = run(shapes.source(2), { signal: controller.signal })
    controller.abort(new Error('enough'))
    const error = await failureOf(job)
    expect(error.code).to.equal('JOB_CANCELLED')
    expect((error.cause as Error).message).to.equal('enough')
    expect(host.of('killTasks')[0]?.taskIds).to.deep.equal([0])
    expect(scheduler.isEmpty).to.equal(false)
    host.end(host.launched[0]!, { kind: 'killed', reason: 'cancelled' })
    expect(scheduler.isEmpty, scheduler.describe()).to.equal(true)
  })

  it('does not begin a job whose signal is aborted already', async () => {
    const { backend, run, shapes } = await setUp()
    const host = backend.addHost('w1', 1)
    const error = await failureOf(run(shapes.source(1), { signal: AbortSignal.abort('no') }))
    expect(error).to.include({ code: 'JOB_CANCELLED', cause: 'no' })
    expect(host.sent).to.deep.equal([])
  })

  it('puts large results together, whatever the order of tasks', async () => {
    const { backend, run, shapes, results } = await setUp({ decodeValue: bytes => [...bytes] })
    const host = backend.addHost('w1', 2)
    const job = run(shapes.source(2))
    const chunk = (index: number, offset: number, bytes: number[]) =>
      host.tell(
        { type: 'resultChunk', taskId: host.launched[index]!.task.taskId, offset, size: 4 },
        [new Uint8Array(bytes)],
      )
    const done = { kind: 'success', result: { kind: 'value', payload: -1, bytes: 4 } } as const
    chunk(0, 0, [1, 2])
    chunk(1, 0, [5, 6])
    chunk(0, 2, [3, 4])
    chunk(1, 2, [7, 8])
    host.end(host.launched[1]!, done)
    host.end(host.launched[0]!, done)
    await job
    expect(results).to.deep.equal([
      [1, 2, 3, 4],
      [5, 6, 7, 8],
    ])
  })

  it('refuses results larger than simspark.driver.maxResultSize before it takes them in', async () => {
    const { backend, run, shapes, scheduler } = await setUp()
    const host = backend.addHost('w1', 1)
    const job = run(shapes.source(1))
    const { taskId } = host.launched[0]!.task
    host.tell({ type: 'resultChunk', taskId, offset: 0, size: 5_000_000 }, [new Uint8Array(10)])
    const error = await failureOf(job)
    expect(error.code).to.equal('RESULT_TOO_LARGE')
    expect(error.message).to.contain('4.8 MiB')
    expect(error.hint).to.contain('saveAsTextFile')
    host.end(host.launched[0]!, { kind: 'killed', reason: 'the job has failed' })
    expect(scheduler.isEmpty, scheduler.describe()).to.equal(true)
  })

  it('counts accumulators once, also when a map task runs again', async () => {
    const { backend, run, shapes, counted } = await setUp()
    const first = backend.addHost('w1', 1)
    const job = run(shapes.shuffled('reduceByKey', 1, shapes.source(1)))
    first.giveMapStatus(first.launched[0]!, [{ accumulatorId: 3, payload: 0 }])
    const second = backend.addHost('w2', 1)
    backend.events.workerLost(workerId('w1'), 'gone')
    second.giveMapStatus(second.launched[0]!, [{ accumulatorId: 3, payload: 0 }])
    second.giveValue(second.launched[1]!, 1)
    await job
    expect(counted.map(({ accumulatorId }) => accumulatorId)).to.deep.equal([3])
  })

  it('fails only the job whose functions cannot travel', async () => {
    let isRefused = true
    const { backend, run, shapes, scheduler } = await setUp({
      encodeStage: () => {
        if (isRefused) throw new SimSparkError('CLOSURE_NOT_SHIPPABLE', 'holds a socket')
        return { bytes: new Uint8Array(1), warnings: [], broadcastIds: [] }
      },
    })
    const host = backend.addHost('w1', 1)
    const error = await failureOf(run(shapes.source(3)))
    expect(error.code).to.equal('CLOSURE_NOT_SHIPPABLE')
    expect(host.launched).to.deep.equal([])
    expect(scheduler.isEmpty, scheduler.describe()).to.equal(true)
    isRefused = false
    const job = run(shapes.source(1))
    host.giveValue(host.launched[0]!, 1)
    await job
  })

  it('gives back what a result handler throws, and goes on', async () => {
    const { backend, run, shapes, scheduler } = await setUp()
    const host = backend.addHost('w1', 1)
    const thrown = new RangeError('mine')
    const job = run(shapes.source(1), {
      onResult: () => {
        throw thrown
      },
    })
    host.giveValue(host.launched[0]!, 1)
    const error = await job.catch((caught: unknown) => caught)
    expect(error).to.equal(thrown)
    expect(scheduler.isEmpty, scheduler.describe()).to.equal(true)
  })

  it('tells progress five times a second at most, and once at the end', async () => {
    const { backend, run, shapes, clock } = await setUp()
    const host = backend.addHost('w1', 2)
    const told: string[] = []
    const job = run(shapes.source(3), {
      onProgress: ({ completed, active, total }) => told.push(`${completed}+${active}/${total}`),
    })
    host.giveValue(host.launched[0]!, 1)
    await clock.pass(200)
    host.giveValue(host.launched[1]!, 1)
    host.giveValue(host.launched[2]!, 1)
    await job
    expect(told).to.deep.equal(['1+2/3', '3+0/3'])
  })

  it('sends a broadcast once to a host, in pieces, before the stage that reads it', async () => {
    const { backend, run, shapes } = await setUp({
      encodeStage: () => ({
        ...{ bytes: new Uint8Array(1), warnings: [], broadcastIds: [broadcastId(4)] },
      }),
      broadcastBytes: () => new Uint8Array(1_500_000),
    })
    const host = backend.addHost('w1', 1)
    const first = run(shapes.source(1))
    expect(host.types).to.deep.equal(['broadcast', 'broadcast', 'stage', 'launchTasks'])
    expect(host.of('broadcast').map(({ offset }) => offset)).to.deep.equal([0, 1_048_576])
    host.giveValue(host.launched[0]!, 1)
    await first
    const second = run(shapes.source(1))
    expect(host.of('broadcast')).to.have.length(2)
    host.giveValue(host.launched[1]!, 1)
    await second
  })

  it('holds back what a slow host has not taken, and keeps the order', async () => {
    const { backend, run, shapes } = await setUp()
    const host = backend.addHost('w1', 1)
    host.connection.bufferedBytes = 9_000_000
    const job = run(shapes.source(1))
    expect(host.sent).to.deep.equal([])
    host.connection.bufferedBytes = 0
    host.connection.onDrain?.()
    expect(host.types).to.deep.equal(['stage', 'launchTasks'])
    host.giveValue(host.launched[0]!, 1)
    await job
  })

  it('sends again what runs to a host that comes back on another connection', async () => {
    const { backend, run, shapes, results } = await setUp()
    backend.addHost('w1', 1)
    const job = run(shapes.source(1))
    const again = backend.addHost('w1', 1)
    expect(again.types).to.deep.equal(['stage', 'launchTasks'])
    again.giveValue(again.launched[0]!, 5)
    await job
    expect(results).to.deep.equal([5])
  })

  it('runs tasks elsewhere when their host dies', async () => {
    const { backend, run, shapes } = await setUp()
    const first = backend.addHost('w1', 1)
    const second = backend.addHost('w2', 1)
    const job = run(shapes.source(2))
    second.giveValue(second.launched[0]!, 2)
    backend.events.hostLost(first.hostId, { kind: 'signal', message: 'SIGKILL', counts: true })
    second.giveValue(second.launched[1]!, 1)
    await job
    expect(second.launched[1]?.task).to.include({ partition: 0, attempt: 1 })
  })

  it('tells listeners what happens, in order', async () => {
    const { backend, run, shapes, events } = await setUp()
    const host = backend.addHost('w1', 1)
    const job = run(shapes.source(1))
    host.giveValue(host.launched[0]!, 1)
    await job
    expect(events.map(({ event }) => event)).to.deep.equal([
      ...['executorAdded', 'jobStart', 'stageSubmitted', 'taskStart'],
      ...['taskEnd', 'stageCompleted', 'jobEnd'],
    ])
  })

  it('asks for what it may have, and gives back what is idle for a minute but the least', async () => {
    const { backend, clock } = await setUp({}, 4)
    backend.addHost('w1', 3)
    expect(backend.requested).to.deep.equal([4])
    await clock.pass(62_000)
    expect(backend.released).to.deep.equal(['w1/0', 'w1/1'])
    expect(backend.requested).to.deep.equal([4, 1])
  })

  it('fails what runs and what comes once it is stopped, and leaves no timer', async () => {
    const { backend, run, shapes, scheduler, clock } = await setUp()
    const host = backend.addHost('w1', 1)
    const job = run(shapes.source(1))
    const stopped = scheduler.stop(0)
    expect((await failureOf(job)).code).to.equal('CONTEXT_STOPPED')
    await stopped
    expect((await failureOf(run(shapes.source(1)))).code).to.equal('CONTEXT_STOPPED')
    expect(backend.stopCount).to.equal(1)
    expect(host.of('killTasks')).to.have.length(1)
    expect(clock.waiting).to.equal(0)
  })

  it('ends all jobs with the error when the application cannot go on', async () => {
    const { backend, run, shapes } = await setUp()
    backend.addHost('w1', 1)
    const job = run(shapes.source(1))
    backend.events.fatal(new SimSparkError('MASTER_UNREACHABLE', 'the master is gone'))
    expect((await failureOf(job)).code).to.equal('MASTER_UNREACHABLE')
    expect((await failureOf(run(shapes.source(1)))).code).to.equal('MASTER_UNREACHABLE')
  })
})
