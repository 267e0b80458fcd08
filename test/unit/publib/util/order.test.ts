import { expect } from 'chai'
import { compareValues, equalValues, SeededRandom } from '#publib/util'
import { fc, holdsForAll, keys } from '../../../support/property.ts'

describe('the total order', () => {
  it('puts kinds in this order, and values in their kind', () => {
    const rising = [
      null,
      false,
      true,
      -Infinity,
      -1,
      0,
      1,
      1n,
      1.5,
      2n,
      2n ** 70n,
      Infinity,
      NaN,
      '',
      'B',
      'a',
      'aa',
      '\u{10000}',
      '\uffff',
      new Date(0),
      new Date(1),
      new Uint8Array(),
      new Uint8Array([1]),
      new Uint8Array([1, 0]),
      [],
      [1],
      [1, 0],
      ['a'],
      {},
      { a: 1 },
      { a: 2 },
      { a: 2, b: 0 },
      { b: 0 },
      new Map(),
    ]
    const shuffled = new SeededRandom(3).shuffle([...rising])
    expect(shuffled.sort(compareValues)).to.deep.equal(rising)
    // Array.sort never shows undefined to a comparator.
    expect(compareValues(undefined, null)).to.be.lessThan(0)
  })

  it('is antisymmetric, and 0 for equal keys only', () => {
    holdsForAll(fc.tuple(keys, keys), ([a, b]) => {
      const there = Math.sign(compareValues(a, b))
      return there === -Math.sign(compareValues(b, a)) && (there === 0) === equalValues(a, b)
    })
  })

  it('is transitive', () => {
    holdsForAll(
      fc.tuple(keys, keys, keys),
      ([a, b, c]) => {
        if (compareValues(a, b) > 0 || compareValues(b, c) > 0) return true
        return compareValues(a, c) <= 0
      },
      600,
    )
  })

  it('is reflexive', () => {
    holdsForAll(keys, key => compareValues(key, key) === 0)
  })
})
