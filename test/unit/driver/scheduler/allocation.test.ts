import { expect } from 'chai'
import { executorId } from '#publib/util'
import { ExecutorAllocation } from '../../../../driver/scheduler/allocation.ts'

const OPTIONS = { executorsMin: 1, executorsMax: 8, idleTimeoutMs: 60_000 }

/** How things stand: `b` busy, `i` idle, `k` idle with cached partitions. */
function load(executors: string, waitingCount = 0) {
  return {
    type: 'loadMeasured' as const,
    waitingCount,
    executors: [...executors].map((letter, n) => ({
      ...{ executorId: executorId(`w1/${n}`), isBusy: letter === 'b', isKept: letter === 'k' },
    })),
  }
}

describe('the allocation of executors', () => {
  it('gives back what has been idle for the whole time-out, once, and keeps the least', () => {
    const allocation = new ExecutorAllocation(OPTIONS)
    expect(allocation.handle(load('iii'), 0)).to.deep.equal([])
    expect(allocation.handle(load('iib'), 59_999)).to.deep.equal([])
    expect(allocation.handle(load('iii'), 60_000)).to.deep.equal([
      { type: 'requestExecutors', total: 1 },
      { type: 'releaseExecutors', executorIds: ['w1/0', 'w1/1'] },
    ])
    expect(allocation.handle(load('iii'), 61_000)).to.deep.equal([])
  })

  it('keeps executors whose process holds cached partitions', () => {
    const allocation = new ExecutorAllocation(OPTIONS)
    allocation.handle(load('kk'), 0)
    expect(allocation.handle(load('kk'), 70_000)).to.deep.equal([])
  })

  it('asks for more again when tasks wait, as many as it may have', () => {
    const allocation = new ExecutorAllocation(OPTIONS)
    allocation.handle(load('iii'), 0)
    allocation.handle(load('iii'), 60_000)
    expect(allocation.handle(load('b', 3), 61_000)).to.deep.equal([
      { type: 'requestExecutors', total: 4 },
    ])
    expect(allocation.handle(load('b', 3), 62_000)).to.deep.equal([])
    expect(allocation.handle(load('b', 300), 63_000)).to.deep.equal([
      { type: 'requestExecutors', total: 8 },
    ])
  })

  it('asks for what the user wants, up to what it may have, and goes on from there', () => {
    const allocation = new ExecutorAllocation(OPTIONS)
    const want = (total: number) => allocation.handle({ type: 'totalWished', total }, 0)
    const more = (additional: number, heldCount: number) =>
      allocation.handle({ type: 'moreWished', additional, heldCount }, 0)
    expect(want(3)).to.deep.equal([{ type: 'requestExecutors', total: 3 }])
    expect(more(2, 1)).to.deep.equal([{ type: 'requestExecutors', total: 5 }])
    expect(more(2, 6)).to.deep.equal([{ type: 'requestExecutors', total: 8 }])
    expect(want(100)).to.deep.equal([{ type: 'requestExecutors', total: 8 }])
    expect(want(0)).to.deep.equal([{ type: 'requestExecutors', total: 0 }])
    expect(allocation.handle(load('', 2), 1000)).to.deep.equal([
      { type: 'requestExecutors', total: 2 },
    ])
  })

  it('gives back what the user does not want, once, and asks for no other in its place', () => {
    const allocation = new ExecutorAllocation(OPTIONS)
    const executorIds = [executorId('w1/1')]
    const unwanted = { type: 'executorsUnwanted', executorIds, heldCount: 3 } as const
    expect(allocation.handle(unwanted, 0)).to.deep.equal([
      { type: 'requestExecutors', total: 2 },
      { type: 'releaseExecutors', executorIds },
    ])
    expect(allocation.handle({ ...unwanted, executorIds: [] }, 0)).to.deep.equal([])
    expect(allocation.handle(load('iii'), 0)).to.deep.equal([])
    expect(allocation.handle(load('iii'), 60_000)[1]).to.deep.equal({
      type: 'releaseExecutors',
      executorIds: ['w1/0'],
    })
  })

  it('gives nothing back where there is no time-out', () => {
    const allocation = new ExecutorAllocation({ ...OPTIONS, idleTimeoutMs: undefined })
    allocation.handle(load('ii'), 0)
    expect(allocation.handle(load('ii'), 1e9)).to.deep.equal([])
  })
})
