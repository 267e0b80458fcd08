import { expect } from 'chai'
import { sortedOrder } from '../../../../publib/shuffle/sort-numbers.ts'
import { fc, holdsForAll } from '../../../support/property.ts'

describe('sorting numbers by digits', () => {
  const numbers = fc.array(
    fc.oneof(
      fc.double({ noNaN: true }),
      fc.integer(),
      fc.constantFrom(0, -0, 1, -1, Number.MIN_VALUE, -Number.MAX_VALUE, Infinity, -Infinity),
    ),
    { maxLength: 60 },
  )

  for (const isFalling of [false, true]) {
    it(`gives the stable order in which they ${isFalling ? 'fall' : 'rise'}`, () => {
      holdsForAll(numbers, values => {
        const places = values.map((_, i) => i)
        const sign = isFalling ? -1 : 1
        places.sort((a, b) => {
          const [x, y] = [values[a]!, values[b]!]
          return x < y ? -sign : x > y ? sign : 0
        })
        const found = [...sortedOrder(Float64Array.from(values), isFalling)]
        expect(found).to.deep.equal(places)
        return true
      })
    })
  }
})
