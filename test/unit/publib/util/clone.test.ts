import { expect } from 'chai'
import { copyValue, KeyedMap } from '#publib/util'
import { assertExactly, holdsForAll, values } from '../../../support/property.ts'

describe('copies of zero values', () => {
  it('are exactly what they are copies of', () => {
    holdsForAll(values, value => {
      assertExactly(copyValue(value), value)
    })
  })

  it('share nothing that can be changed', () => {
    const zero = {
      list: [[1]],
      map: new Map([['a', [1]]]),
      set: new Set([1]),
      at: new Date(5),
      raw: new Uint8Array(2),
    }
    const copy = copyValue(zero)
    copy.list[0]!.push(2)
    copy.map.get('a')!.push(2)
    copy.set.add(2)
    copy.at.setTime(6)
    copy.raw[0] = 1
    expect(zero).to.deep.equal({
      list: [[1]],
      map: new Map([['a', [1]]]),
      set: new Set([1]),
      at: new Date(5),
      raw: new Uint8Array(2),
    })
  })

  it('keep the class, getters and cycles', () => {
    class Counter {
      counts = new KeyedMap<unknown, number>([[['a'], 1]])
      self: Counter = this
      add(): number {
        return (this.counts.get(['a']) ?? 0) + 1
      }
    }
    const copy = copyValue(new Counter())
    expect(copy).to.be.instanceOf(Counter)
    expect(copy.self).to.equal(copy)
    expect(copy.add()).to.equal(2)
    const lazy = copyValue({
      get now() {
        return 7
      },
    })
    expect(Object.getOwnPropertyDescriptor(lazy, 'now')?.get).to.be.a('function')
  })

  it('are the thing itself where it is a function or a primitive', () => {
    const f = () => 1
    expect(copyValue(f)).to.equal(f)
    expect(copyValue('a')).to.equal('a')
  })
})
