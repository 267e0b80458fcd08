import { expect } from 'chai'
import {
  ArrayGroup,
  BatchTooLarge,
  detachString,
  detectColumn,
  isConsistent,
  rowsOf,
  TooDeepForColumns,
  valuesOf,
} from '#publib/columnar'
import { assertExactly, batches, fc, holdsForAll } from '../../../support/property.ts'

describe('columns', () => {
  it('give back exactly the values they were made of, and as many rows', () => {
    holdsForAll(
      batches,
      batch => {
        const column = columnOf(batch)
        if (column === undefined) return true
        assertExactly(valuesOf(column), batch)
        return rowsOf(column) === batch.length && isConsistent(column)
      },
      400,
    )
  })

  it('hold strings of every length and alphabet, mixed', () => {
    const alphabet = fc.constantFrom('a', 'é', '世', '😀', '\ud800', '\udc00', '\0')
    const text = fc.array(alphabet, { maxLength: 60 }).map(parts => parts.join(''))
    holdsForAll(fc.array(text, { maxLength: 30 }), strings => {
      assertExactly(valuesOf(detectColumn(strings)), strings)
    })
  })

  it('do not take a string for ASCII that is cut at the end of the buffer', () => {
    const strings = ['a'.repeat(30), `${'b'.repeat(29)}é`, 'é'.repeat(30)]
    assertExactly(valuesOf(detectColumn(strings)), strings)
  })

  it('leave cycles and depth to plain values', () => {
    const cyclic: unknown[] = []
    cyclic.push(cyclic)
    expect(() => detectColumn([cyclic])).to.throw(TooDeepForColumns)
    expect(() => detectColumn([[[[[[[[1]]]]]]]])).to.throw(TooDeepForColumns)
  })

  it('do not multiply one large array that many records share', () => {
    const shared = new Array(100_000).fill(1)
    expect(() => detectColumn(new Array(1000).fill(shared))).to.throw(BatchTooLarge)
  })

  it('keep groups apart from arrays', () => {
    const [group] = valuesOf(detectColumn([new ArrayGroup([1, 2]), new ArrayGroup([])]))
    expect(group).to.be.instanceOf(ArrayGroup)
    expect([...(group as ArrayGroup<number>)]).to.deep.equal([1, 2])
  })
})

describe('a group', () => {
  it('has a size, is iterable again and again, and looks like its values', () => {
    const group = new ArrayGroup(['a', 'b'])
    expect(group.size).to.equal(2)
    expect([...group, ...group]).to.deep.equal(['a', 'b', 'a', 'b'])
    expect(JSON.stringify(group)).to.equal('["a","b"]')
    const copy = group.toArray()
    copy.push('c')
    expect(group.toArray()).to.deep.equal(['a', 'b'])
  })
})

describe('detached strings', () => {
  it('are equal to what they were cut from', () => {
    const alphabet = fc.constantFrom('a', 'é', '世', '😀', '\ud800')
    holdsForAll(fc.array(alphabet, { maxLength: 3000 }), parts => {
      const text = parts.join('')
      return detachString(text) === text
    })
    expect(detachString('x'.repeat(10_000))).to.equal('x'.repeat(10_000))
  })
})

function columnOf(batch: readonly unknown[]): ReturnType<typeof detectColumn> | undefined {
  try {
    return detectColumn(batch)
  } catch (error) {
    if (error instanceof TooDeepForColumns) return undefined
    throw error
  }
}
