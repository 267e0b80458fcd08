import { expect } from 'chai'

import { compareValues } from '#publib/util'
import { boundsOf } from '../../../../publib/lineage/sample-bounds.ts'
import { fc, holdsForAll } from '../../../support/property.ts'

describe('sampled ranges', () => {
  const even = (keys: readonly unknown[]) => keys.map(key => ({ key, weight: 1 }))

  it('cut the keys in parts of about the same weight', () => {
    const keys = Array.from({ length: 100 }, (_, i) => i)
    expect(boundsOf(even(keys), 4, compareValues)).to.deep.equal([24, 49, 74])
  })

  it('keys of full partitions weigh more', () => {
    const weighted = [...even([1, 2, 3, 4]), { key: 5, weight: 4 }, { key: 6, weight: 4 }]
    expect(boundsOf(weighted, 3, compareValues)).to.deep.equal([4, 5])
  })

  it('are fewer where there are few different keys', () => {
    expect(boundsOf(even([7, 7, 7]), 5, compareValues)).to.deep.equal([])
    expect(boundsOf(even([1, 2, 1, 2]), 5, compareValues)).to.deep.equal([1])
    expect(boundsOf([], 5, compareValues)).to.deep.equal([])
  })

  it('rise strictly, whatever the keys', () => {
    holdsForAll(
      fc.tuple(fc.array(fc.integer({ min: 0, max: 50 })), fc.integer({ min: 1, max: 20 })),
      ([keys, count]) => {
        const bounds = boundsOf(even(keys), count, compareValues) as number[]
        const rises = bounds.every((bound, i) => i === 0 || bound > bounds[i - 1]!)
        const leavesSome = bounds.length === 0 || bounds.at(-1)! < Math.max(...keys)
        return rises && leavesSome && bounds.length < count
      },
    )
  })
})
