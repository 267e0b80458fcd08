import { expect } from 'chai'
import { hostSettings } from '../../../support/host-settings.ts'
import { MemoryCluster } from '../../../support/memory-cluster.ts'
import { RecordedEvents } from '../../../support/recorded-events.ts'

describe('the standalone backend', () => {
  let cluster: MemoryCluster
  let events: RecordedEvents
  beforeEach(() => {
    cluster = new MemoryCluster()
    events = new RecordedEvents()
  })

  it('registers and gets executors on all workers', async () => {
    await cluster.startMaster()
    await cluster.startWorker('w1')
    await cluster.startWorker('w2')
    const backend = cluster.driver('driver')
    const application = await cluster.settle(backend.start(events))
    expect(application.defaultParallelism).to.equal(4)
    await cluster.clock.pass(100)
    expect(events.lines).to.deep.equal(['host added with 2', 'host added with 2'])
    expect(cluster.master.status()).to.deep.include({ coresBusy: 4, memoryUsedMiB: 2048 })
  })

  it('has its hosts run by its own settings, also those that a later master starts', async () => {
    await cluster.startMaster()
    const { processes } = await cluster.startWorker('w1')
    const own = { ...hostSettings, memoryFraction: 0.3, fetchRetriesMax: 7, leaseMs: 60_000 }
    const backend = cluster.driver('driver', { hostSettings: own })
    await cluster.settle(backend.start(events))
    await cluster.clock.pass(100)
    expect(processes.hosts[0]?.start?.hostSettings).to.deep.equal(own)
    await cluster.killMaster()
    await cluster.startMaster()
    const later = await cluster.startWorker('w2')
    await cluster.clock.pass(20_000)
    expect(later.processes.hosts[0]?.start?.hostSettings).to.deep.equal(own)
  })

  it('says goodbye to master and hosts, and leaves nothing open', async () => {
    await cluster.startMaster()
    const { processes, files } = await cluster.startWorker('w1')
    const socketsBefore = cluster.network.openSockets
    const backend = cluster.driver('driver')
    await cluster.settle(backend.start(events))
    await cluster.clock.pass(100)
    const [host] = processes.hosts
    await cluster.settle(backend.stop(0))
    await cluster.clock.pass(1000)
    expect(host?.hasDetached).to.equal(true)
    expect(processes.alive).to.have.length(0)
    expect(cluster.master.status()).to.deep.include({ coresBusy: 0 })
    expect(cluster.master.status().endedApplications[0]).to.deep.include({ state: 'FINISHED' })
    expect([...files.folders].filter(path => path.includes('app-'))).to.deep.equal([])
    expect(cluster.network.openSockets).to.equal(socketsBefore)
  })

  it('renews its leases every five seconds over connections of their own', async () => {
    await cluster.startMaster()
    const { processes } = await cluster.startWorker('w1')
    const backend = cluster.driver('driver')
    await cluster.settle(backend.start(events))
    await cluster.clock.pass(100)
    expect(processes.hosts[0]?.leasesSeen).to.equal(1)
    await cluster.clock.pass(15_000)
    expect(processes.hosts[0]?.leasesSeen).to.equal(4)
  })

  it('rejects with MASTER_UNREACHABLE after five seconds where nothing listens', async () => {
    const backend = cluster.driver('driver')
    const error = await cluster.settle(backend.start(events)).catch(cause => cause)
    expect(error.code).to.equal('MASTER_UNREACHABLE')
    expect(cluster.clock.now()).to.be.within(4_900, 5_200)
    expect(cluster.clock.waiting).to.equal(0)
  })

  it('rejects with NOT_AUTHENTICATED at once where the secret is another', async () => {
    await cluster.startMaster()
    const before = cluster.clock.now()
    const backend = cluster.driver('driver', { token: 'wrong' })
    const error = await cluster.settle(backend.start(events)).catch(cause => cause)
    expect(error.code).to.equal('NOT_AUTHENTICATED')
    expect(cluster.clock.now() - before).to.be.lessThan(200)
  })

  it('rejects with the reason of a signal', async () => {
    const backend = cluster.driver('driver')
    const abort = new AbortController()
    const started = backend.start(events, abort.signal).catch(cause => cause)
    abort.abort(new Error('enough'))
    expect((await cluster.settle(started)).message).to.equal('enough')
    expect(cluster.clock.waiting).to.equal(0)
  })

  it('waits in the queue, is told so, and starts when there is room', async () => {
    await cluster.startMaster()
    const backend = cluster.driver('driver')
    await cluster.settle(backend.start(events))
    await cluster.clock.pass(100)
    expect(events.lines).to.deep.equal([
      'notice: waiting for executors, place 1 in the queue: no worker is registered that takes new executors',
    ])
    await cluster.startWorker('w1')
    await cluster.clock.pass(100)
    expect(events.executors.size).to.equal(2)
  })

  it('grows when it asks for more, and gives idle executors back', async () => {
    await cluster.startMaster()
    const { processes } = await cluster.startWorker('w1', { cores: 4 })
    const backend = cluster.driver('driver', { executorsWanted: 1 })
    await cluster.settle(backend.start(events))
    await cluster.clock.pass(100)
    expect(events.executors.size).to.equal(1)
    backend.requestExecutors(3)
    await cluster.clock.pass(100)
    expect(events.lines).to.deep.equal(['host added with 1', '2 executors added'])
    const [first, second] = [...events.executors.keys()]
    backend.requestExecutors(1)
    backend.releaseExecutors([first!, second!])
    await cluster.clock.pass(600)
    expect(cluster.master.status().coresBusy).to.equal(1)
    expect(processes.alive[0]?.executors.size).to.equal(1)
  })

  it('ends a host that has given back all of its executors, without a loss', async () => {
    await cluster.startMaster()
    const { processes } = await cluster.startWorker('w1')
    const backend = cluster.driver('driver')
    await cluster.settle(backend.start(events))
    await cluster.clock.pass(100)
    backend.requestExecutors(0)
    backend.releaseExecutors([...events.executors.keys()])
    await cluster.clock.pass(1_000)
    expect(events.lines).to.deep.equal(['host added with 2', 'host lost: released'])
    expect(processes.alive).to.have.length(0)
    expect(cluster.master.status().applications[0]).to.deep.include({ state: 'RUNNING' })
  })

  it('tells the cause that the worker found when a host dies, and gets another host', async () => {
    await cluster.startMaster()
    const { processes } = await cluster.startWorker('w1')
    const backend = cluster.driver('driver')
    await cluster.settle(backend.start(events))
    await cluster.clock.pass(100)
    processes.hosts[0]?.exit(null, 'SIGSEGV')
    await cluster.clock.pass(1_000)
    expect(events.lines).to.deep.equal([
      'host added with 2',
      'host lost: signal',
      'host added with 2',
    ])
  })

  it('attaches again when only the connection broke', async () => {
    await cluster.startMaster()
    const { processes } = await cluster.startWorker('w1')
    const backend = cluster.driver('driver')
    await cluster.settle(backend.start(events))
    await cluster.clock.pass(100)
    processes.hosts[0]?.breakConnection()
    await cluster.clock.pass(1_000)
    expect(events.lines).to.deep.equal(['host added with 2', 'host added with 2'])
    expect(processes.hosts).to.have.length(1)
  })

  it('suspends a silent worker, resumes it, and loses it when it is down', async () => {
    await cluster.startMaster()
    await cluster.startWorker('w1')
    const backend = cluster.driver('driver')
    await cluster.settle(backend.start(events))
    await cluster.clock.pass(100)
    cluster.network.cut('w1', 'master')
    await cluster.clock.pass(4_800)
    cluster.network.heal('w1', 'master')
    await cluster.clock.pass(3_000)
    expect(events.lines.slice(1)).to.deep.equal(['worker suspended', 'worker resumed'])
    cluster.network.cut('w1', 'master')
    cluster.network.cut('master', 'w1')
    await cluster.clock.pass(10_600)
    expect(events.lines.slice(3)).to.deep.equal([
      'worker suspended',
      'host lost: workerLost',
      'worker lost',
    ])
  })

  it('keeps its executors while the master is away, and holds the same after it is back', async () => {
    await cluster.startMaster()
    const { processes } = await cluster.startWorker('w1')
    const other = await cluster.startWorker('w2')
    const backend = cluster.driver('driver')
    await cluster.settle(backend.start(events))
    await cluster.clock.pass(100)
    const before = [...events.executors.keys()]
    await cluster.killMaster()
    await cluster.clock.pass(10_000)
    expect([...events.executors.keys()]).to.deep.equal(before)
    await cluster.startMaster()
    const restartedMs = cluster.clock.now()
    await cluster.clock.pass(5_000 - (cluster.clock.now() - restartedMs))
    const status = cluster.master.status()
    expect(status).to.deep.include({ state: 'ALIVE', coresBusy: 4, epoch: 2 })
    expect(status.applications[0]).to.deep.include({ state: 'RUNNING', executors: 4 })
    expect([...events.executors.keys()]).to.deep.equal(before)
    expect(processes.hosts.length + other.processes.hosts.length).to.equal(2)
    expect(events.lines.filter(line => line.startsWith('host lost'))).to.deep.equal([])
    await cluster.clock.pass(20_000)
    expect(cluster.master.status().coresBusy).to.equal(4)
  })
})
