import { expect } from 'chai'
import { hostSettings } from '../../support/host-settings.ts'
import { MemoryCluster } from '../../support/memory-cluster.ts'
import { MemoryFiles } from '../../support/memory-files.ts'
import { RecordedEvents } from '../../support/recorded-events.ts'

describe('a worker', () => {
  let cluster: MemoryCluster
  let events: RecordedEvents
  beforeEach(async () => {
    cluster = new MemoryCluster()
    events = new RecordedEvents()
    await cluster.startMaster()
  })

  const run = async (name = 'driver', changes = {}) => {
    const backend = cluster.driver(name, changes)
    const application = await cluster.settle(backend.start(events))
    await cluster.clock.pass(300)
    return { backend, application }
  }

  it('keeps its id and begins a new incarnation with each start', async () => {
    const files = new MemoryFiles()
    const first = await cluster.startWorker('w1', { files })
    const { workerId } = first.worker.status()
    await cluster.settle(first.worker.close('test'))
    const second = await cluster.startWorker('w1', { files })
    expect(second.worker.status()).to.deep.include({ workerId, incarnation: 2 })
  })

  it('deletes at its start what a life before it left behind', async () => {
    const files = new MemoryFiles()
    files.disk.set('/work/apps/app-old/shuffle/shuffle_0_0_0.data', new Uint8Array(9))
    files.disk.set('/work/trash-app-older-0/x', new Uint8Array(9))
    files.disk.set('/work/logs/app-old.log', new Uint8Array(9))
    await cluster.startWorker('w1', { files })
    expect([...files.disk.keys()].filter(path => path.startsWith('/work'))).to.deep.equal([
      '/work/logs/app-old.log',
    ])
  })

  it('gives a host its ticket over the pipe, and nothing of its own environment', async () => {
    const { processes } = await cluster.startWorker('w1')
    await run()
    const [host] = processes.hosts
    expect(host?.start).to.deep.include({
      listenHost: 'w1',
      executorMemoryMiB: 512,
    })
    expect(host?.start?.ticket).to.match(/^[\w-]{43}$/)
    const { entry, env, cwd } = host!.options
    expect({ entry, env }).to.deep.equal({ entry: 'worker/executor/main.js', env: {} })
    expect(cwd).to.match(/^\/work\/apps\/app-[\w-]+\/hosts\//)
  })

  it('gives a host the variables that its application wishes, but none that load code', async () => {
    const { processes } = await cluster.startWorker('w1')
    const environment = { TZ: 'UTC', NODE_OPTIONS: '--require /x.js', LD_PRELOAD: '/x.so' }
    await run('driver', { hostSettings: { ...hostSettings, environment } })
    expect(processes.hosts[0]?.options.env).to.deep.equal({ TZ: 'UTC' })
  })

  it('ignores what is no message of a host, and goes on', async () => {
    const { processes, worker } = await cluster.startWorker('w1')
    await run()
    const [host] = processes.hosts
    const nonsense = [null, 7, 'x', {}, { type: 'hostListening', port: -1, executorIds: [] }]
    for (const message of nonsense) host?.say(message)
    const foreign = { executorId: 'w9/7', cause: 'signal', message: 'not mine' }
    host?.say({ type: 'executorEnded', ...foreign })
    await cluster.clock.pass(500)
    expect(worker.status().coresBusy).to.equal(2)
    expect(cluster.master.status().coresBusy).to.equal(2)
  })

  it('ends a deaf host by SIGTERM and SIGKILL within five seconds', async () => {
    const { processes } = await cluster.startWorker('w1')
    const { backend } = await run()
    const [host] = processes.hosts
    host!.isDeaf = true
    await cluster.settle(backend.stop(0))
    await cluster.clock.pass(5_000)
    expect(host?.signals).to.deep.equal(['SIGTERM', 'SIGKILL'])
    expect(cluster.master.status().coresBusy).to.equal(0)
  })

  it('kills what runs when it was declared down, and serves again within five seconds', async () => {
    const { processes, worker } = await cluster.startWorker('w1')
    await run()
    cluster.network.cut('w1', 'master')
    cluster.network.cut('master', 'w1')
    await cluster.clock.pass(12_000)
    cluster.network.heal('w1', 'master')
    cluster.network.heal('master', 'w1')
    await cluster.clock.pass(5_000)
    expect(processes.hosts[0]?.signals).to.deep.equal(['SIGKILL'])
    expect(worker.status()).to.deep.include({ incarnation: 2, isRegistered: true })
    expect(cluster.master.status().workers[0]?.state).to.equal('ALIVE')
    expect(events.executors.size).to.equal(2)
  })

  it('ends when it is drained and its application has ended', async () => {
    const { worker, ends } = await cluster.startWorker('w1')
    await cluster.startWorker('w2')
    const { backend } = await run()
    worker.drain()
    await cluster.clock.pass(1_000)
    expect(events.lines).to.include('worker suspended')
    expect(ends).to.deep.equal([])
    await cluster.settle(backend.stop(0))
    await cluster.clock.pass(1_000)
    expect(ends).to.deep.equal(['drained'])
  })

  it('does not start where its identity makes no sense, and says what to do', async () => {
    const files = new MemoryFiles()
    files.disk.set('/state/identity', Buffer.from('{"workerId":"../../etc"}'))
    const error = await cluster.startWorker('w1', { files }).catch(cause => cause)
    expect(error).to.deep.include({ code: 'CORRUPT_FILE' })
    expect(error.message).to.include('Delete it')
  })

  it('does not start without a master, and leaves nothing open', async () => {
    await cluster.killMaster()
    const error = await cluster.startWorker('w1').catch(cause => cause)
    expect(error.code).to.equal('MASTER_UNREACHABLE')
    expect(cluster.network.openSockets).to.equal(0)
    expect(cluster.clock.waiting).to.equal(0)
  })

  it('goes on while its identity cannot be written', async () => {
    const { files, worker } = await cluster.startWorker('w1')
    await cluster.killMaster()
    files.failWith = Object.assign(new Error('full'), { code: 'ENOSPC' })
    await cluster.startMaster()
    await cluster.clock.pass(5_000)
    expect(worker.status()).to.deep.include({ isRegistered: true, epochSeen: 2 })
  })
})

describe('a master', () => {
  it('answers a registration only when it is on disk', async () => {
    const cluster = new MemoryCluster()
    await cluster.startMaster()
    cluster.masterFiles.failWith = Object.assign(new Error('full'), { code: 'ENOSPC' })
    const events = new RecordedEvents()
    const started = cluster.driver('driver').start(events)
    let isRegistered = false
    const registered = started.then(() => {
      isRegistered = true
    })
    await cluster.clock.pass(3_000)
    expect(isRegistered).to.equal(false)
    cluster.masterFiles.failWith = undefined
    await cluster.clock.pass(1_500)
    await registered
    expect(isRegistered).to.equal(true)
  })

  it('answers beats while its disk is full', async () => {
    const cluster = new MemoryCluster()
    await cluster.startMaster()
    const { worker } = await cluster.startWorker('w1')
    cluster.masterFiles.failWith = Object.assign(new Error('full'), { code: 'ENOSPC' })
    const started = cluster.driver('driver').start(new RecordedEvents())
    started.catch(() => undefined)
    await cluster.clock.pass(20_000)
    expect(worker.status().isRegistered).to.equal(true)
    expect(cluster.master.status().workers[0]?.state).to.equal('ALIVE')
  })

  it('steps down where its disk fails for good', async () => {
    const cluster = new MemoryCluster()
    await cluster.startMaster()
    cluster.masterFiles.failWith = Object.assign(new Error('broken'), { code: 'EIO' })
    const started = cluster.driver('driver').start(new RecordedEvents())
    started.catch(() => undefined)
    await cluster.clock.pass(1_000)
    expect(cluster.steppedDown).to.have.length(1)
    expect(cluster.steppedDown[0]?.message).to.include('steps down')
    await cluster.clock.pass(10_000)
  })

  it('drops who does not say within three seconds who it is', async () => {
    const cluster = new MemoryCluster()
    await cluster.startMaster()
    const { roleToken } = await import('#publib/security')
    const token = roleToken('a secret of a test cluster, forty characters', 'worker')
    const socket = await cluster.settle(
      cluster.network
        .at('peer')
        .connect(
          { host: 'master', port: 7077 },
          { path: '/worker', token, messageBytesMax: 1000, timeoutMs: 1000 },
        ),
    )
    let closed = 0
    socket.onClose = code => {
      closed = code
    }
    await cluster.clock.pass(3_100)
    expect(closed).to.equal(4408)
  })

  it('lets a worker not in where drivers go', async () => {
    const cluster = new MemoryCluster()
    await cluster.startMaster()
    const { roleToken } = await import('#publib/security')
    const token = roleToken('a secret of a test cluster, forty characters', 'worker')
    const error = await cluster
      .settle(
        cluster.network
          .at('peer')
          .connect(
            { host: 'master', port: 7077 },
            { path: '/driver', token, messageBytesMax: 1000, timeoutMs: 1000 },
          ),
      )
      .catch(cause => cause)
    expect(error.code).to.equal('NOT_AUTHORIZED')
  })
})
