import { expect } from 'chai'
import { Records } from '#publib/lineage'
import { batched, batchesOf, EMIT_RECORDS } from '../../../../publib/lineage/records.ts'

describe('records of batches', () => {
  it('come one at a time, and no batch is asked for before it is needed', () => {
    const asked: number[] = []
    function* batches() {
      for (const batch of [[1, 2], [], [3]]) {
        asked.push(batch.length)
        yield batch
      }
    }
    const records = new Records(batches())
    expect(asked).to.deep.equal([])
    expect(records.next().value).to.equal(1)
    expect(asked).to.deep.equal([2])
    expect([...records]).to.deep.equal([2, 3])
    expect(records.next().done).to.equal(true)
  })

  it('release what they come from, once', () => {
    let released = 0
    function* batches() {
      try {
        yield [1]
        yield [2]
      } finally {
        released++
      }
    }
    const records = new Records(batches())
    records.next()
    records.return()
    records.return()
    expect(released).to.equal(1)
    expect(records.next().done).to.equal(true)
  })

  it('keep the first error where the release fails too', () => {
    const failing: Iterable<number[]> = {
      [Symbol.iterator]: () => ({
        next: () => ({ done: false, value: [1] }),
        return: () => {
          throw new Error('late')
        },
      }),
    }
    const quiet = new Records(failing)
    quiet.release(true)
    const loud = new Records(failing)
    expect(() => loud.release(false)).to.throw('late')
  })

  it('are cut in batches that stay small', () => {
    const many = Array.from({ length: 70_000 }, (_, i) => i)
    expect([...batchesOf(many)].every(batch => batch.length <= EMIT_RECORDS)).to.equal(true)
    expect([...batchesOf(many)].flat()).to.deep.equal(many)
    expect([...batched(many.values())].flat()).to.deep.equal(many)
    expect([...batchesOf([])]).to.deep.equal([])
  })
})
