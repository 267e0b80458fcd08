import { expect } from 'chai'
import { detectColumn, valuesOf } from '#publib/columnar'
import { aggregating, aggregatorOf, combining, type Root, reducing, rootOf } from '#publib/lineage'
import { type Accumulators, type Aggregator, valueAccumulators } from '#publib/shuffle'
import { SeededRandom } from '#publib/util'
import { accumulatorsOf } from '../../../../../publib/codegen/accumulators/accumulators-of.ts'
import { assertExactly } from '../../../../support/property.ts'
import { chooseSeed } from '../../../../support/random.ts'
import { shapeOf } from '../../recognition/shape-of.ts'

type AnyFunction = (...given: never[]) => unknown

const simple = (f: AnyFunction): Root => ({ ...rootOf(f, 'f()', undefined), shape: shapeOf(f) })
const zero = (value: unknown): Root => rootOf(value, 'zero', undefined)

interface Sums {
  readonly sum: number
  readonly count: number
}

interface Vectors {
  readonly sum: readonly number[]
  readonly count: number
}

/** Values of numbers of some kind, and how they are joined. */
const cases = {
  sum: { combining: reducing(simple((a: number, b: number) => a + b)), value: number },
  most: { combining: reducing(simple((a: number, b: number) => Math.max(a, b))), value: number },
  least: {
    combining: reducing(simple((a: number, b: number) => (a <= b ? a : b + 0))),
    value: number,
  },
  bits: {
    combining: reducing(simple((a: number, b: number) => ((a ^ b) >>> 3) | -b)),
    value: number,
  },
  sums: {
    combining: reducing(
      simple((a: [number, number], b: [number, number]) => [a[0] + b[0], b[1] + a[1]]),
    ),
    value: (random: SeededRandom) => [number(random), number(random)],
  },
  crossed: {
    combining: reducing(
      simple((a: [number, number], b: [number, number]) => [a[1] + b[1], a[0] + b[0]]),
    ),
    value: (random: SeededRandom) => [number(random), number(random)],
  },
  tuple: {
    combining: reducing(
      simple((a: [number, number], b: [number, number]) => [a[0] + b[0], Math.max(a[1], b[1])]),
    ),
    value: (random: SeededRandom) => [number(random), number(random)],
  },
  larger: {
    combining: reducing(
      simple((a: [number, number], b: [number, number]) => (a[1] < b[1] ? b : a)),
    ),
    value: (random: SeededRandom) => [number(random), number(random)],
  },
  record: {
    combining: reducing(
      simple((a: Sums, b: Sums) => {
        const count = a.count + b.count
        return { sum: a.sum + b.sum, count }
      }),
    ),
    value: (random: SeededRandom) => ({ sum: number(random), count: 1 }),
  },
  vectors: {
    combining: reducing(
      simple((a: Vectors, b: Vectors) => ({
        sum: a.sum.map((x, d) => x + b.sum[d]!),
        count: a.count + b.count,
      })),
    ),
    value: (random: SeededRandom) => ({ sum: [1, 2, 3].map(() => number(random)), count: 1 }),
  },
  mean: {
    combining: combining(
      simple((value: number) => [value, 1]),
      simple(([sum, n]: [number, number], value: number) => [sum + value, n + 1]),
      simple((a: [number, number], b: [number, number]) => [a[0] + b[0], a[1] + b[1]]),
    ),
    value: number,
  },
  aggregate: {
    combining: aggregating(
      zero({ sum: 0, parts: [-1, 1] }),
      simple((c: { sum: number; parts: [number, number] }, x: number) => ({
        sum: c.sum + x,
        parts: [c.parts[0] + 1, x || c.parts[1]],
      })),
      simple(
        (
          a: { sum: number; parts: [number, number] },
          b: { sum: number; parts: [number, number] },
        ) => ({ sum: a.sum - b.sum, parts: [a.parts[0], b.parts[1]] }),
      ),
    ),
    value: number,
  },
}

function number(random: SeededRandom): number {
  const odd = [-0, Number.NaN, 0.1, 2 ** 31, Number.POSITIVE_INFINITY, 1e-300]
  return random.below(12) === 0 ? odd[random.below(odd.length)]! : random.below(2_000) - 1_000
}

/** What comes in the midst of numbers, and is none. */
const strange = ['text', null, undefined, [1], { sum: 1, count: 2, more: 3 }, [1, 'two'], true, 5n]

interface Rows {
  readonly kind: 'addValues' | 'addCombiners'
  readonly ids: Int32Array
  readonly items: readonly unknown[]
}

type Make = () => Accumulators
type MakeValue = (random: SeededRandom) => unknown

/** Rows as a task would bring them; one item of a thousand times `oddity` is a strange one. */
function randomRows(random: SeededRandom, value: MakeValue, make: Make, oddity: number): Rows[] {
  let size = 0
  return Array.from({ length: 1 + random.below(6) }, () => {
    const count = random.below(40)
    const ids = Int32Array.from({ length: count }, () => {
      const id = random.below(size + 3)
      return id >= size ? size++ : id
    })
    const items = ids.reduce<unknown[]>(given => {
      const isOdd = random.below(1_000) < oddity
      given.push(isOdd ? strange[random.below(strange.length)] : value(random))
      return given
    }, [])
    if (oddity > 0 || random.below(3) > 0) return { kind: 'addValues', ids, items }
    return { kind: 'addCombiners', ids, items: combinersOf(make(), items) }
  })
}

/** One combiner of each item. */
function combinersOf(accumulators: Accumulators, items: readonly unknown[]): unknown[] {
  accumulators.addValues(
    Int32Array.from(items, (_, i) => i),
    detectColumn(items),
  )
  return valuesOf(accumulators.column())
}

/** `isPlain`: nobody has looked at the values. */
function outcomeOf(accumulators: Accumulators, rows: readonly Rows[], isPlain: boolean): unknown {
  try {
    for (const { kind, ids, items } of rows) {
      accumulators[kind](ids, isPlain ? { kind: 'values', values: items } : detectColumn(items))
    }
    return valuesOf(accumulators.column())
  } catch (error) {
    return String(error)
  }
}

describe('typed accumulators', () => {
  const seed = chooseSeed()

  for (const [name, { combining: joined, value }] of Object.entries(cases)) {
    it(`give what the functions give: ${name}`, () => {
      const aggregator = aggregatorOf(joined) as Aggregator<never, never, unknown>
      const make = accumulatorsOf(joined, aggregator)!
      const generic = () => valueAccumulators(aggregator)
      const random = new SeededRandom(seed)
      const typed = make()
      for (let run = 0; run < 80; run++) {
        const rows = randomRows(random, value, generic, run % 4 === 3 ? 15 : 0)
        const isPlain = random.below(2) === 0
        const told = outcomeOf(typed, rows, isPlain)
        assertExactly(told, outcomeOf(generic(), rows, isPlain), `seed ${seed}, run ${run}`)
        if (run % 4 !== 3 && rows.some(({ items }) => items.length > 0)) {
          expect(typed.column().kind).not.to.equal('values')
        }
        typed.clear()
      }
    })
  }

  const sum = reducing(simple((a: number, b: number) => a + b))
  const makeSum = accumulatorsOf(sum, aggregatorOf(sum) as never)!

  it('keep integers as integers, and everything else as doubles', () => {
    const sums = makeSum()
    sums.addValues(Int32Array.of(0, 1, 0), detectColumn([1, 2, 3]))
    expect(sums.column()).to.deep.equal({ kind: 'i32', values: Int32Array.of(4, 2) })
    expect(sums.bytes).to.be.above(0)
    sums.addValues(Int32Array.of(1), detectColumn([2 ** 31]))
    expect(sums.column()).to.deep.equal({ kind: 'f64', values: Float64Array.of(4, 2 ** 31 + 2) })
    sums.clear()
    sums.addValues(Int32Array.of(0), detectColumn([-0]))
    assertExactly(valuesOf(sums.column()), [-0])
  })

  it('see numbers in a column of plain values', () => {
    const sums = makeSum()
    sums.addValues(Int32Array.of(0, 0), { kind: 'values', values: [1, 2.5] })
    expect(sums.column().kind).to.equal('f64')
  })

  it('lose nothing when texts come among numbers', () => {
    const sums = makeSum()
    sums.addValues(Int32Array.of(0, 1), detectColumn([1, 2]))
    sums.addValues(Int32Array.of(1, 2), detectColumn(['a', 'b']))
    sums.addValues(Int32Array.of(0, 3), detectColumn([5, 6]))
    expect(valuesOf(sums.column())).to.deep.equal([6, '2a', 'b', 6])
    sums.clear()
    sums.addValues(Int32Array.of(0), detectColumn([1]))
    expect(sums.column().kind).to.equal('i32')
  })

  it('are not offered where functions have no shape', () => {
    const opaque = reducing(rootOf((a: number, b: number) => a + b, 'f()', undefined))
    expect(accumulatorsOf(opaque, aggregatorOf(opaque) as never)).to.equal(undefined)
  })
})
