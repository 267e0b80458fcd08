import { expect } from 'chai'
import { TestCluster } from '../../support/cluster.ts'

describe('a cluster of real processes', () => {
  let cluster: TestCluster
  beforeEach(async () => {
    cluster = await TestCluster.start({ workers: 2, cores: 2 })
  })
  afterEach(() => cluster.stop())

  it('has two workers with what they offer', async () => {
    const { workers, cores, epoch } = await cluster.status()
    expect(workers.map(({ state }) => state)).to.deep.equal(['ALIVE', 'ALIVE'])
    expect({ cores, epoch }).to.deep.equal({ cores: 4, epoch: 1 })
  })

  it('suspects a killed worker within a second and takes it down within ten and a half', async () => {
    await cluster.workers[0]!.kill('SIGKILL')
    const states = (status: Awaited<ReturnType<TestCluster['status']>>) =>
      status.workers.map(({ state }) => state)
    const suspectMs = await cluster.until(status => states(status).includes('SUSPECT'), 3_000)
    const downMs = await cluster.until(status => states(status).includes('DOWN'), 31_500)
    expect(suspectMs).to.be.lessThan(3_000)
    expect(suspectMs + downMs).to.be.lessThan(31_500)
    expect(states(await cluster.status())).to.include('ALIVE')
  })

  it('takes a worker that was killed and started again as the same one in a new life', async () => {
    const [worker] = cluster.workers
    const before = (await cluster.status()).workers
    await worker!.kill('SIGKILL')
    await cluster.startWorker(worker)
    const { workers } = await cluster.status()
    expect(workers.map(({ workerId }) => workerId)).to.have.members(
      before.map(({ workerId }) => workerId),
    )
    expect(workers.map(({ incarnation }) => incarnation).sort()).to.deep.equal([1, 2])
    expect(workers.map(({ state }) => state)).to.deep.equal(['ALIVE', 'ALIVE'])
  })

  it('finds its workers again after the master was killed and restarted', async () => {
    await cluster.master.kill('SIGKILL')
    await cluster.startMaster()
    const allAlive = (status: Awaited<ReturnType<TestCluster['status']>>) =>
      status.workers.filter(({ state }) => state === 'ALIVE').length === 2
    const tookMs = await cluster.until(allAlive, 15_000)
    expect(tookMs).to.be.lessThan(15_000)
    expect((await cluster.status()).epoch).to.equal(2)
  })

  it('drops a worker that stops on purpose at once, without suspicion', async () => {
    expect(await cluster.workers[0]!.kill('SIGTERM')).to.equal(0)
    await cluster.until(({ workers }) => workers.some(({ state }) => state === 'DOWN'), 3_000)
  })

  it('ends a drained worker that has nothing to do', async () => {
    const [worker] = cluster.workers
    const { status } = await cluster.ask('worker', '/drain', worker, 'POST')
    expect(status).to.equal(202)
    expect(await worker!.exited).to.equal(0)
  })

  it('lets nobody drain a worker who only may look', async () => {
    const { status } = await cluster.ask('viewer', '/drain', cluster.workers[0], 'POST')
    expect(status).to.equal(403)
  })

  it('keeps a worker that was stopped for five seconds, and makes one anew that was stopped for twelve', async () => {
    const [worker] = cluster.workers
    worker!.pause()
    await pause(5_000)
    worker!.resume()
    await cluster.until(({ workers }) => workers.every(({ state }) => state === 'ALIVE'), 9_000)
    expect((await cluster.status()).workers.map(one => one.incarnation)).to.deep.equal([1, 1])
    worker!.pause()
    await cluster.until(({ workers }) => workers.some(({ state }) => state === 'DOWN'), 31_500)
    await pause(1_000)
    worker!.resume()
    await cluster.until(({ workers }) => workers.every(({ state }) => state === 'ALIVE'), 15_000)
    const { workers } = await cluster.status()
    expect(workers.map(({ incarnation }) => incarnation).sort()).to.deep.equal([1, 2])
  })

  it('declares nobody down because the master itself stood still', async () => {
    cluster.master.pause()
    await pause(12_000)
    cluster.master.resume()
    await cluster.until(({ workers }) => workers.every(({ state }) => state === 'ALIVE'), 15_000)
    expect(cluster.master.log).not.to.include('worker is down')
  })
})

/** Holds a fault for its stated time. */
const pause = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms))
