import { readFileSync, truncateSync, unlinkSync, writeFileSync } from 'node:fs'
import { expect } from 'chai'
import { parseIndexFile, rangeInData } from '#publib/blocks'
import {
  type Aggregator,
  FetchFailedError,
  FunctionPartitioner,
  GROUP_VALUES,
  HashPartitioner,
  readShuffle,
  type ShuffleSpec,
} from '#publib/shuffle'
import {
  compareValues,
  KeyedMap,
  SeededRandom,
  SimSparkError,
  shuffleId,
  workerId,
} from '#publib/util'
import { assertExactly, batches, fc, holdsForAll, keys } from '../../../support/property.ts'
import { type Bench, makeBench, mapTasks, reduceTasks, serveRanges, statusOf } from './task.ts'

const sum: Aggregator<unknown, number, number> = {
  createCombiner: value => value,
  mergeValue: (a, b) => a + b,
  mergeCombiners: (a, b) => a + b,
}

function specOf<C = number>(
  options: Partial<ShuffleSpec<unknown, number, C>> = {},
): ShuffleSpec<unknown, number, C> {
  return {
    shuffleId: shuffleId(3),
    partitioner: new HashPartitioner(3),
    mapSideCombine: false,
    ...options,
  }
}

/** `words[i]` a number of times that depends on the seed. */
function wordPairs(count: number, distinct: number, seed = 1): [string, number][] {
  const random = new SeededRandom(seed)
  return Array.from({ length: count }, () => [`word-${random.below(distinct)}`, random.below(100)])
}

describe('a shuffle', () => {
  let bench: Bench
  beforeEach(() => {
    bench = makeBench()
  })
  afterEach(() => bench.remove())

  it('brings every record to its partition, in the order of map partitions and of records', () => {
    const inputs = [wordPairs(500, 50, 1), wordPairs(300, 50, 2), []]
    const spec = specOf()
    const parts = reduceTasks(bench, spec, mapTasks(bench, spec, inputs))
    const expected = parts.map((_, place) =>
      inputs.flat().filter(([key]) => spec.partitioner.getPartition(key) === place),
    )
    expect(parts).to.deep.equal(expected)
  })

  it('brings any records unharmed, whatever they are', () => {
    const spec = specOf({ partitioner: new HashPartitioner(1) }) as never as ShuffleSpec<
      unknown,
      unknown,
      unknown
    >
    let task = 0
    holdsForAll(
      fc.array(fc.tuple(keys, batches), { maxLength: 6 }),
      records => {
        const statuses = mapTasks(bench, spec, [records], { firstTask: task++, batch: 2 })
        assertExactly(reduceTasks(bench, spec, statuses)[0], records)
      },
      60,
    )
  })

  for (const mapSideCombine of [true, false]) {
    for (const dataBytes of [1 << 26, 20_000]) {
      const how = `${mapSideCombine ? 'with' : 'without'} combining in map tasks and ${dataBytes} bytes`
      it(`reduces by key like a Map does, ${how}`, () => {
        const inputs = [wordPairs(6000, 900, 1), wordPairs(6000, 900, 2)]
        const spec = specOf({ aggregator: sum, mapSideCombine })
        const statuses = mapTasks(bench, spec, inputs, { dataBytes })
        const parts = reduceTasks(bench, spec, statuses, { dataBytes })
        const expected = new Map<string, number>()
        for (const [key, value] of inputs.flat())
          expected.set(key, (expected.get(key) ?? 0) + value)
        expect(sorted(parts.flat())).to.deep.equal(sorted([...expected]))
        expect(bench.files().filter(name => name.endsWith('.spill'))).to.deep.equal([])
      })
    }
  }

  for (const dataBytes of [1 << 26, 30_000]) {
    it(`groups values in the order of their coming, with ${dataBytes} bytes`, () => {
      const inputs = [wordPairs(4000, 300, 1), [...wordPairs(4000, 300, 2), ...hotKey(3000)]]
      const spec = specOf<Iterable<number>>({ aggregator: GROUP_VALUES })
      const statuses = mapTasks(bench, spec, inputs, { dataBytes })
      const groups = reduceTasks(bench, spec, statuses, { dataBytes }).flat()
      const expected = new KeyedMap<unknown, number[]>()
      for (const [key, value] of inputs.flat()) {
        if (expected.has(key)) expected.get(key)!.push(value)
        else expected.set(key, [value])
      }
      const twice = groups.map(([key, group]) => [key, [...group], [...group]])
      expect(sorted(twice)).to.deep.equal(sorted([...expected].map(([k, v]) => [k, v, v])))
      bench.endTasks()
      expect(bench.files().filter(name => name.endsWith('.spill'))).to.deep.equal([])
    })
  }

  for (const dataBytes of [1 << 26, 30_000]) {
    it(`sorts by key, stable, with ${dataBytes} bytes`, () => {
      const inputs = [wordPairs(4000, 100, 1), wordPairs(4000, 100, 2)]
      for (const ascending of [true, false]) {
        const spec = specOf({ ordering: { ascending }, partitioner: new HashPartitioner(1) })
        const statuses = mapTasks(bench, spec, inputs, { firstTask: ascending ? 0 : 10 })
        const [part] = reduceTasks(bench, spec, statuses, { dataBytes })
        const direction = ascending ? 1 : -1
        const expected = inputs.flat().sort((a, b) => direction * compareValues(a[0], b[0]))
        expect(part).to.deep.equal(expected)
      }
    })
  }

  it('sorts by what a function makes of the key', () => {
    const spec = specOf({
      ordering: { ascending: true, key: key => -(key as number) },
      partitioner: new HashPartitioner(1),
    })
    const records = [3, 1, 2].map(key => [key, key] as const)
    const [part] = reduceTasks(bench, spec, mapTasks(bench, spec, [records]))
    expect(part).to.deep.equal([
      [3, 3],
      [2, 2],
      [1, 1],
    ])
  })

  const odd: Readonly<Record<string, (a: number, b: number) => unknown>> = {
    'is random': () => Math.sin(count++) * 10,
    'gives NaN': () => NaN,
    'gives nothing': () => undefined,
    'says yes and no': (a, b) => a < b,
  }
  let count = 0
  for (const [how, compare] of Object.entries(odd)) {
    it(`ends and keeps all records when the comparator ${how}`, () => {
      const spec = specOf({
        ordering: { ascending: true, compare: compare as never },
        partitioner: new HashPartitioner(1),
      })
      const records = Array.from({ length: 3000 }, (_, i) => [i, i] as const)
      const [part] = reduceTasks(bench, spec, mapTasks(bench, spec, [records]), {
        dataBytes: 20_000,
      })
      expect(part!.map(([key]) => key as number).sort((a, b) => a - b)).to.deep.equal(
        records.map(([key]) => key),
      )
    })
  }

  it('passes on what a comparator throws, and leaves no file', () => {
    const compare = (): number => {
      throw new Error('no order')
    }
    const spec = specOf({
      ordering: { ascending: true, compare },
      partitioner: new HashPartitioner(1),
    })
    const statuses = mapTasks(bench, spec, [wordPairs(3000, 10)])
    const before = bench.files()
    expect(() => reduceTasks(bench, spec, statuses, { dataBytes: 20_000 })).to.throw('no order')
    expect(bench.files()).to.deep.equal(before)
  })

  it('gives the same records and the same hash, whether it spills or not', () => {
    const inputs = [wordPairs(60_000, 5000)]
    const spec = specOf()
    const roomy = mapTasks(bench, spec, inputs, { firstTask: 0 })
    const task = bench.task(1, { dataBytes: 300_000 })
    const narrow = mapTasks({ ...bench, task: () => task }, spec, inputs)
    expect(task.metrics.diskSpilledBytes).to.be.greaterThan(0)
    expect(narrow[0]!.contentHash).to.equal(roomy[0]!.contentHash)
    expect(reduceTasks(bench, spec, narrow)).to.deep.equal(reduceTasks(bench, spec, roomy))
    expect(bench.files().filter(name => name.endsWith('.spill'))).to.deep.equal([])
  })

  it('reads a range of partitions at once', () => {
    const inputs = [wordPairs(300, 40, 1), wordPairs(300, 40, 2)]
    const spec = specOf({
      aggregator: sum,
      mapSideCombine: true,
      partitioner: new HashPartitioner(5),
    })
    const statuses = mapTasks(bench, spec, inputs)
    const whole = specOf({
      aggregator: sum,
      mapSideCombine: true,
      partitioner: new HashPartitioner(1),
    })
    const single = reduceTasks(bench, whole, mapTasks(bench, whole, inputs, { firstTask: 50 }))
    const all = [...readShuffle(spec, { start: 0, end: 5 }, statuses, bench.task(99))]
    expect(sorted(all.flat())).to.deep.equal(sorted(single.flat()))
  })

  describe('the hash of a map output', () => {
    const hashOf = (
      records: readonly (readonly [unknown, number])[],
      batch: number,
      first: number,
    ) => mapTasks(bench, specOf(), [records], { batch, firstTask: first })[0]!.contentHash

    it('does not depend on the order of records nor on their batches', () => {
      const records = wordPairs(500, 100)
      const shuffled = new SeededRandom(5).shuffle([...records])
      expect(hashOf(records, 100, 0)).to.equal(hashOf(shuffled, 7, 1))
    })

    it('tells one changed value and one repeated record', () => {
      const records = wordPairs(500, 100)
      const hash = hashOf(records, 100, 0)
      const changed = records.map(([k, v], i) => [k, i === 77 ? v + 1 : v] as const)
      expect(hashOf(changed, 100, 1)).not.to.equal(hash)
      expect(hashOf([...records.slice(1), records[1]!], 100, 2)).not.to.equal(hash)
      const [[a, x], [b, y]] = [records[0]!, records[1]!]
      const swapped = [[a, y], [b, x], ...records.slice(2)] as const
      if (x !== y && a !== b) expect(hashOf(swapped, 100, 3)).not.to.equal(hash)
    })
  })

  describe('map output files', () => {
    it('have an index that says where each partition stands', () => {
      const [status] = mapTasks(bench, specOf(), [wordPairs(1000, 100)])
      const index = parseIndexFile(readFileSync(`${bench.folder}/shuffle_3_0_0.index`))!
      expect(index).to.include({ shuffleId: 3, mapPartition: 0, taskId: 0 })
      const lengths = [0, 1, 2].map(place => rangeInData(index, place, place + 1)!.length)
      expect(lengths).to.deep.equal(status!.sizes)
      expect(rangeInData(index, 1, 3)).to.deep.equal({
        offset: status!.sizes[0],
        length: status!.sizes[1]! + status!.sizes[2]!,
      })
      expect(rangeInData(index, 2, 4)).to.equal(undefined)
      expect(bench.files()).to.deep.equal(['shuffle_3_0_0.data', 'shuffle_3_0_0.index'])
    })

    it('are never written over, and a failed task leaves nothing', () => {
      const spec = specOf()
      mapTasks(bench, spec, [wordPairs(10, 5, 1)])
      const before = readFileSync(`${bench.folder}/shuffle_3_0_0.data`)
      expect(() => mapTasks(bench, spec, [wordPairs(10, 5, 2)])).to.throw(/EEXIST/)
      expect(readFileSync(`${bench.folder}/shuffle_3_0_0.data`).equals(before)).to.equal(true)
      const bad = [['a', () => 1]] as never
      expect(() => mapTasks(bench, spec, [bad], { firstTask: 9 })).to.throw(/VALUE|function/)
      expect(bench.files()).to.deep.equal(['shuffle_3_0_0.data', 'shuffle_3_0_0.index'])
    })

    it('say DISK_FULL, with the path, when the disk is full', () => {
      const task = bench.task(1)
      const full = () => {
        throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' })
      }
      const files = {
        ...task.files,
        open: () => ({ size: 0, read: () => 0, write: full, close: () => {} }),
      }
      const error = thrownBy(() =>
        mapTasks({ ...bench, task: () => ({ ...task, files }) }, specOf(), [wordPairs(5, 5)]),
      )
      expect(error.code).to.equal('DISK_FULL')
      expect(error.message).to.contain(bench.folder)
    })
  })

  describe('reading from other workers', () => {
    const far = workerId('w2')
    const arrangements = {
      'in order': (parts: unknown[]) => parts,
      'the last range first': (parts: { index: number }[]) =>
        [...parts].sort((a, b) => b.index - a.index),
      interleaved: (parts: { index: number }[]) => interleave(parts),
    }
    for (const [name, arrange] of Object.entries(arrangements)) {
      it(`gives the same as reading files, with parts that come ${name}`, () => {
        const inputs = [1, 2, 3, 4].map(seed => wordPairs(200, 30, seed))
        const spec = specOf()
        const statuses = mapTasks(bench, spec, inputs)
        const local = reduceTasks(bench, spec, statuses)
        const remote = statuses.map((status, i) =>
          i % 2 === 0 ? { ...status, location: { ...status.location, workerId: far } } : status,
        )
        const fetch = serveRanges(bench, statuses, arrange as never)
        expect(reduceTasks(bench, spec, remote, { fetch })).to.deep.equal(local)
      })
    }

    it('names the map output that is missing, cut, longer or damaged', () => {
      const spec = specOf()
      const statuses = mapTasks(bench, spec, [wordPairs(200, 30, 1), wordPairs(200, 30, 2)])
      const remote = statuses.map(status => statusOf(status, bench.task(status.taskId), far))
      const harm: Readonly<Record<string, (parts: FetchedParts) => FetchedParts>> = {
        'it is gone': parts =>
          parts.map(p => (p.index === 1 ? { index: 1, error: 'it is gone' } : p)),
        'fetch ended': parts => parts.filter(p => p.index === 0),
        checksum: parts => parts.map((p, i) => (p.index === 1 && i % 3 === 0 ? flipped(p) : p)),
        'ends after': parts => parts.filter(p => !(p.index === 1 && !p.isLast)),
        'more than': parts => [
          ...parts.map(p => ({ ...p, isLast: false })),
          ...parts.map(p => ({ ...p, index: 1 })),
        ],
      }
      for (const arrange of Object.values(harm)) {
        const fetch = serveRanges(bench, statuses, arrange as never)
        const error = thrownBy(() => reduceTasks(bench, spec, remote, { fetch }))
        expect(error).to.be.instanceOf(FetchFailedError)
      }
      const fetch = serveRanges(bench, statuses, harm['it is gone'] as never)
      const error = thrownBy(() => reduceTasks(bench, spec, remote, { fetch })) as FetchFailedError
      expect(error.fetch).to.deep.equal({
        shuffleId: 3,
        mapPartition: 1,
        mapTaskId: 1,
        location: remote[1]!.location,
      })
    })

    it('gives up what is under way when it is left early', () => {
      const spec = specOf({ partitioner: new HashPartitioner(1) })
      const statuses = mapTasks(bench, spec, [wordPairs(50, 5), wordPairs(50, 5)])
      const remote = statuses.map(status => statusOf(status, bench.task(status.taskId), far))
      let isGivenUp = false
      const serve = serveRanges(bench, statuses, parts => parts)
      const task = bench.task(9, {
        *fetch(requests) {
          try {
            yield* serve(requests)
          } finally {
            isGivenUp = true
          }
        },
      })
      for (const _ of readShuffle(spec, { start: 0, end: 1 }, remote, task)) break
      expect(isGivenUp).to.equal(true)
    })
  })

  describe('damaged files of this worker', () => {
    const path = () => `${bench.folder}/shuffle_3_0_0.data`
    const harm: Readonly<Record<string, () => void>> = {
      gone: () => unlinkSync(path()),
      cut: () => truncateSync(path(), 100),
      'one bit flipped': () => {
        const bytes = readFileSync(path())
        bytes[bytes.length >> 1]! ^= 4
        writeFileSync(path(), bytes)
      },
      'those of another attempt': () => {
        const statuses = mapTasks(bench, specOf(), [wordPairs(500, 30, 1)], { firstTask: 7 })
        writeFileSync(
          path(),
          readFileSync(`${bench.folder}/shuffle_3_0_${statuses[0]!.taskId}.data`),
        )
      },
    }
    for (const [how, damage] of Object.entries(harm)) {
      it(`are a failed fetch of that map output: ${how}`, () => {
        const statuses = mapTasks(bench, specOf(), [wordPairs(500, 30, 1)])
        damage()
        const error = thrownBy(() => reduceTasks(bench, specOf(), statuses))
        expect(error).to.be.instanceOf(FetchFailedError)
        expect(error.message).to.match(/map partition 0 \(attempt 0\) of shuffle 3/)
      })
    }
  })

  it('refuses what a partitioner may not say, naming key and place', () => {
    for (const place of [-1, 1.5, 3, NaN, '0', undefined]) {
      const partitioner = { numPartitions: 3, getPartition: () => place as number }
      const error = thrownBy(() => mapTasks(bench, specOf({ partitioner }), [[['k', 1]]]))
      expect(error.code).to.equal('INVALID_PARTITION')
      expect(error.message)
        .to.contain('"k"')
        .and.contain(typeof place === 'string' ? '"0"' : String(place))
    }
    const partitioner = new FunctionPartitioner(3, () => NaN)
    expect(thrownBy(() => mapTasks(bench, specOf({ partitioner }), [[['k', 1]]])).code).to.equal(
      'INVALID_PARTITION',
    )
  })

  it('stops between batches when the task is cancelled', () => {
    let looks = 0
    const task = bench.task(0, {
      checkCancelled: () => {
        if (++looks > 5) throw new SimSparkError('TASK_KILLED', 'enough')
      },
    })
    const error = thrownBy(() =>
      mapTasks({ ...bench, task: () => task }, specOf(), [wordPairs(5000, 10)]),
    )
    expect(error.code).to.equal('TASK_KILLED')
    expect(bench.files()).to.deep.equal([])
  })
})

type FetchedParts = { index: number; bytes?: Uint8Array; isLast?: boolean; error?: string }[]

function flipped<P extends { bytes?: Uint8Array }>(part: P): P {
  const bytes = Uint8Array.from(part.bytes!)
  bytes[0]! ^= 1
  return { ...part, bytes }
}

function interleave(parts: { index: number }[]): { index: number }[] {
  const byRange = new Map<number, { index: number }[]>()
  for (const part of parts) byRange.set(part.index, [...(byRange.get(part.index) ?? []), part])
  const queues = [...byRange.values()].reverse()
  const result: { index: number }[] = []
  while (queues.some(queue => queue.length > 0)) {
    for (const queue of queues) if (queue.length > 0) result.push(queue.shift()!)
  }
  return result
}

function hotKey(count: number): [string, number][] {
  return Array.from({ length: count }, (_, i) => ['hot', i])
}

function sorted<T>(records: readonly T[]): T[] {
  return [...records].sort(compareValues)
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
