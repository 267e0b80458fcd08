import { expect } from 'chai'
import { StatCounter } from '#publib/lineage'
import { SeededRandom } from '#publib/util'
import { countBound, meanBound, sumBound } from '../../../../driver/operations/bounds.ts'
import {
  normalQuantile,
  pascalQuantile,
  poissonQuantile,
  tQuantile,
} from '../../../../driver/operations/distributions.ts'
import { drawMarked, drawSuccesses } from '../../../../publib/lineage/draws.ts'

const PROBABILITIES = [0.001, 0.025, 0.3, 0.5, 0.8, 0.975, 0.999]

describe('quantiles', () => {
  it('of the normal and of the t distribution are those of tables', () => {
    expect(normalQuantile(0.975)).to.be.closeTo(1.959963984540054, 1e-9)
    expect(normalQuantile(0.5)).to.be.closeTo(0, 1e-9)
    expect(normalQuantile(0.001)).to.be.closeTo(-3.090232306167813, 1e-9)
    const table = [
      [1, 12.706204736],
      [2, 4.302652729],
      [5, 2.570581836],
      [30, 2.042272456],
      [99, 1.984216952],
    ]
    for (const [df, t] of table) expect(tQuantile(0.975, df!)).to.be.closeTo(t!, 1e-7)
    expect([normalQuantile(0), normalQuantile(1)]).to.deep.equal([-Infinity, Infinity])
  })

  it('of counts are the first whose probabilities add up', () => {
    for (const [r, p] of [
      [1, 0.5],
      [3, 0.1],
      [40, 0.25],
      [200, 0.9],
    ] as const) {
      for (const probability of PROBABILITIES) {
        let k = 0
        let each = p ** r
        for (let sum = each; sum < probability; sum += each) {
          each *= ((k + r) / (k + 1)) * (1 - p)
          k += 1
        }
        expect(pascalQuantile(probability, r, p), `${probability} ${r} ${p}`).to.equal(k)
      }
    }
    for (const mean of [0.3, 4, 90]) {
      for (const probability of PROBABILITIES) {
        let k = 0
        let each = Math.exp(-mean)
        for (let sum = each; sum < probability; sum += each) each *= mean / ++k
        expect(poissonQuantile(probability, mean), `${probability} ${mean}`).to.equal(k)
      }
    }
    expect(poissonQuantile(0.975, 1e8)).to.be.closeTo(1e8 + 1.96 * 1e4, 2)
    expect([poissonQuantile(0.9, 0), pascalQuantile(1, 5, 0.5)]).to.deep.equal([0, Infinity])
  })
})

describe('bounds', () => {
  const PARTS = 20
  const random = new SeededRandom(20_261_122)

  /** How often the truth lies within the bounds of 90 % that a part of the partitions gives. */
  function coverage(bound: (seen: StatCounter[], merged: number) => [boolean, boolean]): number {
    let held = 0
    const runs = 400
    for (let run = 0; run < runs; run++) {
      const merged = 3 + random.below(10)
      const counters = Array.from({ length: PARTS }, () => new StatCounter())
      for (let i = 0; i < 800; i++) counters[random.below(PARTS)]!.merge(random.number() * 10)
      const [low, high] = bound(counters, merged)
      if (low && high) held += 1
    }
    return held / runs
  }
  const joined = (counters: StatCounter[]) =>
    counters.reduce((all, one) => all.merge(one), new StatCounter())
  const within = (value: number, { low, high }: { low: number; high: number }) =>
    [low <= value, value <= high] as [boolean, boolean]

  it('hold about as often as they say', () => {
    const of = (merged: number): { merged: number; total: number; confidence: number } => ({
      ...{ merged, total: PARTS, confidence: 0.9 },
    })
    const counts = coverage((counters, merged) =>
      within(800, countBound(joined(counters.slice(0, merged)).count, of(merged))),
    )
    const means = coverage((counters, merged) =>
      within(joined(counters).mean, meanBound(joined(counters.slice(0, merged)), of(merged))),
    )
    const sums = coverage((counters, merged) =>
      within(joined(counters).sum, sumBound(joined(counters.slice(0, merged)), of(merged))),
    )
    for (const share of [counts, means, sums]) expect(share).to.be.within(0.85, 1)
  })

  it('are exact where all is known, and open where nothing is', () => {
    const counter = new StatCounter([1, 2, 3, 6])
    const all = { merged: 4, total: 4, confidence: 0.9 }
    const none = { merged: 0, total: 4, confidence: 0.9 }
    const exact = (value: number) => ({ mean: value, confidence: 1, low: value, high: value })
    expect(countBound(7, all)).to.deep.equal(exact(7))
    expect(meanBound(counter, all)).to.deep.equal(exact(3))
    expect(sumBound(counter, all)).to.deep.equal(exact(12))
    const open = { mean: 0, confidence: 0, low: -Infinity, high: Infinity }
    expect(countBound(0, none)).to.deep.equal({ ...open, low: 0 })
    expect(meanBound(new StatCounter(), none)).to.deep.equal(open)
    expect(sumBound(new StatCounter(), none)).to.deep.equal(open)
    const one = { merged: 1, total: 4, confidence: 0.9 }
    expect(meanBound(new StatCounter([5]), one)).to.deep.include({ low: -Infinity, high: Infinity })
    expect(sumBound(new StatCounter([5]), one)).to.deep.include({ mean: 20, low: -Infinity })
  })
})

describe('draws', () => {
  it('have the mean and the spread of their distribution, and keep within what there is', () => {
    const random = new SeededRandom(7)
    const runs = 4000
    const check = (draw: () => number, mean: number, variance: number, most: number): void => {
      const drawn = new StatCounter(Array.from({ length: runs }, draw))
      expect(drawn.mean).to.be.closeTo(mean, 5 * Math.sqrt(variance / runs))
      expect(drawn.variance).to.be.closeTo(variance, 0.15 * variance)
      expect(drawn.min).to.be.at.least(0)
      expect(drawn.max).to.be.at.most(most)
    }
    for (const [total, marked, taken] of [
      [10, 4, 5],
      [1000, 30, 600],
      [5_000_000, 2_000_000, 1_000_000],
    ] as const) {
      const p = marked / total
      const variance = (taken * p * (1 - p) * (total - taken)) / (total - 1)
      check(() => drawMarked({ total, marked, taken }, random), taken * p, variance, marked)
    }
    for (const [tries, p] of [
      [9, 0.2],
      [100_000, 0.7],
    ] as const) {
      check(() => drawSuccesses(tries, p, random), tries * p, tries * p * (1 - p), tries)
    }
    expect(drawMarked({ total: 5, marked: 5, taken: 3 }, random)).to.equal(3)
    expect([drawSuccesses(4, 1, random), drawSuccesses(4, 0, random)]).to.deep.equal([4, 0])
  })
})
