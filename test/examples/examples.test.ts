import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { SparkContext } from 'simspark'
import { kMeans } from '../../driver/examples/k-means.ts'
import { logMining } from '../../driver/examples/log-mining.ts'
import { pageRank } from '../../driver/examples/page-rank.ts'
import { pi } from '../../driver/examples/pi.ts'
import { sumOfArray } from '../../driver/examples/sum-of-array.ts'
import { wordCount } from '../../driver/examples/word-count.ts'

describe('the examples', () => {
  let sc: SparkContext
  const folder = mkdtempSync(join(tmpdir(), 'simspark-examples-'))

  before(async () => {
    sc = await SparkContext.getOrCreate({ master: 'local[2]', appName: 'examples' })
  })
  after(async () => {
    await sc.stop()
    rmSync(folder, { recursive: true })
  })

  it('sum of array adds up', async () => {
    const { sum, expected } = await sumOfArray(sc, 100_000, 8)
    expect(sum).to.equal(expected)
  })

  it('word count counts', async () => {
    const path = join(folder, 'words.txt')
    writeFileSync(path, 'to be or not\nto be  \n\nTo Be\n')
    const { distinct, words, top } = await wordCount(sc, path, 2, 3)
    expect({ distinct, words, top }).to.deep.equal({
      distinct: 4,
      words: 8,
      top: [
        ['be', 3],
        ['to', 3],
      ],
    })
  })

  it('pi comes near pi, and equal seeds give equal estimates', async () => {
    const estimate = await pi(sc, 4, 50_000)
    expect(estimate).to.be.closeTo(Math.PI, 0.02)
    expect(await pi(sc, 4, 50_000)).to.equal(estimate)
  })

  it('page rank agrees with the same iteration by hand', async () => {
    const edges: [string, string][] = [
      ['a', 'b'],
      ['b', 'a'],
      ['c', 'a'],
      ['c', 'b'],
      ['a', 'c'],
      ['a', 'c'],
    ]
    const ranks = new Map(await pageRank(sc, edges, 5))
    const links: Record<string, string[]> = { a: ['b', 'c'], b: ['a'], c: ['a', 'b'] }
    let expected = new Map(Object.keys(links).map(page => [page, 1]))
    for (let i = 0; i < 5; i++) {
      const next = new Map<string, number>()
      for (const [page, targets] of Object.entries(links)) {
        const given = (expected.get(page) ?? 0) / targets.length
        for (const target of targets) next.set(target, (next.get(target) ?? 0) + given)
      }
      expected = new Map([...next].map(([page, sum]) => [page, 0.15 + 0.85 * sum]))
    }
    for (const [page, rank] of expected) expect(ranks.get(page)).to.be.closeTo(rank, 1e-12)
  })

  it('k-means finds the middles of two heaps', async () => {
    const points = Array.from({ length: 100 }, (_, i) => [i % 2 === 0 ? 0 : 10, (i % 10) / 10])
    const centres = await kMeans(
      sc,
      points,
      [
        [1, 1],
        [8, 1],
      ],
      4,
    )
    expect(centres.map(centre => centre.map(x => Math.round(x * 100) / 100))).to.deep.equal([
      [0, 0.4],
      [10, 0.5],
    ])
  })

  it('log mining asks the cached errors', async () => {
    const path = join(folder, 'log.txt')
    const lines = Array.from({ length: 300 }, (_, i) =>
      i % 3 === 0 ? `ERROR\t${i % 2 === 0 ? 'mysql' : 'php'} failed` : `INFO\tline ${i}`,
    )
    writeFileSync(path, lines.join('\n'))
    const { errors, mentions } = await logMining(sc, path, ['mysql', 'php'])
    expect(errors).to.equal(100)
    expect([...mentions]).to.deep.equal([
      ['mysql', 50],
      ['php', 50],
    ])
  })
})
