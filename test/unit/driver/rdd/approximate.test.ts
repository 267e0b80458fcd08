import { expect } from 'chai'
import type { RDD } from '#driver'
import { interpretedContext } from '../../../support/interpreted-context.ts'
import { openLocalContext } from '../../../support/local-context.ts'
import { rejection } from '../../../support/rejection.ts'
import { useTempFolder } from '../../../support/temp-folder.ts'

type Pairs = RDD<[string, number]>

describe('approximate results', function () {
  this.timeout(20_000)
  const folder = useTempFolder()

  it('are exact where all is done in time', async () => {
    const { sc } = interpretedContext({ ships: true })
    const numbers = sc.range(0, 100, 1, 5)
    const pairs = numbers.map((x): [string, number] => [`k${x % 3}`, x])
    const exact = (value: number) => ({ mean: value, low: value, high: value, confidence: 1 })
    const count = await numbers.countApprox(60_000)
    expect({ ...count }).to.deep.equal(exact(100))
    expect(count.isInitialValueFinal).to.equal(true)
    expect(await count.getFinalValue()).to.deep.include(exact(100))
    expect({ ...(await numbers.sumApprox(60_000)) }).to.deep.equal(exact(4950))
    expect({ ...(await numbers.meanApprox(60_000, 0.5)) }).to.deep.equal(exact(49.5))
    const keys = await pairs.countByKeyApprox(60_000, { confidence: 0.9 })
    expect([...keys].sort()).to.deep.equal([
      ['k0', exact(34)],
      ['k1', exact(33)],
      ['k2', exact(33)],
    ])
    const values = await pairs.mapValues(x => x % 2).countByValueApprox(60_000)
    expect(values.get(['k0', 0])).to.deep.equal(exact(17))
    expect({ ...(await sc.emptyRDD().countApprox(1000)) }).to.deep.equal(exact(0))
    for (const wrong of [0, 1.5, Number.NaN]) {
      expect((await rejection(numbers.countApprox(10, wrong))).code).to.equal('INVALID_ARGUMENT')
    }
    expect((await rejection(numbers.countApprox(-1))).message).to.match(/timeoutMs/)
    await sc.stop()
  })

  it('tell what is known at the time, and all of it later', async () => {
    const { sc } = await openLocalContext(folder(), 'local[2]')
    // Two partitions wait for the driver, two give their elements at once.
    const gate = sc.range(0, 4000, 1, 4).mapAsync(async x => {
      if (x >= 2000) await new Promise(resolve => setTimeout(resolve, x % 1000 === 0 ? 1500 : 0))
      return x
    })
    const soon = await gate.countApprox(700)
    expect(soon.isInitialValueFinal).to.equal(false)
    expect(soon.low).to.be.at.least(0)
    expect(await soon.getFinalValue()).to.deep.include({ mean: 4000, low: 4000, high: 4000 })
    const nothing = await sc
      .range(0, 10, 1, 2)
      .mapAsync(async x => x)
      .sumApprox(0)
    expect(nothing.isInitialValueFinal).to.equal(false)
    expect(await nothing.getFinalValue()).to.deep.include({ mean: 45 })
    await sc.stop()
  })

  it('are what the user’s own evaluator makes of them', async () => {
    const { sc } = await openLocalContext(folder())
    const merged: number[] = []
    let longest = 0
    const result = await sc.runApproximateJob(
      sc.parallelize(['a', 'bbbb', 'cc', 'd'], 4),
      part => Math.max(...[...part].map(text => text.length)),
      {
        merge(partition, length) {
          merged.push(partition)
          longest = Math.max(longest, length)
        },
        currentResult: () => Object.freeze({ longest }),
      },
      60_000,
    )
    expect(result.longest).to.equal(4)
    expect(result.isInitialValueFinal).to.equal(true)
    expect(merged.sort()).to.deep.equal([0, 1, 2, 3])
    const failing = sc.runApproximateJob(
      sc.range(3),
      () => {
        throw new Error('no')
      },
      { merge: () => undefined, currentResult: () => ({}) },
      60_000,
    )
    expect((await rejection(failing)).code).to.equal('TASK_FAILED')
    const later = await sc.runApproximateJob(
      sc.range(3).mapAsync(async () => {
        await new Promise(resolve => setTimeout(resolve, 300))
        throw new Error('later')
      }),
      () => 1,
      { merge: () => undefined, currentResult: () => ({}) },
      0,
    )
    expect((await rejection(later.getFinalValue())).code).to.equal('TASK_FAILED')
    expect(() => sc.range(1).countApprox).not.to.throw()
    await sc.stop()
  })
})

for (const ships of [false, true]) {
  describe(`exact samples by key, ${ships ? 'through encoded stages' : 'in place'}`, function () {
    this.timeout(30_000)
    const { sc } = interpretedContext({ ships })
    const pairs: Pairs = sc
      .range(0, 3000, 1, 7)
      .map((x): [string, number] => [x % 10 === 0 ? 'rare' : x % 2 === 0 ? 'even' : 'odd', x])
    const fractions = new Map([
      ['rare', 0.333],
      ['even', 0.01],
      ['odd', 1],
      ['missing', 0.5],
    ])

    it('have exactly the size that is asked, and follow from their seed', async () => {
      for (const seed of [1, 2, 3]) {
        const sample = pairs.sampleByKeyExact(false, fractions, seed)
        const counts = await sample.countByKey()
        expect([...counts].sort()).to.deep.equal([
          ['even', Math.ceil(1200 * 0.01)],
          ['odd', 1500],
          ['rare', Math.ceil(300 * 0.333)],
        ])
        const taken = await sample.collect()
        expect(new Set(taken.map(([, x]) => x)).size).to.equal(taken.length)
        const again = await pairs.sampleByKeyExact(false, fractions, seed).collect()
        expect(again).to.deep.equal(taken)
      }
      const [one, two] = await Promise.all(
        [1, 2].map(seed => pairs.sampleByKeyExact(false, { rare: 0.5 }, seed).collect()),
      )
      expect(one).not.to.deep.equal(two)
    })

    it('with replacement hold copies, as many as asked', async () => {
      const sample = pairs.sampleByKeyExact(true, new Map([['rare', 3.001]]), 5)
      const taken = await sample.values().collect()
      expect(taken).to.have.length(Math.ceil(300 * 3.001))
      expect(new Set(taken).size).to.be.within(260, 300)
    })

    it('give every element the same chance', async () => {
      const hits = new Array<number>(30).fill(0)
      const few = sc.range(0, 30, 1, 4).map((x): [string, number] => ['k', x])
      for (let seed = 0; seed < 150; seed++) {
        for (const x of await few.sampleByKeyExact(false, { k: 0.2 }, seed).values().collect()) {
          hits[x]! += 1
        }
      }
      // Each is hit 30 times on average, with a standard deviation of 5.
      for (const hit of hits) expect(hit).to.be.within(8, 55)
    })

    it('are refused where fractions are none', () => {
      expect(() => pairs.sampleByKeyExact(false, new Map([['odd', 1.1]]))).to.throw(/0 to 1/)
      expect(() => pairs.sampleByKeyExact(true, new Map([['odd', -1]]))).to.throw(/0 or more/)
    })
  })
}

describe('distinct values by key', function () {
  this.timeout(20_000)
  const folder = useTempFolder()

  it('are counted within the deviation that is asked, the same in every tier', async () => {
    const found: unknown[] = []
    for (const mode of ['plain', 'loops', 'kernels'] as const) {
      const { sc } = await openLocalContext(folder(), 'local[2]', {
        'simspark.codegen.mode': mode,
      })
      const pairs = sc
        .range(0, 40_000, 1, 4)
        .map((x): [string, number] => [`k${x % 4}`, x % 4 === 0 ? x % 100 : x % 8000])
      const counts = await pairs.countApproxDistinctByKey(0.02, 3).collect()
      found.push(counts.sort())
      for (const [key, count] of counts) {
        const exact = key === 'k0' ? 25 : 2000
        expect(Math.abs(count - exact) / exact, `${key}: ${count}`).to.be.below(0.08)
      }
      const byDefault = pairs.countApproxDistinctByKey()
      expect(await byDefault.count()).to.equal(4)
      expect(byDefault.partitioner?.numPartitions).to.equal(4)
      expect(() => pairs.countApproxDistinctByKey(0.00001)).to.throw(/relativeSD/)
      await sc.stop()
    }
    expect(found[1]).to.deep.equal(found[0])
    expect(found[2]).to.deep.equal(found[0])
  })
})
