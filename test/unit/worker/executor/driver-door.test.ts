import { expect } from 'chai'
import { connectionPair } from '#publib/execution'
import type { DriverToExecutor, ExecutorToDriver } from '#publib/protocol'
import type { Connection } from '#publib/transport'
import { applicationId, hostId } from '#publib/util'
import { DriverDoor } from '../../../../worker/executor/driver-door.ts'
import { Lease } from '../../../../worker/executor/lease.ts'
import { FakeClock } from '../../../support/fake-clock.ts'

describe('the door for drivers', () => {
  const attach = {
    type: 'attach',
    applicationId: applicationId('app-1'),
    hostId: hostId('host-1'),
    version: '1.2.3',
  } as const
  let clock: FakeClock
  let lease: Lease
  let door: DriverDoor
  let heard: string[]

  beforeEach(() => {
    clock = new FakeClock()
    lease = new Lease(15_000, 0)
    heard = []
    door = new DriverDoor({
      ...{ applicationId: attach.applicationId, version: '1.2.3', clock, lease },
      host: {
        attach(connection) {
          heard.push('attached')
          connection.onMessage = message => heard.push(message.type)
        },
        detach: () => heard.push('detached'),
      },
    })
  })

  function come(way: 'driver' | 'lease') {
    const [driver, host] = connectionPair<ExecutorToDriver, DriverToExecutor>()
    if (way === 'driver') door.takeDriver(host)
    else door.takeLease(host)
    return driver
  }
  async function verdictOf(connection: Connection<ExecutorToDriver, DriverToExecutor>) {
    let verdict = 0
    connection.onClose = code => {
      verdict = code
    }
    await clock.pass(0)
    return verdict
  }

  it('lets the host talk with a driver that says whose it is', async () => {
    const driver = come('driver')
    driver.send(attach)
    driver.send({ type: 'detach' })
    await clock.pass(0)
    expect(heard).to.deep.equal(['attached', 'attach', 'detach'])
    driver.close()
    await clock.pass(0)
    expect(heard.at(-1)).to.equal('detached')
  })

  it('refuses another application, another version, and who does not introduce himself', async () => {
    const foreign = come('driver')
    foreign.send({ ...attach, applicationId: applicationId('app-2') })
    expect(await verdictOf(foreign)).to.equal(4403)
    const older = come('driver')
    older.send({ ...attach, version: '1.0.0' })
    expect(await verdictOf(older)).to.equal(4426)
    const mute = come('driver')
    mute.send({ type: 'killTasks', taskIds: [], reason: 'x' })
    expect(await verdictOf(mute)).to.equal(4400)
    expect(heard.filter(each => each === 'attached')).to.deep.equal([])
  })

  it('lets a lease connection renew and nothing else', async () => {
    const renewing = come('lease')
    let seen: ExecutorToDriver | undefined
    renewing.onMessage = message => {
      seen = message
    }
    await clock.pass(10_000)
    renewing.send({ type: 'renewLease', sequence: 5 })
    await clock.pass(0)
    expect(seen).to.deep.equal({ type: 'leaseSeen', sequence: 5 })
    expect(lease.ended(24_999)).to.equal(undefined)
    renewing.send({ type: 'killTasks', taskIds: [], reason: 'x' })
    expect(await verdictOf(renewing)).to.equal(4403)
  })
})
