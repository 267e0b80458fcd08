import { expect } from 'chai'
import { Lease } from '../../../../worker/executor/lease.ts'

describe('the lease of a driver', () => {
  it('runs out when nobody has ever come', () => {
    const lease = new Lease(15_000, 0)
    expect(lease.ended(14_999)).to.equal(undefined)
    expect(lease.ended(15_000)).to.include({ cause: 'leaseExpired' })
  })

  it('holds as long as it is renewed', () => {
    const lease = new Lease(15_000, 0)
    lease.opened(100)
    for (let nowMs = 5_000; nowMs < 100_000; nowMs += 5_000) {
      expect(lease.ended(nowMs)).to.equal(undefined)
      lease.renewed(nowMs)
    }
  })

  it('runs out although a connection is open that says nothing', () => {
    const lease = new Lease(15_000, 0)
    lease.opened(0)
    expect(lease.ended(15_000)).to.include({ cause: 'leaseExpired' })
  })

  it('ends soon after the last connection has closed, unless the driver comes back', () => {
    const lease = new Lease(15_000, 0)
    lease.opened(0)
    lease.opened(0)
    lease.closed(100)
    expect(lease.ended(5_000)).to.equal(undefined)
    lease.closed(5_000)
    expect(lease.ended(6_299)).to.equal(undefined)
    lease.opened(6_299)
    expect(lease.ended(8_000)).to.equal(undefined)
    lease.closed(8_000)
    expect(lease.ended(9_300)).to.include({ cause: 'driverGone' })
  })

  it('does not count what its own process slept through', () => {
    const lease = new Lease(15_000, 0)
    lease.opened(0)
    lease.closed(500)
    lease.forgive(60_000)
    expect(lease.ended(61_700)).to.equal(undefined)
    expect(lease.ended(61_800)).to.include({ cause: 'driverGone' })
  })
})
