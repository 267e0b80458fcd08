import { expect } from 'chai'
import { CacheBudget, MemoryStore } from '#publib/storage'
import { rddId } from '#publib/util'

const KIB = 1024

describe('the memory store', () => {
  let budget: CacheBudget
  let store: MemoryStore
  beforeEach(() => {
    budget = new CacheBudget(10 * KIB)
    store = new MemoryStore(budget)
  })

  function keep(rdd: number, partition: number, kib: number, mayGoToDisk = false): boolean {
    const { isGranted } = store.makeRoom(kib * KIB, rddId(rdd))
    const key = { rddId: rddId(rdd), partition }
    return (
      isGranted && store.put({ key, blocks: [new Uint8Array(1)], bytes: kib * KIB, mayGoToDisk })
    )
  }
  const kept = () => [...store.partitions].map(({ key }) => `${key.rddId}/${key.partition}`)

  it('evicts what was used least recently', () => {
    for (const rdd of [1, 2, 3]) keep(rdd, 0, 3)
    store.touch({ rddId: rddId(1), partition: 0 })
    expect(keep(4, 0, 3)).to.equal(true)
    expect(kept()).to.deep.equal(['3/0', '1/0', '4/0'])
  })

  it('never evicts partitions of the RDD that needs the room, and nothing if that is not enough', () => {
    keep(1, 0, 4)
    keep(2, 0, 4)
    expect(keep(1, 1, 7)).to.equal(false)
    expect(kept()).to.deep.equal(['1/0', '2/0'])
    expect(budget.usedBytes).to.equal(8 * KIB)
  })

  it('evicts nothing while some of it must be written to disk first', () => {
    keep(1, 0, 4, true)
    keep(2, 0, 4)
    const { isGranted, toDisk, evicted } = store.makeRoom(10 * KIB, rddId(3))
    expect([isGranted, toDisk.map(({ key }) => key.rddId), evicted]).to.deep.equal([
      ...[false, [1], []],
    ])
    expect(kept()).to.deep.equal(['1/0', '2/0'])
    expect(store.drop(toDisk[0]!.key)).to.equal(true)
    expect(store.makeRoom(10 * KIB, rddId(3))).to.deep.include({ isGranted: true, toDisk: [] })
    expect(kept()).to.deep.equal([])
  })

  it('gives the room of a second copy back', () => {
    keep(1, 0, 4)
    expect(keep(1, 0, 4)).to.equal(false)
    expect(budget.usedBytes).to.equal(4 * KIB)
  })

  it('gives the room of an RDD back that is not persisted any more', () => {
    keep(1, 0, 4)
    keep(1, 1, 4)
    expect(store.unpersist(rddId(1)).map(({ partition }) => partition)).to.deep.equal([0, 1])
    expect([budget.usedBytes, store.size]).to.deep.equal([0, 0])
  })

  it('shares its count with whoever looks at the same memory', () => {
    const other = new CacheBudget(budget.memory)
    expect(other.take(6 * KIB)).to.equal(true)
    expect(budget.take(5 * KIB)).to.equal(false)
    other.give(6 * KIB)
    expect(budget.take(10 * KIB)).to.equal(true)
  })
})
