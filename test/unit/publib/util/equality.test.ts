import { expect } from 'chai'
import { copyValue, equalValues, isPlainObject } from '#publib/util'
import { holdsForAll, keys } from '../../../support/property.ts'

describe('equality of keys', () => {
  const equal: readonly (readonly [string, unknown, unknown])[] = [
    ['0 and -0', 0, -0],
    ['NaN and itself', NaN, NaN],
    ['equal arrays', ['a', [1, -0]], ['a', [1, 0]]],
    ['equal objects in another order of keys', { a: 1, b: NaN }, { b: NaN, a: 1 }],
    ['equal dates', new Date(5), new Date(5)],
    ['invalid dates', new Date(NaN), new Date(NaN)],
    ['equal bytes', new Uint8Array([1, 2]), Buffer.from([1, 2])],
    ['a hole and undefined', new Array(1), [undefined]],
    ['objects with and without prototype', Object.assign(Object.create(null), { a: 1 }), { a: 1 }],
  ]
  for (const [name, a, b] of equal) {
    it(`holds for ${name}`, () => {
      expect(equalValues(a, b)).to.equal(true)
      expect(equalValues(b, a)).to.equal(true)
    })
  }

  class Point {
    x = 1
  }
  const different: readonly (readonly [string, unknown, unknown])[] = [
    ['1 and 1n', 1, 1n],
    ['1 and "1"', 1, '1'],
    ['null and undefined', null, undefined],
    ['null and {}', null, {}],
    ['arrays of other length', [1], [1, undefined]],
    ['an array and an object like it', ['a'], { 0: 'a' }],
    ['a missing field and undefined', { a: undefined }, { b: undefined }],
    ['instances of a class', new Point(), new Point()],
    ['Maps', new Map([[1, 2]]), new Map([[1, 2]])],
    ['functions', () => 1, () => 1],
    ['views of other kinds', new Uint8Array([1]), new Int8Array([1])],
    ['a date and its number', new Date(5), 5],
  ]
  for (const [name, a, b] of different) {
    it(`does not hold for ${name}`, () => {
      expect(equalValues(a, b)).to.equal(false)
      expect(equalValues(b, a)).to.equal(false)
    })
  }

  it('holds between any key and its copy', () => {
    holdsForAll(keys, key => equalValues(key, copyValue(key)))
  })

  it('ends at cycles', () => {
    const a: unknown[] = []
    a.push(a)
    const b: unknown[] = []
    b.push(b)
    expect(equalValues(a, a)).to.equal(true)
    expect(equalValues(a, b)).to.equal(false)
  })

  it('knows plain objects', () => {
    expect(
      [{}, Object.create(null), new Point(), [], Object.create({ a: 1 })].map(isPlainObject),
    ).to.deep.equal([true, true, false, false, false])
  })
})
