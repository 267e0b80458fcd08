import { expect } from 'chai'
import { capture } from '../../../../../publib/closure/index.ts'
import { headOf, shipped } from '../round-trip.ts'

const rows = Array.from({ length: 200 }, (_each, i) => ({ id: i, name: `row ${i}`, tags: [i] }))

function blocks(fn: () => unknown): number {
  const head = headOf(capture([{ fn, operation: 'x' }]).bytes)
  return head.split('"t":"data"').length - 1
}

describe('captured data', () => {
  it('travels as one block where it is nothing but data', async () => {
    expect(blocks(() => rows)).to.equal(1)
    expect((await shipped(() => rows))()).to.deep.equal(rows)
  })

  it('travels as nodes where it is small', () => {
    const small = { a: 1, b: [2, 3] }
    expect(blocks(() => small)).to.equal(0)
  })

  it('is not in a block where a function, an accessor or a class is in it', async () => {
    const odd = { rows, fn: () => 1, when: new Date(0) }
    expect((await shipped(() => odd))().fn()).to.equal(1)
    expect(blocks(() => odd)).to.equal(1)
    const accessor = Object.defineProperty({ rows: [...rows] }, 'now', { get: () => 5 })
    expect((await shipped(() => accessor))()).to.have.property('now', 5)
  })

  it('keeps the identity of what is shared between blocks', async () => {
    const shared = { list: rows.map(row => row.id) }
    const [a, b] = [
      { shared, rows },
      { shared, more: rows.map(row => row.name) },
    ]
    const [x, y] = (await shipped(() => [a, b] as const))()
    expect(x.shared).to.equal(y.shared)
    expect(y.more).to.have.length(200)
  })

  it('keeps the identity of what a function holds, too', async () => {
    const inner = { n: 1, list: rows.map(row => row.id) }
    const outer = { inner, rows }
    const [x, y] = (await shipped(() => [outer, inner] as const))()
    expect(x.inner).to.equal(y)
  })

  it('keeps holes, bigints, dates, maps, sets and cycles', async () => {
    const list: unknown[] = Array.from({ length: 100 }, (_each, i) => i)
    delete list[50]
    const data: Record<string, unknown> = {
      list,
      big: 10n,
      date: new Date(5),
      map: new Map([['k', new Set([1, Number.NaN])]]),
      nothing: undefined,
      minusZero: -0,
    }
    data['self'] = data
    expect(blocks(() => data)).to.equal(1)
    const copy = (await shipped(() => data))()
    expect(copy['self']).to.equal(copy)
    expect(copy).to.deep.equal(data)
    expect(50 in (copy['list'] as unknown[])).to.equal(false)
  })

  it('is fresh for each task', async () => {
    const copy = await shipped(() => rows)
    expect(copy()).to.not.equal(rows)
  })
})
