import { expect } from 'chai'
import {
  type Column,
  detectColumn,
  isWellFormed,
  sliceColumn,
  valuesOf,
  withSharedTexts,
} from '#publib/columnar'
import { assertExactly, fc, holdsForAll } from '../../../support/property.ts'

type Texts = Column & { kind: 'utf8' }

const textColumn = (texts: readonly string[]) => detectColumn(texts) as Texts

describe('texts that rows share', () => {
  it('are the same texts', () => {
    const words = fc.array(fc.string({ unit: 'binary', maxLength: 30 }), {
      minLength: 1,
      maxLength: 40,
    })
    holdsForAll(words, given => {
      const known = given.filter(isWellFormed)
      if (known.length === 0) return true
      const rows = Array.from({ length: 300 }, (_, i) => known[(i * i) % known.length]!)
      const shared = withSharedTexts(textColumn(rows))
      assertExactly(valuesOf(shared), rows)
      assertExactly(valuesOf(sliceColumn(shared, 100, 200)), rows.slice(100, 200))
      return true
    })
  })

  it('are kept once, where that takes less room', () => {
    const cities = ['Amsterdam', 'Köln am Rhein', '', 'San Francisco', 'Sanfranciscox']
    const rows = Array.from({ length: 1000 }, (_, i) => cities[i % cities.length]!)
    const shared = withSharedTexts(textColumn(rows))
    expect(shared.bytes.length).to.equal(Buffer.byteLength(cities.join('')))
    expect(shared.starts).to.have.length(1000)
    assertExactly(valuesOf(shared), rows)
  })

  for (const [name, row] of [
    ['many different ones', (i: number) => `a text of its own ${i}`],
    ['short ones', (i: number) => `s${i % 3}`],
    [
      'ones that are different later',
      (i: number) => (i % 15 === 0 ? 'a common text' : `text no. ${i}`),
    ],
  ] as const) {
    it(`are not looked for further among ${name}`, () => {
      const column = textColumn(Array.from({ length: 1000 }, (_, i) => row(i)))
      expect(withSharedTexts(column)).to.equal(column)
    })
  }
})
