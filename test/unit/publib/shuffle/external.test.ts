import { readdirSync, truncateSync } from 'node:fs'
import { expect } from 'chai'
import type { ValueGroup } from '#publib/columnar'
import {
  aggregateExternally,
  cogroupStreams,
  groupExternally,
  sortExternally,
} from '#publib/shuffle'
import { compareValues, hashValue, KeyedMap, SeededRandom, type SimSparkError } from '#publib/util'
import { KeyIndex } from '../../../../publib/shuffle/key-index.ts'
import { fc, holdsForAll, keys } from '../../../support/property.ts'
import { type Bench, batched, makeBench } from './task.ts'

describe('what does not fit in memory', () => {
  let bench: Bench
  beforeEach(() => {
    bench = makeBench()
  })
  afterEach(() => bench.remove())

  const lists = {
    createCombiner: (value: number) => [value],
    mergeValue: (all: number[], value: number) => [...all, value],
    mergeCombiners: (a: number[], b: number[]) => [...a, ...b],
  }

  function pairs(count: number, distinct: number): [unknown, number][] {
    const random = new SeededRandom(9)
    return Array.from({ length: count }, (_, i) => {
      const key = random.below(distinct)
      return [key % 3 === 0 ? key : key % 3 === 1 ? `key ${key}` : ['pair', key], i]
    })
  }

  it('is aggregated like in memory, values of a key in their order', () => {
    const records = pairs(20_000, 4000)
    const roomy = bench.task(1)
    const narrow = bench.task(2, { dataBytes: 100_000 })
    const all = [...aggregateExternally(batched(records), lists, 'values', roomy)].flat()
    const spilled = [...aggregateExternally(batched(records), lists, 'values', narrow)].flat()
    expect(roomy.metrics.diskSpilledBytes).to.equal(0)
    expect(narrow.metrics.diskSpilledBytes).to.be.greaterThan(10_000)
    expect(sorted(spilled)).to.deep.equal(sorted(all))
    expect(bench.files()).to.deep.equal([])
  })

  it('is aggregated whatever the keys are', () => {
    holdsForAll(
      fc.array(fc.tuple(keys, fc.integer()), { maxLength: 60 }),
      records => {
        const expected = new KeyedMap<unknown, number[]>()
        for (const [key, value] of records) expected.set(key, [...(expected.get(key) ?? []), value])
        const batches = aggregateExternally(batched(records, 7), lists, 'values', bench.task(3))
        expect([...batches].flat()).to.deep.equal([...expected])
      },
      60,
    )
  })

  it('is sorted like in memory, merging hundreds of runs in passes', () => {
    const random = new SeededRandom(2)
    const records = Array.from({ length: 80_000 }, (_, i) => [random.below(5000), i] as const)
    const task = bench.task(1, { dataBytes: 5000 })
    const result = [...sortExternally(batched(records, 999), { ascending: true }, task)].flat()
    expect(result).to.deep.equal([...records].sort((a, b) => a[0] - b[0]))
    expect(task.memory.nextSpill()).to.be.greaterThan(70)
    expect(bench.files()).to.deep.equal([])
  })

  it('is grouped with one key that has most of the values, in bounded memory', () => {
    const records = Array.from(
      { length: 60_000 },
      (_, i) => [i % 100 === 0 ? i : 'hot', i] as const,
    )
    const task = bench.task(1, { dataBytes: 200_000 })
    const groups = [...groupExternally(batched(records), task)].flat()
    const hot = groups.find(([key]) => key === 'hot')![1] as ValueGroup<number>
    expect(hot.size).to.equal(59_400)
    const expected = records.filter(([key]) => key === 'hot').map(([, value]) => value)
    expect([...hot]).to.deep.equal(expected)
    expect(hot.toArray()).to.deep.equal(expected)
    expect(groups.length).to.equal(601)
    expect(task.memory.peakBytes).to.be.lessThan(400_000)
    expect(bench.files().length).to.be.greaterThan(0)
    bench.endTasks()
    expect(bench.files()).to.deep.equal([])
  })

  for (const dataBytes of [1 << 26, 20_000]) {
    it(`is cogrouped from any number of sources, with ${dataBytes} bytes`, () => {
      const sources = [pairs(3000, 300), [], pairs(1000, 500).reverse()]
      const task = bench.task(1, { dataBytes })
      const streams = sources.map(source => batched(source))
      const result = [...cogroupStreams(streams, task)].flat()
      const expected = new KeyedMap<unknown, number[][]>()
      for (const [s, source] of sources.entries()) {
        for (const [key, value] of source) {
          if (!expected.has(key)) expected.set(key, [[], [], []])
          expected.get(key)![s]!.push(value)
        }
      }
      const plain = result.map(([key, groups]) => [key, groups.map(group => [...group])])
      expect(sorted(plain)).to.deep.equal(sorted([...expected]))
      bench.endTasks()
      expect(bench.files()).to.deep.equal([])
    })
  }

  it('is CORRUPT_BLOCK, naming the file, when a spill file is cut, and no file stays', () => {
    const task = bench.task(1, { dataBytes: 10_000 })
    const input = function* (): Generator<(readonly [number, number])[]> {
      for (let i = 0; i < 20; i++)
        yield Array.from({ length: 500 }, (_, k) => [k * 7 - i, i] as const)
      for (const name of readdirSync(bench.folder)) truncateSync(`${bench.folder}/${name}`, 50)
    }
    try {
      for (const _ of sortExternally(input(), { ascending: true }, task));
      expect.fail('it was read')
    } catch (error) {
      expect((error as SimSparkError).code).to.equal('CORRUPT_BLOCK')
      expect((error as SimSparkError).retryable).to.equal(true)
      expect((error as Error).message).to.contain(bench.folder)
    }
    expect(bench.files()).to.deep.equal([])
  })

  it('leaves no file when it is left early', () => {
    const records = pairs(20_000, 4000)
    const task = bench.task(1, { dataBytes: 50_000 })
    for (const _ of sortExternally(batched(records), { ascending: true }, task)) break
    for (const _ of aggregateExternally(batched(records), lists, 'values', task)) break
    expect(bench.files()).to.deep.equal([])
  })
})

describe('a key index', () => {
  it('numbers keys as a Map would, in the order of their coming', () => {
    holdsForAll(fc.array(keys, { maxLength: 50 }), all => {
      const index = new KeyIndex()
      const map = new KeyedMap<unknown, number>()
      for (const key of all) {
        if (!map.has(key)) map.set(key, map.size)
        expect(index.indexOf(key, hashValue(key))).to.equal(map.get(key))
      }
      expect(index.size).to.equal(map.size)
    })
  })

  it('bears many keys, all of one hash among them', () => {
    const index = new KeyIndex()
    const numbers = Array.from({ length: 50_000 }, (_, i) =>
      index.indexOf(`k${i}`, hashValue(`k${i}`)),
    )
    expect(numbers.every((number, i) => number === i)).to.equal(true)
    for (let i = 0; i < 50_000; i += 997) {
      expect(index.indexOf(`k${i}`, hashValue(`k${i}`))).to.equal(i)
    }
    const alike = new KeyIndex()
    for (let i = 0; i < 500; i++) expect(alike.indexOf(i, 5)).to.equal(i)
    index.clear()
    expect(index.indexOf('new', 1)).to.equal(0)
  })
})

function sorted<T>(records: readonly T[]): T[] {
  return [...records].sort(compareValues)
}
