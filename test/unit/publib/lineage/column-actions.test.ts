import { expect } from 'chai'
import { type Column, detectColumn } from '#publib/columnar'
import {
  type Action,
  Collect,
  type ComputeContext,
  Count,
  CountByValue,
  type ElementOrder,
  type Root,
  rootOf,
  Sum,
  Take,
  TakeOrdered,
} from '#publib/lineage'
import { decodeValue, EncodedValue } from '#publib/serialization'
import { compareValues } from '#publib/util'
import { assertExactly, fc, holdsForAll } from '../../../support/property.ts'

const typeOf = (x: unknown) => typeof x
const context = {
  environment: {},
  root: <F>(root: Root<F>) => root.value,
} as ComputeContext

/** The action's result by rows and by columns. */
function both(
  action: Action<never, unknown>,
  batches: readonly (readonly unknown[])[],
): readonly [unknown, unknown] {
  const columns: Iterable<Column> = batches.map(batch => detectColumn(batch))
  const result = action.runColumns?.(columns, 0, context)
  const byColumns = result instanceof EncodedValue ? decodeValue(result.bytes) : result
  return [action.run(batches as never, 0, context), byColumns]
}

const keys = fc.oneof(
  fc.constantFrom('a', 'b', 'é', '😀', ''),
  fc.constantFrom(0, -0, 1, 0.5, Number.NaN, 2 ** 40),
  fc.constantFrom(null, undefined, true),
  fc.array(fc.nat(2), { maxLength: 2 }),
)
const records = fc.array(fc.array(keys, { maxLength: 30 }), { maxLength: 4 })
const texts = fc.array(fc.array(fc.constantFrom('a', 'bb', 'ccc'), { maxLength: 30 }))

describe('actions on columns', () => {
  it('collect, count and take the same records as on rows', () => {
    holdsForAll(records, batches => {
      for (const action of [new Collect(), new Count(), new Take(7)] as Action<never, unknown>[]) {
        const [byRows, byColumns] = both(action, batches)
        assertExactly(byColumns, byRows)
      }
    })
  })

  it('take the first in an order, of equal ones those that come first', () => {
    const compare = rootOf(
      (a: unknown, b: unknown) => String(a).length - String(b).length,
      'x',
      undefined,
    )
    const key = rootOf((a: unknown) => typeof a, 'x', undefined)
    holdsForAll(records, batches => {
      for (const isFalling of [false, true]) {
        for (const functions of [{}, { compare }, { key }]) {
          const order = { isFalling, ...functions } as ElementOrder<unknown>
          const [byRows, byColumns] = both(new TakeOrdered(5, order) as never, batches)
          assertExactly(byColumns, byRows)
          const all = batches.flat()
          const rank = order.key === undefined ? (x: unknown) => x : typeOf
          const rising = order.compare === undefined ? compareValues : compare.value
          const sign = isFalling ? -1 : 1
          const sorted = [...all.keys()].sort(
            (i, j) => sign * rising(rank(all[i]), rank(all[j])) || i - j,
          )
          assertExactly(
            byRows,
            sorted.slice(0, 5).map(i => all[i]),
          )
        }
      }
    })
  })

  it('sum numbers of any kind, and refuse what is none', () => {
    const numbers = [
      [1, 2, 3],
      [0.5, -1],
    ]
    expect(both(new Sum() as never, numbers)).to.deep.equal([5.5, 5.5])
    expect(() => both(new Sum() as never, [[1], ['2']])).to.throw(/sum\(\)/)
  })

  for (const [name, batches] of [
    ['values of one kind', texts],
    ['mixed values', records],
  ] as const) {
    it(`count ${name} like rows`, () => {
      holdsForAll(batches as typeof records, given => {
        const [byRows, byColumns] = both(new CountByValue(false) as never, given)
        assertExactly(summed(byColumns), summed(byRows))
        const pairs = given.map(batch => batch.map(key => [key, 1]))
        const [ofRows, ofColumns] = both(new CountByValue(true) as never, pairs)
        assertExactly(summed(ofColumns), summed(ofRows))
      })
    })
  }
})

/** Parts of one key may stand apart: the driver adds them up. */
function summed(entries: unknown): unknown {
  const sums = new Map<string, number>()
  for (const [key, count] of entries as [unknown, number][]) {
    const name = typeof key === 'number' ? String(key + 0) : (JSON.stringify(key) ?? 'undefined')
    sums.set(name, (sums.get(name) ?? 0) + count)
  }
  return [...sums].sort(([a], [b]) => (a < b ? -1 : 1))
}
