import { expect } from 'chai'
import { copyValue, KeyedMap } from '#publib/util'
import { fc, holdsForAll, keys } from '../../../support/property.ts'

describe('KeyedMap', () => {
  it('finds what an equal key holds', () => {
    const map = new KeyedMap<unknown, number>([
      [['a', 1], 5],
      [{ x: 1, y: 2 }, 6],
      [new Date(3), 7],
    ])
    expect(map.get(['a', 1])).to.equal(5)
    expect(map.get({ y: 2, x: 1 })).to.equal(6)
    expect(map.has(new Date(3))).to.equal(true)
    expect(map.has(['a', 1n])).to.equal(false)
  })

  it('keeps the first of equal keys and the last of their values, in the order of the keys', () => {
    const first = ['a']
    const map = new KeyedMap<unknown, number>([
      [first, 1],
      ['b', 2],
    ])
    map.set(['a'], 3).set(-0, 4).set(0, 5).set(NaN, 6).set(NaN, 7)
    expect([...map]).to.deep.equal([
      [['a'], 3],
      ['b', 2],
      [0, 5],
      [NaN, 7],
    ])
    expect([...map.keys()][0]).to.equal(first)
    expect(map.size).to.equal(4)
  })

  it('forgets what is deleted', () => {
    const map = new KeyedMap<unknown, number>([
      [['a'], 1],
      [['b'], 2],
    ])
    expect(map.delete(['a'])).to.equal(true)
    expect(map.delete(['a'])).to.equal(false)
    expect(map.has(['a'])).to.equal(false)
    map.clear()
    expect(map.get(['b'])).to.equal(undefined)
    expect(map.set(['b'], 4).get(['b'])).to.equal(4)
  })

  it('is a Map to everybody else', () => {
    const map = new KeyedMap([['a', 1]])
    expect(map).to.be.instanceOf(Map)
    expect(new Map(map).get('a')).to.equal(1)
  })

  it('holds any keys', () => {
    holdsForAll(fc.array(keys, { maxLength: 20 }), all => {
      const map = new KeyedMap(all.map((key, i) => [key, i] as const))
      return all.every(key => map.has(copyValue(key)))
    })
  })
})
