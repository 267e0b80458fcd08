import { expect } from 'chai'
import { ArrayGroup, type Column, detectColumn, valuesOf } from '#publib/columnar'
import { assertExactly, batches, fc, holdsForAll } from '../../../support/property.ts'

/** Rows enough for a generated loop. */
function repeated(batch: readonly unknown[]): unknown[] {
  return Array.from({ length: Math.ceil(128 / batch.length) }, () => batch).flat(1)
}

/** What a column is made of. */
function kinds(column: Column): unknown {
  switch (column.kind) {
    case 'tuple':
      return column.fields.map(kinds)
    case 'record':
      return Object.fromEntries(column.keys.map((key, i) => [key, kinds(column.fields[i]!)]))
    case 'list':
      return { [column.isGroup ? 'group' : 'list']: kinds(column.items) }
    case 'nullable':
      return { nullable: kinds(column.values) }
    default:
      return column.kind
  }
}

function attempt(rows: readonly unknown[]): unknown {
  try {
    return kinds(detectColumn(rows))
  } catch (error) {
    return (error as Error).name
  }
}

const leaf = fc.oneof(
  fc.integer(),
  fc.double(),
  fc.boolean(),
  fc.string({ maxLength: 4 }),
  fc.constantFrom(null, undefined, -0, Number.NaN, 7n),
)
const inner = fc.oneof(leaf, fc.tuple(leaf, leaf), fc.record({ x: leaf, y: leaf }))
const row = fc.oneof(
  fc.tuple(fc.integer(), fc.double()),
  fc.tuple(fc.string(), inner),
  fc.record({ a: fc.integer(), b: inner, c: fc.boolean() }),
)

describe('columns read by generated loops', () => {
  it('are of the kinds that a plain loop finds', () => {
    for (const rows of [batches, fc.array(row, { minLength: 1, maxLength: 30 })]) {
      holdsForAll(rows as typeof batches, batch => {
        if (batch.length === 0 || batch.length >= 128) return true
        expect(attempt(repeated(batch))).to.deep.equal(attempt(batch))
        return true
      })
    }
  })

  it('are of the rows exactly, also where one in the middle differs from those that were looked at', () => {
    const odd: readonly unknown[] = [
      ...[[1.5, 'a'], [-0, 'a'], ['x', 'a'], [1, 'a', 2], [1], [null, undefined], 7, null],
      ...[
        [7n, 'a'],
        [{ valueOf: 5 }, 'a'],
        [Object(5), 'a'],
        ['5', 'a'],
      ],
      ...[{ 0: 1, 1: 'a' }, [1, ['nested']], new Array(2), Object.assign([1, 'a'], {})],
    ]
    for (const [index, other] of odd.entries()) {
      const rows: unknown[] = Array.from({ length: 200 }, (_, i) => [i, `t${i}`])
      rows[31 + index] = other
      assertExactly(valuesOf(detectColumn(rows)), rows)
    }
    const keys = [{ a: 1 }, { a: 1, b: 2, c: 3 }, { b: 2, a: 1 }, Object.create({ a: 1, b: 2 })]
    for (const other of keys) {
      const rows: unknown[] = Array.from({ length: 200 }, (_, i) => ({ a: i, b: i / 2 }))
      rows[77] = other
      assertExactly(valuesOf(detectColumn(rows)), rows)
    }
  })

  it('keep their fields apart where only what is nested differs', () => {
    const rows = Array.from({ length: 200 }, (_, i) => [i, i === 50 ? null : { x: i }])
    expect(kinds(detectColumn(rows))).to.deep.equal(['i32', { nullable: { x: 'i32' } }])
  })

  it('hold numbers of lists and groups by their kind', () => {
    const lists = (number: number) => [[1, 2], [], [3, number]]
    expect(kinds(detectColumn(lists(4)))).to.deep.equal({ list: 'i32' })
    expect(kinds(detectColumn(lists(-0)))).to.deep.equal({ list: 'f64' })
    expect(kinds(detectColumn(lists(0.5).map(list => new ArrayGroup(list))))).to.deep.equal({
      group: 'f64',
    })
    assertExactly(valuesOf(detectColumn(lists(-0))), lists(-0))
    expect(kinds(detectColumn([[1, 2], [], [3, 4], [null]]))).to.deep.equal({
      list: { nullable: 'i32' },
    })
  })
})
