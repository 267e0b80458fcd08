import { expect } from 'chai'
import {
  type Column,
  ColumnBuilder,
  coalesceColumns,
  concatColumns,
  detectColumn,
  gatherColumn,
  hashColumn,
  isConsistent,
  locate,
  rowsOf,
  TooDeepForColumns,
  valuesOf,
} from '#publib/columnar'
import { hashValue } from '#publib/util'
import { assertExactly, batches, fc, holdsForAll } from '../../../support/property.ts'

/** As detectColumn does for encoders: what goes too deep is plain values. */
function columnOf(values: readonly unknown[]): Column {
  try {
    return detectColumn(values)
  } catch (error) {
    if (error instanceof TooDeepForColumns) return { kind: 'values', values }
    throw error
  }
}

describe('gathered columns', () => {
  it('hold the rows that were asked for, in the order of asking', () => {
    const cases = fc.tuple(batches, fc.array(fc.nat(), { maxLength: 60 }))
    holdsForAll(
      cases,
      ([batch, wanted]) => {
        const order = Uint32Array.from(batch.length === 0 ? [] : wanted, i => i % batch.length)
        const column = gatherColumn(columnOf(batch), order)
        assertExactly(
          valuesOf(column),
          Array.from(order, i => valuesOf(columnOf(batch))[i]),
        )
        return isConsistent(column)
      },
      400,
    )
  })

  it('take texts that share bytes', () => {
    const bytes = Buffer.from('the quick brown fox')
    const column: Column = {
      ...{ kind: 'utf8', bytes },
      starts: Uint32Array.of(16, 4, 0),
      lengths: Uint32Array.of(3, 5, 3),
    }
    expect(valuesOf(gatherColumn(column, Uint32Array.of(2, 0, 1)))).to.deep.equal([
      ...['the', 'fox', 'quick'],
    ])
  })
})

describe('a column builder', () => {
  it('holds the rows of all columns, whatever kinds they are of', () => {
    holdsForAll(
      fc.array(batches, { maxLength: 6 }),
      all => {
        const column = concatColumns(all.map(columnOf))
        assertExactly(
          valuesOf(column),
          all.flatMap(batch => valuesOf(columnOf(batch))),
        )
        return isConsistent(column)
      },
      400,
    )
  })

  it('takes parts of columns, cleared and filled again', () => {
    const cases = fc.array(fc.tuple(batches, fc.nat(), fc.nat()), { maxLength: 8 })
    const builder = new ColumnBuilder()
    holdsForAll(
      cases,
      parts => {
        builder.clear()
        const expected: unknown[] = []
        for (const [batch, a, b] of parts) {
          const rows = locate(columnOf(batch))
          const from = a % (batch.length + 1)
          const to = from + (b % (batch.length - from + 1))
          builder.add(rows, from, to)
          expected.push(...valuesOf(rows.column).slice(from, to))
        }
        const column = builder.column()
        assertExactly(valuesOf(column), expected)
        return rowsOf(column) === builder.rows && builder.bytes >= 0
      },
      400,
    )
  })

  it('makes doubles of integers and nullable ones of what is absent, and plain values of the rest', () => {
    const kinds = (...all: unknown[][]): string => concatColumns(all.map(columnOf)).kind
    expect(kinds([1, 2], [3])).to.equal('i32')
    expect(kinds([1, 2], [0.5])).to.equal('f64')
    expect(kinds(['a'], [null])).to.equal('nullable')
    expect(kinds([undefined], ['a'])).to.equal('nullable')
    expect(kinds([undefined], [undefined])).to.equal('constant')
    expect(kinds(['a'], [1])).to.equal('values')
    expect(kinds([[1, 'a']], [[0.5, null]])).to.equal('tuple')
    expect(kinds([{ a: 1 }], [{ b: 1 }])).to.equal('values')
  })

  it('goes back to the kind of its rows once it was cleared', () => {
    const builder = new ColumnBuilder()
    builder.addAll(columnOf(['a', null]))
    builder.addAll(columnOf([1]))
    expect(builder.column().kind).to.equal('nullable')
    builder.clear()
    builder.addAll(columnOf(['b']))
    expect(builder.finish()).to.deep.include({ kind: 'utf8' })
    expect(builder.rows).to.equal(0)
  })
})

describe('the hashes of a column', () => {
  it('are those of its values, whatever kind it is of', () => {
    holdsForAll(
      fc.tuple(batches, batches),
      ([a, b]) => {
        const rows = Math.min(a.length, b.length)
        for (const batch of [a, b, Array.from({ length: rows }, (_, i) => [a[i], b[i]])]) {
          expect([...hashColumn(columnOf(batch))]).to.deep.equal(
            batch.map(value => hashValue(value)),
          )
        }
        return true
      },
      400,
    )
  })

  it('stop where those of values do, in rows with very many objects', () => {
    const rows = [new Array(60_000).fill([1, [2]]), new Array(60_000).fill([1, [3]])]
    expect([...hashColumn(columnOf(rows))]).to.deep.equal(rows.map(hashValue))
  })
})

describe('columns of few rows', () => {
  it('become columns of many, with the same rows in the same order', () => {
    holdsForAll(
      fc.array(batches, { maxLength: 8 }),
      all => {
        const columns = all.map(columnOf)
        const joined = [...coalesceColumns(columns)]
        assertExactly(joined.flatMap(valuesOf), columns.flatMap(valuesOf))
        return joined.length <= all.length && joined.every(isConsistent)
      },
      300,
    )
  })

  it('are joined by thousands, where they are of one kind', () => {
    const pairs = (count: number) => columnOf(Array.from({ length: count }, (_, i) => [`k${i}`, i]))
    const rows = (columns: readonly Column[]) => [...coalesceColumns(columns)].map(rowsOf)
    expect(rows(new Array(100).fill(pairs(100)))).to.deep.equal([4100, 4100, 1800])
    expect(rows([pairs(10), pairs(2000), pairs(10), pairs(10)])).to.deep.equal([10, 2000, 20])
    expect(rows([pairs(10), columnOf([1, 2]), columnOf([0.5])])).to.deep.equal([10, 3])
  })
})
