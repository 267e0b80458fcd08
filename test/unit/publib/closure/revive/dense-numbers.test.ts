import { deserialize, serialize } from 'node:v8'
import { expect } from 'chai'
import { withDenseNumbers } from '../../../../../publib/closure/revive/dense-numbers.ts'
import { shipped } from '../round-trip.ts'

function again<T>(value: T): T {
  return withDenseNumbers(deserialize(serialize(value))) as T
}

describe('arrays of numbers among captured data', () => {
  it('are the same numbers, wherever they stand', () => {
    const numbers = [1, -0, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 40]
    const all = { rows: [numbers, [1, 2, 3]], map: new Map([['a', [0.25, 1]]]), more: { numbers } }
    expect(again(all)).to.deep.equal(all)
    expect(again(numbers)).to.deep.equal(numbers)
  })

  it('are copied, not kept', () => {
    const made = [[0.5, 1.5]]
    const [inner] = made
    expect((withDenseNumbers(made) as number[][])[0]).to.not.equal(inner)
  })

  it('stay one where they were one', () => {
    const shared = [0.5, 1.5]
    const copy = again({ a: shared, b: [shared] })
    expect(copy.a).to.equal(copy.b[0])
  })

  it('stay what a map and a set know them by', () => {
    const key = [0.5, 1.5]
    const copy = again({ key, map: new Map([[key, 1]]), set: new Set([key]) })
    expect(copy.map.get(copy.key)).to.equal(1)
    expect(copy.set.has(copy.key)).to.equal(true)
  })

  it('keep holes, and what is not a number', () => {
    const holes = [0.5, 1.5, 2.5]
    delete holes[1]
    const copy = again({ holes, mixed: [0.5, 'a', null, undefined] })
    expect(1 in copy.holes).to.equal(false)
    expect(copy.mixed).to.deep.equal([0.5, 'a', null, undefined])
  })

  it('are found in what holds itself', () => {
    const cycle: { self?: unknown; numbers: number[] } = { numbers: [0.5] }
    cycle.self = cycle
    const copy = again(cycle)
    expect(copy.self).to.equal(copy)
    expect(copy.numbers).to.deep.equal([0.5])
  })

  it('belong to a task alone', async () => {
    const rows = Array.from({ length: 100 }, (_, i) => [i / 2, i / 3])
    const change = await shipped(() => {
      rows[0]![0] = 7
      return rows
    })
    expect(change()[0]).to.deep.equal([7, 0])
    expect(rows[0]).to.deep.equal([0, 0])
  })
})
