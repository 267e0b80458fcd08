import { expect } from 'chai'
import {
  type Column,
  coalesceColumns,
  detectColumn,
  ownColumn,
  rowsOf,
  settledColumn,
  sliceColumn,
  slicesOf,
  TooDeepForColumns,
  valuesOf,
} from '#publib/columnar'
import { assertExactly, batches, fc, holdsForAll } from '../../../support/property.ts'

describe('a slice of a column', () => {
  it('has exactly the rows of its range', () => {
    const cuts = fc.tuple(batches, fc.nat(100), fc.nat(100))
    holdsForAll(
      cuts,
      ([batch, a, b]) => {
        const column = columnOf(batch)
        if (column === undefined) return true
        const [from, to] = [Math.min(a, batch.length), Math.min(b, batch.length)].sort(
          (x, y) => x - y,
        ) as [number, number]
        const slice = sliceColumn(column, from, to)
        assertExactly(valuesOf(slice), batch.slice(from, to))
        return rowsOf(slice) === to - from
      },
      400,
    )
  })

  it('is one of many that are the whole', () => {
    const rows = Array.from({ length: 25 }, (_, i) => (i % 3 === 0 ? null : `${i}`))
    const slices = [...slicesOf(detectColumn(rows), 10)]
    expect(slices.map(rowsOf)).to.deep.equal([10, 10, 5])
    assertExactly(slices.flatMap(valuesOf), rows)
  })

  it('of texts that share their bytes is one too', () => {
    const column: Column = {
      ...{ kind: 'utf8', bytes: new TextEncoder().encode('abcd') },
      ...{ starts: new Uint32Array([2, 0, 1]), lengths: new Uint32Array([2, 1, 3]) },
    }
    expect(valuesOf(sliceColumn(column, 1, 3))).to.deep.equal(['a', 'bcd'])
  })
})

describe('settling a column', () => {
  it('finds the kinds of values that nobody has looked at, wherever they stand', () => {
    const values: Column = { kind: 'values', values: ['a', 'b'] }
    const nested: Column = { kind: 'tuple', rows: 2, fields: [values, detectColumn([1, 2])] }
    const settled = settledColumn(nested) as Column & { kind: 'tuple' }
    expect(settled.fields.map(field => field.kind)).to.deep.equal(['utf8', 'i32'])
    expect(settledColumn(settled)).to.equal(settled)
  })
})

function columnOf(batch: readonly unknown[]): Column | undefined {
  try {
    return detectColumn(batch)
  } catch (error) {
    if (error instanceof TooDeepForColumns) return undefined
    throw error
  }
}

describe('a column of its own', () => {
  it('keeps values that are too large for one column as they are', () => {
    const values = new Array<string>(140).fill('x'.repeat(1 << 20))
    const own = ownColumn({ kind: 'values', values })
    expect(own.kind).to.equal('values')
    expect(rowsOf(own)).to.equal(140)
    const [first] = [...coalesceColumns([own, detectColumn(['a'])])]
    expect(rowsOf(first as Column)).to.equal(140)
  })
})
