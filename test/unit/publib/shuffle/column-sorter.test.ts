import { expect } from 'chai'
import { type Column, detectColumn, rowsOf, slicesOf, valuesOf } from '#publib/columnar'
import { sortExternally } from '#publib/shuffle'
import { SeededRandom } from '#publib/util'
import { sortColumns } from '../../../../publib/shuffle/column-sorter.ts'
import type { KeyOrdering } from '../../../../publib/shuffle/spec.ts'
import { type Arbitrary, assertExactly, fc, holdsForAll, keys } from '../../../support/property.ts'
import { type Bench, batched, makeBench } from './task.ts'

type Pair = [unknown, unknown]

describe('sorting on columns', () => {
  let bench: Bench
  beforeEach(() => {
    bench = makeBench()
  })
  afterEach(() => bench.remove())

  /** Columns of a few rows each, of the kinds that the rows have. */
  function columnsOf(records: readonly Pair[], size: number): Column[] {
    return [...batched(records, size)].map(batch => detectColumn(batch))
  }

  function sort(
    columns: Iterable<Column>,
    ordering: KeyOrdering<never>,
    dataBytes?: number,
  ): unknown[] {
    const task = bench.task(1, dataBytes === undefined ? {} : { dataBytes })
    const sorted: unknown[] = []
    for (const column of sortColumns(columns, ordering, task)) sorted.push(...valuesOf(column))
    return sorted
  }

  function sortRows(records: readonly Pair[], ordering: KeyOrdering<never>): unknown[] {
    return [...sortExternally(batched(records) as never, ordering, bench.task(2))].flat()
  }

  const kinds: Record<string, Arbitrary<unknown>> = {
    numbers: fc.oneof(fc.integer({ min: -3, max: 3 }), fc.constantFrom(0, -0, NaN, 0.5, -Infinity)),
    integers: fc.integer({ min: -3, max: 3 }),
    texts: fc.oneof(fc.constantFrom('', 'a', 'ab', 'ab\0', '\uffff', '😀'), fc.string()),
    'texts of odd code units': fc.string({ unit: 'binary' }),
    dates: fc.date({ noInvalidDate: false }),
    booleans: fc.boolean(),
    'numbers that may be missing': fc.option(fc.integer({ min: 0, max: 5 })),
    'whatever can be a key': keys,
    'texts and numbers': fc.oneof(fc.constantFrom('a', 'b'), fc.integer({ min: 0, max: 2 })),
  }

  for (const [name, kind] of Object.entries(kinds)) {
    it(`orders ${name} as rows are ordered, in memory and spilled`, () => {
      const records = fc.array(fc.tuple(kind, fc.oneof(fc.integer(), fc.string())), {
        maxLength: 70,
      })
      const cases = fc.tuple(records, fc.boolean(), fc.integer({ min: 1, max: 20 }))
      holdsForAll(
        cases,
        ([all, ascending, size]) => {
          const expected = sortRows(all, { ascending })
          assertExactly(sort(columnsOf(all, size), { ascending }), expected)
          assertExactly(sort(columnsOf(all, size), { ascending }, 100), expected)
        },
        60,
      )
      expect(bench.files()).to.deep.equal([])
    })
  }

  it('orders by a key function, calling it once a row', () => {
    const records = pairs(3000, 500)
    let calls = 0
    const byText = (key: number): unknown => {
      calls++
      return `text ${key % 37}`
    }
    const odd = (key: number): unknown => (key === 77 ? null : key % 41)
    for (const key of [byText, odd]) {
      const expected = sortRows(records, { ascending: false, key: key as never })
      calls = 0
      const found = sort(columnsOf(records, 90), { ascending: false, key: key as never }, 3000)
      expect(found).to.deep.equal(expected)
      if (key === byText) expect(calls).to.equal(3000)
    }
    expect(bench.files()).to.deep.equal([])
  })

  it('orders by a comparator row by row', () => {
    const records = pairs(500, 50)
    const compare = ((a: number, b: number) => (a % 7) - (b % 7)) as never
    const expected = sortRows(records, { ascending: true, compare })
    expect(sort(columnsOf(records, 40), { ascending: true, compare })).to.deep.equal(expected)
  })

  for (const kind of ['numbers', 'texts']) {
    it(`merges hundreds of spilled runs of ${kind} in passes`, () => {
      const records = pairs(12_000, 1500)
      const given: Pair[] = kind === 'texts' ? records.map(([k, v]) => [`key ${k}`, v]) : records
      const task = bench.task(1, { dataBytes: 2400 })
      const columns = [...sortColumns(columnsOf(given, 75), { ascending: true }, task)]
      const expected = JSON.stringify(sortRows(given, { ascending: true }))
      expect(JSON.stringify(columns.flatMap(valuesOf)) === expected).to.equal(true)
      expect(task.memory.nextSpill()).to.be.greaterThan(70)
      expect(task.metrics.diskSpilledBytes).to.be.greaterThan(10_000)
      expect(task.memory.heldBytes).to.equal(0)
      expect(bench.files()).to.deep.equal([])
    })
  }

  it('merges runs of many blocks, equal keys in the order in which they came', () => {
    const cases = [
      { distinct: 7, isText: false, ascending: true },
      { distinct: 7, isText: true, ascending: false },
      { distinct: 9000, isText: true, ascending: true },
      { distinct: 400, isText: false, ascending: false },
    ]
    for (const { distinct, isText, ascending } of cases) {
      const records = pairs(18_000, distinct)
      const given: Pair[] = isText ? records.map(([k, v]) => [`\uffff${k}`, v]) : records
      const task = bench.task(1, { dataBytes: isText ? 200_000 : 120_000 })
      const columns = [...sortColumns(columnsOf(given, 1000), { ascending }, task)]
      const expected = JSON.stringify(sortRows(given, { ascending }))
      expect(JSON.stringify(columns.flatMap(valuesOf)) === expected).to.equal(true)
      expect(task.memory.nextSpill()).to.be.within(2, 5)
    }
    expect(bench.files()).to.deep.equal([])
  })

  it('keeps one column where each key is its own value, until one is not', () => {
    const keysAlone = detectColumn(pairs(300, 50).map(([key]) => `k${key}`))
    const twice = (column: Column): Column => {
      return { kind: 'tuple', rows: rowsOf(column), fields: [column, column] }
    }
    const same = [...slicesOf(keysAlone, 40)].map(twice)
    const rows = same.flatMap(valuesOf) as Pair[]
    for (const dataBytes of [undefined, 1000]) {
      const task = bench.task(1, dataBytes === undefined ? {} : { dataBytes })
      const sorted = [...sortColumns(same, { ascending: true }, task)]
      expect(sorted.flatMap(valuesOf)).to.deep.equal(sortRows(rows, { ascending: true }))
      for (const column of sorted) {
        if (column.kind === 'tuple') expect(column.fields[0]).to.equal(column.fields[1])
      }
      const others = columnsOf(
        [
          ['k1', 'other'],
          ['k7', 8],
        ],
        1,
      )
      const mixed = [...same.slice(0, 4), ...others, ...same.slice(4)]
      expect(sort(mixed, { ascending: true }, dataBytes)).to.deep.equal(
        sortRows(mixed.flatMap(valuesOf) as Pair[], { ascending: true }),
      )
    }
  })

  it('leaves nothing behind when nobody reads to the end', () => {
    const task = bench.task(1, { dataBytes: 5000 })
    for (const column of sortColumns(
      columnsOf(pairs(20_000, 100), 200),
      { ascending: true },
      task,
    )) {
      expect(rowsOf(column)).to.be.greaterThan(0)
      break
    }
    expect(bench.files()).to.deep.equal([])
    expect(task.memory.heldBytes).to.equal(0)
  })

  function pairs(count: number, distinct: number): [number, number][] {
    const random = new SeededRandom(3)
    return Array.from({ length: count }, (_, i) => [random.below(distinct), i])
  }
})
