import { expect } from 'chai'
import { estimateSize, MemoryBudget, SizeSampler } from '#publib/memory'

describe('a memory budget', () => {
  const make = (heap = { fullness: 0 }) =>
    new MemoryBudget({ limitBytes: 10_000, fraction: 0.5, heapFullness: () => heap.fullness })

  it('lets a keeper hold data up to the fraction of the limit', () => {
    const budget = make()
    const keeper = budget.keeper()
    expect(keeper.shouldSpill(5000)).to.equal(false)
    expect(keeper.shouldSpill(5001)).to.equal(true)
    keeper.release()
    expect(budget.heldBytes).to.equal(0)
    expect(budget.peakBytes).to.equal(5001)
  })

  it('counts what all keepers hold together, but does not ask who holds little', () => {
    const budget = make()
    const large = budget.keeper()
    const small = budget.keeper()
    expect(large.shouldSpill(4900)).to.equal(false)
    expect(small.shouldSpill(150)).to.equal(false)
    expect(small.shouldSpill(400)).to.equal(true)
    expect(large.shouldSpill(4900)).to.equal(true)
    large.release()
    expect(small.shouldSpill(400)).to.equal(false)
  })

  it('asks everybody who holds something when the heap is full, and looks again after a spill', () => {
    const heap = { fullness: 0.9 }
    const budget = make(heap)
    const keeper = budget.keeper()
    expect(keeper.shouldSpill(10)).to.equal(false)
    expect(keeper.shouldSpill(1000)).to.equal(true)
    heap.fullness = 0.3
    keeper.release()
    expect(keeper.shouldSpill(1000)).to.equal(false)
  })

  it('numbers spill files', () => {
    const budget = make()
    expect([budget.nextSpill(), budget.nextSpill()]).to.deep.equal([0, 1])
  })

  it('reads the heap of the thread by default', () => {
    expect(new MemoryBudget({ limitBytes: 1 << 30 }).keeper().shouldSpill(1 << 20)).to.equal(false)
  })
})

describe('estimates of size', () => {
  it('grow with what is in a value, and end at cycles', () => {
    expect(estimateSize('x'.repeat(1000))).to.be.within(1000, 1100)
    expect(estimateSize(new Array(1000).fill('x'.repeat(100)))).to.be.within(100_000, 200_000)
    expect(estimateSize(new Uint8Array(5000))).to.be.within(5000, 5200)
    expect(estimateSize(new Map([['a', 'x'.repeat(500)]]))).to.be.greaterThan(500)
    expect(estimateSize({ a: { b: 'x'.repeat(300) } })).to.be.within(300, 500)
    const cyclic: unknown[] = []
    cyclic.push(cyclic)
    expect(estimateSize(cyclic)).to.be.lessThan(1000)
  })

  it('of many values follow from a sample, alike on every run', () => {
    const sampler = new SizeSampler()
    for (let i = 0; i < 10_000; i++) sampler.add('x'.repeat(84))
    expect(sampler.bytes).to.equal(1_000_000)
    expect(sampler.count).to.equal(10_000)
    sampler.reset()
    expect(sampler.bytes).to.equal(0)
  })
})
