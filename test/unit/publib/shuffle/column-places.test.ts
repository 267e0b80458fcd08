import { expect } from 'chai'
import { detectColumn } from '#publib/columnar'
import { type Partitioner, RangePartitioner } from '#publib/shuffle'
import { compareValues, hashValue } from '#publib/util'
import { placesOfKeys } from '../../../../publib/shuffle/column-placement.ts'
import { fc, holdsForAll, keys } from '../../../support/property.ts'

describe('places of a column of keys', () => {
  function check(partitioner: Partitioner, values: readonly unknown[]): void {
    const hashes = Int32Array.from(values, hashValue)
    const places = placesOfKeys(detectColumn(values), hashes, partitioner)
    expect([...places]).to.deep.equal(values.map(value => partitioner.getPartition(value)))
  }

  const kinds = [
    fc.array(fc.oneof(fc.integer({ min: -4, max: 4 }), fc.constantFrom(NaN, -0, 0.5, Infinity))),
    fc.array(fc.oneof(fc.constantFrom('', 'a', 'a\0', '\uffff', '😀'), fc.string())),
    fc.array(fc.date({ noInvalidDate: false })),
    fc.array(fc.boolean()),
    fc.array(keys),
  ]

  it('are those of the keys one by one, by ranges of whatever kind', () => {
    for (const bounds of kinds) {
      for (const values of kinds) {
        holdsForAll(
          fc.tuple(bounds, values, fc.boolean()),
          ([some, all, ascending]) => {
            check(
              new RangePartitioner([...some].sort(compareValues), ascending) as Partitioner,
              all,
            )
          },
          10,
        )
      }
    }
  })

  it('follow a key function and a comparator', () => {
    const values = [5, 1, 9, 22, 13]
    check(
      new RangePartitioner([3, 6], true, { key: (key: number) => key % 10 }) as Partitioner,
      values,
    )
    const compare = ((a: number, b: number) => b - a) as never
    check(new RangePartitioner([12, 6], true, { compare }) as Partitioner, values)
  })
})
