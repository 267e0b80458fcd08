import { expect } from 'chai'
import {
  type Column,
  ColumnBuilder,
  detectColumn,
  gatherColumn,
  isSameColumn,
  isTwice,
  locate,
  rowsOf,
  settledColumn,
  sliceColumn,
  slicesOf,
  valuesOf,
} from '#publib/columnar'
import { decodeColumn, encodeColumn } from '#publib/serialization'
import { fc, holdsForAll } from '../../../support/property.ts'

function twice(column: Column): Column {
  return { kind: 'tuple', rows: rowsOf(column), fields: [column, column] }
}

describe('pairs of twice the same', () => {
  const texts = detectColumn(['b', 'a', 'ä', '', 'b'])

  it('stay one column wherever they go', () => {
    const pairs = twice(texts)
    const builder = new ColumnBuilder()
    builder.addAll(pairs)
    builder.add(locate(pairs), 1, 3)
    const gone = [
      gatherColumn(pairs, Uint32Array.of(3, 1, 1)),
      sliceColumn(pairs, 1, 4),
      ...slicesOf(pairs, 2),
      settledColumn(pairs),
      builder.column(),
      ...encodeColumn(pairs).map(block => decodeColumn(block)),
    ]
    for (const column of gone) expect(isTwice(column)).to.equal(true)
    expect(
      gone.map(column => valuesOf(column).map(row => (row as string[]).join('-'))),
    ).to.deep.equal([
      ['-', 'a-a', 'a-a'],
      ['a-a', 'ä-ä', '-'],
      ...[['b-b', 'a-a'], ['ä-ä', '-'], ['b-b']],
      ['b-b', 'a-a', 'ä-ä', '-', 'b-b'],
      ['b-b', 'a-a', 'ä-ä', '-', 'b-b', 'a-a', 'ä-ä'],
      ['b-b', 'a-a', 'ä-ä', '-', 'b-b'],
    ])
  })

  it('are written once', () => {
    const [once] = encodeColumn(texts)
    const [both] = encodeColumn(twice(texts))
    expect(both!.length).to.be.at.most(once!.length + 2)
  })

  it('become two columns where others follow', () => {
    const builder = new ColumnBuilder()
    const others = detectColumn([
      ['x', 1],
      ['y', 2],
    ])
    for (const column of [twice(texts), others, twice(texts)]) builder.addAll(column)
    expect(valuesOf(builder.column())).to.deep.equal(
      [twice(texts), others, twice(texts)].flatMap(valuesOf),
    )
    builder.clear()
    builder.addAll(others)
    expect(valuesOf(builder.column())).to.deep.equal(valuesOf(others))
  })

  it('are seen in bytes', () => {
    const values = fc.oneof(
      fc.array(fc.oneof(fc.integer({ min: -1, max: 1 }), fc.constantFrom(-0, NaN))),
      fc.array(fc.constantFrom('', 'a', 'aa')),
    )
    holdsForAll(fc.tuple(values, values), ([a, b]) => {
      const isSame = a.length === b.length && a.every((value, i) => Object.is(value, b[i]))
      if (a.length > 0) expect(isSameColumn(detectColumn(a), detectColumn([...a]))).to.equal(true)
      if (isSameColumn(detectColumn(a), detectColumn(b))) expect(isSame).to.equal(true)
    })
  })
})
