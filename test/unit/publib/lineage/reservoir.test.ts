import { expect } from 'chai'
import { type Column, detectColumn } from '#publib/columnar'
import { SeededRandom } from '#publib/util'
import { SampleKeys } from '../../../../publib/lineage/actions/sample-keys.ts'
import { Reservoir } from '../../../../publib/lineage/reservoir.ts'

function sampleOf(count: number, size: number, seed: number): number[] {
  const sample = new Reservoir<number>(size, new SeededRandom(seed))
  for (let i = 0; i < count; i++) if (i === sample.next) sample.put(i)
  return sample.items
}

describe('a reservoir', () => {
  it('holds all records of a short stream, and as many as it may of a longer one', () => {
    expect(sampleOf(5, 8, 1)).to.deep.equal([0, 1, 2, 3, 4])
    expect(new Set(sampleOf(10_000, 8, 1)).size).to.equal(8)
    expect(sampleOf(100, 0, 1)).to.deep.equal([])
  })

  it('takes each record as likely as any other', () => {
    const hits = new Float64Array(40)
    for (let seed = 0; seed < 8000; seed++) for (const i of sampleOf(40, 5, seed)) hits[i]!++
    // Each is taken by one in eight samples: 1000 times, ± 30 or so.
    for (const count of hits) expect(count).to.be.within(860, 1140)
  })
})

describe('a sample of keys', () => {
  const records = Array.from({ length: 5000 }, (_, i): [string, number] => [`key ${i}`, i])

  function* batches(): Generator<[string, number][]> {
    for (let i = 0; i < records.length; i += 333) yield records.slice(i, i + 333)
  }

  function* columns(kind: 'tuple' | 'values'): Generator<Column> {
    for (const batch of batches()) {
      yield kind === 'tuple' ? detectColumn(batch) : { kind: 'values', values: batch }
    }
  }

  it('is the same from rows and from columns', () => {
    const action = new SampleKeys(70, undefined)
    const expected = action.run(batches(), 3, undefined as never)
    expect(expected.count).to.equal(5000)
    expect(expected.keys).to.have.length(70)
    for (const kind of ['tuple', 'values'] as const) {
      expect(action.runColumns(columns(kind), 3, undefined as never)).to.deep.equal(expected)
    }
    expect(action.run(batches(), 4, undefined as never).keys).not.to.deep.equal(expected.keys)
  })
})
