import { expect } from 'chai'
import {
  equalPartitioners,
  FunctionPartitioner,
  HashPartitioner,
  RangePartitioner,
} from '#publib/shuffle'
import { compareValues, copyValue, type SimSparkError } from '#publib/util'
import { fc, holdsForAll, keys } from '../../../support/property.ts'

describe('HashPartitioner', () => {
  it('places equal keys alike, and null and undefined in partition 0', () => {
    const partitioner = new HashPartitioner(7)
    holdsForAll(
      keys,
      key => partitioner.getPartition(key) === partitioner.getPartition(copyValue(key)),
    )
    expect([null, undefined].map(key => partitioner.getPartition(key))).to.deep.equal([0, 0])
  })

  it('places keys where every version places them', () => {
    const places = ['a', 'b', 'hello', 'é', 1, 2, -1.5, 1n, true, ['a', 1], { id: 1 }].map(key =>
      new HashPartitioner(1000).getPartition(key),
    )
    expect(places).to.deep.equal([185, 730, 662, 762, 919, 822, 808, 615, 337, 92, 659])
  })

  it('equals another one of the same size', () => {
    expect(equalPartitioners(new HashPartitioner(3), new HashPartitioner(3))).to.equal(true)
    expect(equalPartitioners(new HashPartitioner(3), new HashPartitioner(4))).to.equal(false)
    expect(equalPartitioners(new HashPartitioner(3), undefined)).to.equal(false)
  })

  it('has one partition at least', () => {
    for (const count of [0, -1, 1.5, NaN]) {
      expect(() => new HashPartitioner(count)).to.throw(/1 partition or more/)
    }
  })
})

describe('RangePartitioner', () => {
  it('holds in partition i the keys up to bound i, and with it', () => {
    const partitioner = new RangePartitioner([10, 20])
    expect([-5, 10, 10.5, 20, 21].map(key => partitioner.getPartition(key))).to.deep.equal([
      0, 0, 1, 1, 2,
    ])
    const falling = new RangePartitioner([10, 20], false)
    expect([-5, 10, 10.5, 20, 21].map(key => falling.getPartition(key))).to.deep.equal([
      2, 2, 1, 1, 0,
    ])
    expect(new RangePartitioner<string>([]).getPartition('x')).to.equal(0)
  })

  it('places any keys as looking at every bound would', () => {
    holdsForAll(fc.tuple(fc.array(keys, { maxLength: 8 }), keys), ([some, key]) => {
      const bounds = some
        .sort(compareValues)
        .filter((b, i) => i === 0 || compareValues(some[i - 1], b) < 0)
      const place = bounds.filter(bound => compareValues(key, bound) > 0).length
      return (
        new RangePartitioner(bounds).getPartition(key) === place &&
        new RangePartitioner(bounds, false).getPartition(key) === bounds.length - place
      )
    })
  })

  it('equals another one of equal bounds in the same direction and order', () => {
    const one = new RangePartitioner([
      ['a', 1],
      ['b', 2],
    ])
    expect(
      equalPartitioners(
        one,
        new RangePartitioner([
          ['a', 1],
          ['b', 2],
        ]),
      ),
    ).to.equal(true)
    expect(
      equalPartitioners(
        one,
        new RangePartitioner([
          ['a', 1],
          ['b', 3],
        ]),
      ),
    ).to.equal(false)
    expect(equalPartitioners(one, new RangePartitioner(one.bounds, false))).to.equal(false)
    const byLength = new RangePartitioner([1, 2], true, {
      key: (text: unknown) => String(text).length,
    })
    expect(equalPartitioners(byLength, new RangePartitioner([1, 2]))).to.equal(false)
    expect(byLength.getPartition('ab' as never)).to.equal(1)
  })

  it('follows a comparison of the user', () => {
    const partitioner = new RangePartitioner(['c', 'a'], true, {
      compare: (a: string, b: string) => (a < b ? 1 : a > b ? -1 : 0),
    })
    expect(['d', 'c', 'b', 'a', ''].map(key => partitioner.getPartition(key))).to.deep.equal([
      0, 0, 1, 1, 2,
    ])
  })
})

describe('FunctionPartitioner', () => {
  it('takes any integer modulo the number of partitions', () => {
    const partitioner = new FunctionPartitioner<number>(3, key => key)
    expect([0, 4, -1, -3, 2 ** 40].map(key => partitioner.getPartition(key))).to.deep.equal([
      0, 1, 2, 0, 1,
    ])
  })

  it('refuses anything else, naming key and value', () => {
    for (const place of [1.5, NaN, '0', undefined, Infinity, null]) {
      const partitioner = new FunctionPartitioner<string>(3, () => place as number)
      try {
        partitioner.getPartition('k')
        expect.fail()
      } catch (error) {
        expect((error as SimSparkError).code).to.equal('INVALID_PARTITION')
        expect((error as Error).message).to.contain('"k"')
      }
    }
  })

  it('equals one of the same function and size only', () => {
    const f = (key: number) => key
    expect(
      equalPartitioners(new FunctionPartitioner(3, f), new FunctionPartitioner(3, f)),
    ).to.equal(true)
    expect(
      equalPartitioners(
        new FunctionPartitioner(3, f),
        new FunctionPartitioner(3, (key: number) => key),
      ),
    ).to.equal(false)
  })
})
