import { readFileSync, truncateSync, unlinkSync, writeFileSync } from 'node:fs'
import { crc32 } from 'node:zlib'
import { expect } from 'chai'
import { parseIndexFile } from '#publib/blocks'
import { type Column, detectColumn, rowsOf, valuesOf } from '#publib/columnar'
import {
  type Aggregator,
  aggregateExternally,
  FetchFailedError,
  FunctionPartitioner,
  HashPartitioner,
  keepFirst,
  RangePartitioner,
  type ShuffleSpec,
  valueAccumulators,
  valueAsCombiner,
} from '#publib/shuffle'
import { compareValues, SeededRandom, SimSparkError, shuffleId } from '#publib/util'
import { aggregateColumns } from '../../../../publib/shuffle/column-aggregator.ts'
import { expectedKeys } from '../../../../publib/shuffle/expected-keys.ts'
import { MapSideColumns } from '../../../../publib/shuffle/map-side-columns.ts'
import { assertExactly, batches, fc, holdsForAll, keys, values } from '../../../support/property.ts'
import {
  type Bench,
  columnOf,
  makeBench,
  mapColumns,
  mapTasks,
  reduceColumns,
  reduceTasks,
} from './task.ts'

type Pair = readonly [unknown, unknown]
type Spec = ShuffleSpec<unknown, unknown, unknown>

const sum: Aggregator<unknown, unknown, unknown> = {
  createCombiner: value => value,
  mergeValue: (a, b) => (a as number) + (b as number),
  mergeCombiners: (a, b) => (a as number) + (b as number),
}

function specOf(options: Partial<Spec> = {}): Spec {
  return {
    shuffleId: shuffleId(3),
    partitioner: new HashPartitioner(3),
    mapSideCombine: false,
    ...options,
  }
}

function wordPairs(count: number, distinct: number, seed = 1): [string, number][] {
  const random = new SeededRandom(seed)
  return Array.from({ length: count }, () => [`word-${random.below(distinct)}`, random.below(100)])
}

/** Pairs of all kinds, of one kind for a while. */
const pairBatches: fc.Arbitrary<Pair[]> = fc.oneof(
  fc.array(fc.tuple(fc.string({ maxLength: 6 }), fc.integer()), { maxLength: 40 }),
  fc.array(fc.tuple(fc.integer({ min: -9, max: 9 }), fc.double()), { maxLength: 40 }),
  fc.array(fc.tuple(fc.option(fc.constantFrom('a', 'b', '1')), fc.option(fc.integer())), {
    maxLength: 40,
  }),
  fc.array(fc.tuple(keys, values), { maxLength: 12 }),
  fc
    .tuple(batches, batches)
    .map(([a, b]) => a.slice(0, b.length).map((key, i): Pair => [key, b[i]])),
)

const sorted = (records: readonly unknown[]): unknown[] => [...records].sort(compareValues)

describe('a shuffle of columns', () => {
  let bench: Bench
  let task = 0
  beforeEach(() => {
    bench = makeBench()
    task = 0
  })
  afterEach(() => bench.remove())

  const partitioners = {
    'by hash': new HashPartitioner(3),
    'by ranges': new RangePartitioner<unknown>(['b', 'word-5']),
    'by a function': new FunctionPartitioner(4, key => (typeof key).length),
    'to one partition': new HashPartitioner(1),
    'to more partitions than records': new HashPartitioner(200),
  }
  for (const [how, partitioner] of Object.entries(partitioners)) {
    it(`brings every record where the row path brings it, in the same order, ${how}`, () => {
      const spec = specOf({ partitioner: partitioner as never })
      holdsForAll(
        fc.array(fc.array(pairBatches, { maxLength: 4 }), { maxLength: 3 }),
        inputs => {
          const byRows = inputs.map(parts => parts.flat())
          const rows = mapTasks(bench, spec, byRows, { firstTask: task })
          const columns = mapColumns(bench, spec, inputs, { firstTask: task + inputs.length })
          task += 2 * inputs.length
          for (const [i, status] of rows.entries()) {
            expect(columns[i]!.contentHash).to.equal(status.contentHash)
            expect(columns[i]!.records).to.equal(status.records)
          }
          const expected = reduceTasks(bench, spec, rows)
          assertExactly(reduceTasks(bench, spec, columns), expected)
          assertExactly(reduceColumns(bench, spec, columns), expected)
          assertExactly(reduceColumns(bench, spec, rows), expected)
          return true
        },
        partitioner.numPartitions > 100 ? 5 : 40,
      )
    })
  }

  it('gives the same records and the same hash, whether it spills or not', () => {
    const inputs = [chunks(wordPairs(60_000, 5000), 4096)]
    const spec = specOf()
    const roomy = mapColumns(bench, spec, inputs)
    const narrowTask = bench.task(1, { dataBytes: 300_000 })
    const narrow = mapColumns({ ...bench, task: () => narrowTask }, spec, inputs)
    expect(narrowTask.metrics.diskSpilledBytes).to.be.greaterThan(0)
    expect(narrow[0]!.contentHash).to.equal(roomy[0]!.contentHash)
    expect(reduceColumns(bench, spec, narrow)).to.deep.equal(reduceColumns(bench, spec, roomy))
    expect(bench.files().filter(name => name.endsWith('.spill'))).to.deep.equal([])
  })

  it('writes equal bytes for equal columns', () => {
    const inputs = [chunks(wordPairs(30_000, 5000), 1000)]
    mapColumns(bench, specOf(), inputs)
    const other = makeBench()
    mapColumns(other, specOf(), inputs)
    const read = (folder: string) => readFileSync(`${folder}/shuffle_3_0_0.data`)
    expect(read(bench.folder).equals(read(other.folder))).to.equal(true)
    other.remove()
  })

  it('says in its index what the bytes of each partition sum up to', () => {
    for (const dataBytes of [1 << 26, 300_000]) {
      const first = dataBytes % 7
      const inputs = [chunks(wordPairs(40_000, 5000), 1000)]
      const [status] = mapColumns(bench, specOf(), inputs, { dataBytes, firstTask: first })
      const file = `${bench.folder}/shuffle_3_0_${status!.taskId}`
      const index = parseIndexFile(readFileSync(`${file}.index`))!
      const data = readFileSync(`${file}.data`)
      const sums = [0, 1, 2].map(i => crc32(data.subarray(index.offsets[i], index.offsets[i + 1])))
      expect([...index.checksums]).to.deep.equal(sums)
    }
  })

  it('keeps nothing of the columns that it was given', () => {
    const spec = specOf({ partitioner: new HashPartitioner(1) })
    const bytes = Buffer.from('abc')
    const lengths = Uint32Array.of(1, 2)
    const numbers = Int32Array.of(1, 2)
    const statuses = mapColumns(bench, spec, [[]], {
      push(taker) {
        for (let i = 0; i < 2; i++) {
          taker.take({ kind: 'utf8', bytes, lengths }, { kind: 'i32', values: numbers })
          bytes.fill('x')
          numbers.fill(7)
        }
      },
    })
    expect(reduceColumns(bench, spec, statuses)).to.deep.equal([
      [
        ['a', 1],
        ['bc', 2],
        ['x', 7],
        ['xx', 7],
      ],
    ])
  })

  it('takes texts that share bytes, and long ones', () => {
    const spec = specOf({ partitioner: new HashPartitioner(2) })
    const long = 'é'.repeat(100_000)
    const bytes = Buffer.from(`ab ${long}`)
    const shared: Column = {
      ...{ kind: 'utf8', bytes },
      starts: Uint32Array.of(3, 0, 1, 3),
      lengths: Uint32Array.of(200_000, 2, 1, 200_000),
    }
    const statuses = mapColumns(bench, spec, [[]], {
      push: taker => taker.take(shared, detectColumn([1, 2, 3, 4])),
    })
    expect(sorted(reduceColumns(bench, spec, statuses).flat())).to.deep.equal(
      sorted([
        [long, 1],
        ['ab', 2],
        ['b', 3],
        [long, 4],
      ]),
    )
  })

  it('refuses what cannot be sent, naming it, and leaves nothing', () => {
    const bad = [[['a', () => 1]]] as never
    expect(() => mapColumns(bench, specOf(), [bad])).to.throw(/function/)
    const partitioner = { numPartitions: 3, getPartition: () => 3 }
    const error = thrownBy(() => mapColumns(bench, specOf({ partitioner }), [[[['k', 1]]]]))
    expect(error.code).to.equal('INVALID_PARTITION')
    expect(bench.files()).to.deep.equal([])
  })

  it('stops between columns when the task is cancelled', () => {
    let looks = 0
    const killed = bench.task(0, {
      checkCancelled: () => {
        if (++looks > 5) throw new SimSparkError('TASK_KILLED', 'enough')
      },
    })
    const inputs = [chunks(wordPairs(5000, 10), 100)]
    const run = () => mapColumns({ ...bench, task: () => killed }, specOf(), inputs)
    expect(thrownBy(run).code).to.equal('TASK_KILLED')
    expect(bench.files()).to.deep.equal([])
  })

  const lists: Aggregator<unknown, unknown, unknown> = {
    createCombiner: value => [value],
    mergeValue: (all, value) => [...(all as unknown[]), value],
    mergeCombiners: (a, b) => [...(a as unknown[]), ...(b as unknown[])],
  }

  for (const mapSideCombine of [true, false]) {
    it(`combines like the row path, whatever the keys are, ${mapSideCombine ? 'also' : 'not'} in map tasks`, () => {
      const spec = specOf({ aggregator: lists, mapSideCombine })
      holdsForAll(
        fc.array(fc.array(pairBatches, { maxLength: 4 }), { maxLength: 3 }),
        inputs => {
          const byRows = inputs.map(parts => parts.flat())
          const rows = mapTasks(bench, spec, byRows, { firstTask: task })
          const columns = mapColumns(bench, spec, inputs, { firstTask: task + inputs.length })
          task += 2 * inputs.length
          expect(columns.map(one => one.contentHash)).to.deep.equal(
            rows.map(one => one.contentHash),
          )
          const expected = reduceTasks(bench, spec, rows).map(sorted)
          assertExactly(reduceTasks(bench, spec, columns).map(sorted), expected)
          assertExactly(reduceColumns(bench, spec, columns).map(sorted), expected)
          assertExactly(reduceColumns(bench, spec, rows).map(sorted), expected)
          return true
        },
        30,
      )
    })

    for (const dataBytes of [1 << 26, 20_000]) {
      const how = `${mapSideCombine ? 'with' : 'without'} combining in map tasks and ${dataBytes} bytes`
      it(`reduces many records like a Map does, ${how}`, () => {
        const inputs = [wordPairs(4000, 1700, 1), wordPairs(4000, 1700, 2)]
        const spec = specOf({ aggregator: sum, mapSideCombine })
        const parts = inputs.map(input => chunks(input, 999))
        const statuses = mapColumns(bench, spec, parts, { dataBytes })
        const expected = new Map<string, number>()
        for (const [key, value] of inputs.flat()) {
          expected.set(key, (expected.get(key) ?? 0) + value)
        }
        const result = reduceColumns(bench, spec, statuses, { dataBytes }).flat()
        expect(sorted(result)).to.deep.equal(sorted([...expected]))
        expect(bench.files().filter(name => name.endsWith('.spill'))).to.deep.equal([])
      })
    }
  }

  it('combines in parts, and in parts of parts, what one table should not hold', () => {
    const random = new SeededRandom(4)
    const pairs = Array.from({ length: 6000 }, (_, i): Pair => {
      const key = random.below(2500)
      return [key % 3 === 0 ? key : key % 3 === 1 ? `key ${key}` : ['pair', key], i]
    })
    const expected = [...aggregateExternally([pairs as never], lists, 'values', bench.task(1))]
    for (const dataBytes of [1 << 26, 100_000]) {
      const env = bench.task(2, { dataBytes })
      const input = function* () {
        for (const part of chunks(pairs, 100)) {
          yield { what: 'values', pairs: detectColumn(part) } as const
        }
      }
      const makeAccumulators = () => valueAccumulators(lists as never)
      const limits = { keysMax: 30, wholeKeysMax: 30 }
      const columns = aggregateColumns(input(), { makeAccumulators, env, ...limits }, undefined)
      assertExactly(sorted(Array.from(columns, valuesOf).flat()), sorted(expected.flat()))
    }
    expect(bench.files()).to.deep.equal([])
  })

  it('passes on full tables, and gives up combining where keys do not come again', () => {
    const takenFrom = (pairs: readonly [string, number][], areCombinersValues = false) => {
      const sizes: number[] = []
      const taken: unknown[] = []
      const take = (keys: Column, combiners: Column): void => {
        sizes.push(rowsOf(keys))
        taken.push(...valuesOf(combiners))
      }
      const makeAccumulators = () => valueAccumulators(sum as never)
      const options = { makeAccumulators, areCombinersValues, keysMax: 100 }
      const combiner = new MapSideColumns(options, take, bench.task(1))
      for (const part of chunks(pairs, 50)) {
        combiner.add(
          detectColumn(part.map(([key]) => key)),
          detectColumn(part.map(([, value]) => value)),
        )
      }
      combiner.finish()
      combiner.close()
      expect(taken.reduce((a, b) => (a as number) + (b as number))).to.equal(
        pairs.reduce((total, [, value]) => total + value, 0),
      )
      return sizes
    }
    const different = Array.from({ length: 300 }, (_, i): [string, number] => [`k${i}`, i])
    expect(takenFrom(different)).to.deep.equal([100, 50, 50, 50, 50])
    expect(takenFrom(different, true)).to.deep.equal([100, 50, 50, 50, 50])
    const twice = different.slice(0, 150).flatMap((pair): [string, number][] => [pair, pair])
    expect(takenFrom(twice)).to.deep.equal([100, 50])
  })

  it('keeps texts, numbers and whatever looks like them apart, also in tuples', () => {
    const odd: Pair[][] = [
      [['1', 1]],
      [[1, 1]],
      [
        ['1', 1],
        [1, 1],
        [null, 1],
        ['\ud800', 1],
      ],
      [
        [['a', 1], 1],
        [['a', '1'], 1],
      ],
      [[['a', 1], 1]],
      [[['a', -0], 1]],
      [[['a', 0], 1]],
      [
        [['a', 1], 1],
        [['a', 1, 1], 1],
      ],
      [[{ a: 1, b: 2 }, 1]],
      [[{ b: 2, a: 1 }, 1]],
      [[undefined, 1]],
      [
        ['\ud800', 1],
        ['1', 1],
      ],
    ]
    const spec = specOf({ aggregator: sum, mapSideCombine: true })
    const expected = reduceTasks(bench, spec, mapTasks(bench, spec, [odd.flat()])).map(sorted)
    const columns = mapColumns(bench, spec, [odd], { firstTask: 1 })
    assertExactly(reduceColumns(bench, spec, columns).map(sorted), expected)
  })

  describe('damaged files', () => {
    const path = () => `${bench.folder}/shuffle_3_0_0.data`
    const harm: Readonly<Record<string, () => void>> = {
      gone: () => unlinkSync(path()),
      cut: () => truncateSync(path(), 100),
      'one bit flipped': () => {
        const bytes = readFileSync(path())
        bytes[bytes.length >> 1]! ^= 4
        writeFileSync(path(), bytes)
      },
    }
    for (const [how, damage] of Object.entries(harm)) {
      for (const aggregator of [undefined, sum]) {
        it(`are a failed fetch: ${how}${aggregator === undefined ? '' : ', combined'}`, () => {
          const spec = specOf({ aggregator })
          const statuses = mapColumns(bench, spec, [chunks(wordPairs(500, 30), 100)])
          damage()
          const error = thrownBy(() => reduceColumns(bench, spec, statuses))
          expect(error).to.be.instanceOf(FetchFailedError)
        })
      }
    }
  })
})

describe('the number of keys to be expected', () => {
  it('is that of keys that come by chance', () => {
    const random = new SeededRandom(3)
    for (const count of [100, 3000, 50_000]) {
      const seen = new Set<number>()
      for (let rows = 0; rows < 4000; rows++) seen.add(random.below(count))
      expect(expectedKeys(seen.size, 4000) / count).to.be.within(0.8, 1.25)
    }
    expect(expectedKeys(10, 10)).to.equal(Number.POSITIVE_INFINITY)
    expect(expectedKeys(1, 1_000_000)).to.be.within(0.9, 1.1)
  })
})

describe('accumulators of any aggregator', () => {
  it('do what its functions do, in the order of rows', () => {
    const lists: Aggregator<unknown, unknown, unknown[]> = {
      createCombiner: value => [value],
      mergeValue: (all, value) => [...all, value],
      mergeCombiners: (a, b) => [...a, '+', ...b],
    }
    const accumulators = valueAccumulators(lists as never)
    accumulators.addValues(Int32Array.of(0, 1, 0), detectColumn(['a', 'b', 'c']))
    accumulators.addCombiners(Int32Array.of(1, 2), detectColumn([['d'], ['e']]))
    expect(accumulators.bytes).to.be.greaterThan(0)
    expect(valuesOf(accumulators.column())).to.deep.equal([['a', 'c'], ['b', '+', 'd'], ['e']])
    accumulators.clear()
    expect(rowsOf(accumulators.column())).to.equal(0)
  })
})

describe('accumulators that keep the first value', () => {
  const first: Aggregator<unknown, unknown, unknown> = {
    createCombiner: valueAsCombiner,
    mergeValue: keepFirst,
    mergeCombiners: keepFirst,
  }

  it('have it in a column, whatever kinds the values are of', () => {
    holdsForAll(
      fc.array(
        fc.array(fc.tuple(fc.nat({ max: 9 }), fc.oneof(fc.integer(), fc.string(), values))),
        { maxLength: 5 },
      ),
      parts => {
        const accumulators = valueAccumulators(first as never)
        const numbers = new Map<number, number>()
        const expected: unknown[] = []
        for (const part of parts) {
          const ids = part.map(([key, value]) => {
            if (!numbers.has(key)) {
              expected.push(value)
              numbers.set(key, numbers.size)
            }
            return numbers.get(key)!
          })
          accumulators.addValues(Int32Array.from(ids), columnOf(part.map(([, value]) => value)))
        }
        assertExactly(valuesOf(accumulators.column()), expected)
        return true
      },
    )
  })

  it('give copies, and begin anew once they are cleared', () => {
    const accumulators = valueAccumulators(first as never)
    accumulators.addCombiners(Int32Array.of(0, 1, 0), detectColumn([1, 2, 3]))
    const before = accumulators.column()
    accumulators.clear()
    accumulators.addValues(Int32Array.of(0, 0), detectColumn([7, 8]))
    expect(valuesOf(before)).to.deep.equal([1, 2])
    expect(valuesOf(accumulators.column())).to.deep.equal([7])
  })
})

function chunks<T>(records: readonly T[], size: number): T[][] {
  const parts: T[][] = []
  for (let start = 0; start < records.length; start += size) {
    parts.push(records.slice(start, start + size))
  }
  return parts
}

function thrownBy(call: () => unknown): SimSparkError {
  try {
    call()
  } catch (error) {
    if (error instanceof SimSparkError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}
