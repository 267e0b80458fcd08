import { expect } from 'chai'
import { detectColumn } from '#publib/columnar'
import { decodeValue, encodeValue, ListEncoder } from '#publib/serialization'
import { assertExactly, batches, fc, holdsForAll } from '../../../support/property.ts'

describe('a list encoder', () => {
  it('gives the array of the records of all columns', () => {
    holdsForAll(fc.array(batches, { maxLength: 4 }), given => {
      const list = new ListEncoder()
      for (const values of given) list.add({ kind: 'values', values })
      assertExactly(decodeValue(list.finish().bytes), given.flat())
    })
  })

  it('takes columns whose memory is used again', () => {
    const memory = new Float64Array(3)
    const list = new ListEncoder()
    for (let i = 0; i < 3000; i++) {
      memory.fill(i + 0.5)
      list.add({ kind: 'f64', values: memory })
    }
    const expected = Array.from({ length: 9000 }, (_, i) => Math.floor(i / 3) + 0.5)
    const { bytes } = list.finish()
    expect(decodeValue(bytes)).to.deep.equal(expected)
    // Columns of few rows do not become blocks of their own.
    expect(bytes.length).to.be.below(1.1 * encodeValue(expected).length)
  })

  it('names the row of what cannot be encoded, counted from the first column', () => {
    const list = new ListEncoder()
    list.add(detectColumn(Array.from({ length: 5000 }, (_, i) => [i, 'x'])))
    const rows = Array.from({ length: 2000 }, (_, i) => [i, i === 7 ? () => i : 'x'])
    expect(() => list.add(detectColumn(rows))).to.throw(/Row 5007, at \[1\], is a function/)
  })
})
