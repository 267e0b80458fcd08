import { expect } from 'chai'
import { type Column, type ValueGroup, valuesOf } from '#publib/columnar'
import {
  cogroupColumns,
  cogroupStreams,
  combineColumns,
  GROUP_VALUES,
  groupExternally,
  HashPartitioner,
  joinColumns,
  joinGroups,
  type ShuffleSpec,
  valueAccumulators,
} from '#publib/shuffle'
import { compareValues, SeededRandom, shuffleId } from '#publib/util'
import { assertExactly, fc, holdsForAll, keys, values } from '../../../support/property.ts'
import {
  type Bench,
  batched,
  columnOf,
  makeBench,
  mapColumns,
  mapTasks,
  reduceColumns,
  reduceTasks,
} from './task.ts'

type Pair = readonly [unknown, unknown]

const sorted = (records: readonly unknown[]): unknown[] => [...records].sort(compareValues)

/** Groups as arrays, read twice. */
function plain(records: readonly unknown[]): unknown[] {
  return records.map(record => {
    const [key, groups] = record as [unknown, ValueGroup<unknown> | ValueGroup<unknown>[]]
    const all = Array.isArray(groups) ? groups : [groups]
    return [key, all.map(group => [group.size, [...group], group.toArray()])]
  })
}

/** Pairs of mixed keys; every third has the key 'hot'. */
function pairs(count: number, distinct: number, seed = 9): Pair[] {
  const random = new SeededRandom(seed)
  return Array.from({ length: count }, (_, i): Pair => {
    const key = random.below(distinct)
    if (i % 3 === 0) return ['hot', i]
    return [key % 3 === 0 ? key : key % 3 === 1 ? `key ${key}` : ['pair', key], i]
  })
}

function* columns(records: readonly Pair[], size = 100): Generator<Column> {
  for (const batch of batched(records, size)) yield columnOf(batch)
}

const pairLists: fc.Arbitrary<Pair[]> = fc.oneof(
  fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c', '1'), fc.integer()), { maxLength: 30 }),
  fc.array(fc.tuple(fc.integer({ min: -3, max: 3 }), fc.option(fc.string())), { maxLength: 30 }),
  fc.array(fc.tuple(fc.option(fc.constantFrom(1, '1', 'a')), values), { maxLength: 20 }),
  fc.array(fc.tuple(keys, values), { maxLength: 12 }),
)

describe('columns grouped by key', () => {
  let bench: Bench
  beforeEach(() => {
    bench = makeBench()
  })
  afterEach(() => bench.remove())

  const spec: ShuffleSpec<unknown, unknown, unknown> = {
    shuffleId: shuffleId(3),
    partitioner: new HashPartitioner(2),
    mapSideCombine: false,
    aggregator: GROUP_VALUES,
  }

  it('are grouped like the row path groups them, whatever they are', () => {
    let task = 0
    holdsForAll(
      fc.array(pairLists, { maxLength: 4 }),
      parts => {
        const rows = mapTasks(bench, spec, [parts.flat()], { firstTask: task++ })
        const written = mapColumns(bench, spec, [parts], { firstTask: task++ })
        const expected = reduceTasks(bench, spec, rows).map(part => sorted(plain(part)))
        const found = reduceColumns(bench, spec, written).map(part => sorted(plain(part)))
        assertExactly(found, expected)
        return true
      },
      60,
    )
  })

  for (const dataBytes of [1 << 26, 160_000, 30_000]) {
    it(`keep the values of a key in their order, also of one that has most of them, with ${dataBytes} bytes`, () => {
      const records = pairs(8000, 1500)
      const env = bench.task(1, { dataBytes })
      const found = Array.from(cogroupColumns([columns(records)], env), valuesOf).flat()
      const roomy = bench.task(2)
      const expected = [...cogroupStreams([batched(records)], roomy)].flat()
      assertExactly(sorted(plain(found)), sorted(plain(expected)))
      expect(env.metrics.diskSpilledBytes > 0).to.equal(dataBytes < 1 << 26)
      bench.endTasks()
      expect(bench.files()).to.deep.equal([])
    })

    it(`are cogrouped from any number of sources, with ${dataBytes} bytes`, () => {
      const sources = [pairs(3000, 300), [], pairs(4000, 500, 1).reverse()]
      const env = bench.task(1, { dataBytes })
      const all = cogroupColumns(
        sources.map(source => columns(source)),
        env,
      )
      const expected = [
        ...cogroupStreams(
          sources.map(source => batched(source)),
          bench.task(2),
        ),
      ]
      assertExactly(sorted(plain(Array.from(all, valuesOf).flat())), sorted(plain(expected.flat())))
      bench.endTasks()
      expect(bench.files()).to.deep.equal([])
    })
  }

  it('are split where they are many, and spilled groups leave nothing behind', () => {
    const records = Array.from({ length: 150_000 }, (_, i): Pair => [i % 40_000, `value ${i}`])
    const env = bench.task(1)
    let rows = 0
    for (const column of cogroupColumns([columns(records, 8192)], env)) {
      for (const [key, [group]] of valuesOf(column) as [number, ValueGroup<string>[]][]) {
        rows += group!.size
        const expected = Array.from({ length: group!.size }, (_, i) => `value ${key + i * 40_000}`)
        if (group!.toArray().join() !== expected.join()) expect.fail(`group of ${key}`)
      }
    }
    expect(rows).to.equal(150_000)
    expect(groupExternally([], env).next().done).to.equal(true)
  })

  it('leave no file when they are left early, or when their source fails', () => {
    const records = pairs(6000, 3000).filter((_, i) => i % 3 !== 0)
    const failing = function* (): Generator<Column> {
      yield* columns(records)
      throw new Error('no more')
    }
    const sides = { keepsLeft: true, keepsRight: true }
    const makeAccumulators = () =>
      valueAccumulators({
        createCombiner: () => 1,
        mergeValue: (count: number) => count + 1,
        mergeCombiners: (a: number, b: number) => a + b,
      } as never)
    const options = { aggregator: {} as never, makeAccumulators, what: 'values' } as const
    const ways = {
      groups: (source: Iterable<Column>) => cogroupColumns([source], env),
      joins: (source: Iterable<Column>) => joinColumns(source, columns(records), sides, env),
      combines: (source: Iterable<Column>) => combineColumns(source, options, env),
    }
    const env = bench.task(1, { dataBytes: 60_000 })
    for (const read of Object.values(ways)) {
      for (const _ of read(columns(records))) break
      expect(() => [...read(failing())]).to.throw('no more')
      bench.endTasks()
      expect(bench.files()).to.deep.equal([])
    }
    expect(env.metrics.diskSpilledBytes).to.be.greaterThan(0)
    expect(env.memory.heldBytes).to.equal(0)
  })

  const kinds = {
    inner: { keepsLeft: false, keepsRight: false },
    left: { keepsLeft: true, keepsRight: false },
    right: { keepsLeft: false, keepsRight: true },
    full: { keepsLeft: true, keepsRight: true },
  }
  for (const [kind, sides] of Object.entries(kinds)) {
    const joined = (a: readonly Pair[], b: readonly Pair[], dataBytes: number, size?: number) => {
      const env = bench.task(1, { dataBytes })
      return Array.from(
        joinColumns(columns(a, size), columns(b, size), sides, env),
        valuesOf,
      ).flat()
    }
    const expectedOf = (a: readonly Pair[], b: readonly Pair[]) => {
      const groups = cogroupStreams([batched(a), batched(b)], bench.task(2))
      return [...joinGroups(groups, sides)].flat()
    }

    it(`are joined (${kind}) like the row path joins them, whatever they are`, () => {
      holdsForAll(
        fc.tuple(pairLists, pairLists),
        ([a, b]) => {
          assertExactly(sorted(joined(a, b, 1 << 26, 7)), sorted(expectedOf(a, b)))
          return true
        },
        40,
      )
    })

    it(`are joined (${kind}) in parts where memory is scarce`, () => {
      const a = pairs(1500, 900).filter((_, i) => i % 3 !== 0 || i < 60)
      const b = pairs(1500, 900, 2).filter((_, i) => i % 3 !== 0 || i < 60)
      for (const dataBytes of [1 << 26, 20_000]) {
        assertExactly(sorted(joined(a, b, dataBytes)), sorted(expectedOf(a, b)))
      }
      bench.endTasks()
      expect(bench.files()).to.deep.equal([])
    })
  }
})
