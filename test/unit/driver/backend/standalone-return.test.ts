import { expect } from 'chai'
import { MemoryCluster } from '../../../support/memory-cluster.ts'
import { RecordedEvents } from '../../../support/recorded-events.ts'

describe('a driver that comes back to its master', () => {
  let cluster: MemoryCluster
  let events: RecordedEvents
  beforeEach(async () => {
    cluster = new MemoryCluster()
    events = new RecordedEvents()
    await cluster.startMaster()
    await cluster.startWorker('w1')
    await cluster.settle(cluster.driver('driver').start(events))
    await cluster.clock.pass(100)
  })

  const workerLines = (): readonly string[] =>
    events.lines.filter(line => line.startsWith('worker'))

  it('hears that a worker answers again which it knows as suspended', async () => {
    cluster.network.cut('w1', 'master')
    await cluster.clock.pass(4_800)
    expect(workerLines()).to.deep.equal(['worker suspended'])
    cluster.network.cut('driver', 'master')
    cluster.network.cut('master', 'driver')
    cluster.network.heal('w1', 'master')
    await cluster.clock.pass(8_000)
    cluster.network.heal('driver', 'master')
    cluster.network.heal('master', 'driver')
    await cluster.clock.pass(8_000)
    expect(workerLines()).to.deep.equal(['worker suspended', 'worker resumed'])
  })

  it('hears that a worker has fallen silent meanwhile', async () => {
    cluster.network.reset('driver', 'master')
    cluster.network.cut('driver', 'master')
    cluster.network.cut('master', 'driver')
    await cluster.clock.pass(1_000)
    cluster.network.cut('w1', 'master')
    await cluster.clock.pass(4_600)
    cluster.network.heal('driver', 'master')
    cluster.network.heal('master', 'driver')
    await cluster.clock.pass(2_500)
    expect(workerLines()).to.deep.equal(['worker suspended'])
  })

  it('does not keep a worker suspended that only the master before this one found silent', async () => {
    cluster.network.cut('w1', 'master')
    await cluster.clock.pass(4_800)
    await cluster.killMaster()
    await cluster.startMaster()
    await cluster.clock.pass(4_000)
    cluster.network.heal('w1', 'master')
    await cluster.clock.pass(8_000)
    expect(workerLines()).to.deep.equal(['worker suspended', 'worker resumed'])
  })
})
