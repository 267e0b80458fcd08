import { expect } from 'chai'
import type { RDD, SparkContext } from '../../../../driver/index.ts'
import { interpretedContext } from '../../../support/interpreted-context.ts'

/** Each operator's line without its place, from the first stage on. */
async function tiers(rdd: RDD<unknown>): Promise<string[]> {
  const text = await rdd.explain()
  return text
    .split('\n')
    .filter(line => /^ {2}/.test(line))
    .map(line =>
      line
        .trim()
        .replace(/ at [\w.-]+:\d+:/, ':')
        .replace(/^\w+\[\d+\] at /, ''),
    )
}

describe('rdd.explain()', () => {
  let sc: SparkContext
  beforeEach(() => {
    sc = interpretedContext().sc
  })
  afterEach(() => sc.stop())

  it('says that simple functions become kernels, stage by stage', async () => {
    const counts = sc
      .parallelize(['a b', 'b'], 2)
      .flatMap(line => line.split(' '))
      .map(word => [word, 1])
      .reduceByKey((a, b) => a + b)
      .map(([word, n]) => `${word}: ${n}`)
    expect(await tiers(counts)).to.deep.equal([
      'parallelize: kernel',
      'flatMap: kernel',
      'map: kernel',
      'combines values for shuffle 0: kernel',
      'reduceByKey: kernel',
      'combines values: kernel',
      'map: kernel',
    ])
    const head = (await counts.explain()).split('\n').filter(line => line.startsWith('stage'))
    expect(head).to.deep.equal(['stage 1 of 2, 2 partitions', 'stage 2 of 2, 2 partitions'])
  })

  it('says what stands in the way, and where', async () => {
    const settings = { factor: 2 }
    const looping = (x: number) => {
      let sum = 0
      for (let i = 0; i < x; i++) sum += i
      return sum
    }
    const numbers = sc
      .range(0, 10, 1, 2)
      .map(x => x * settings.factor)
      .map(x => x + 1)
      .filter(x => looping(x) > 3)
      .mapPartitions(it => it)
      .map(x => x * 2)
    const lines = await tiers(numbers)
    expect(lines[1]).to.match(/^map: loop \(its function uses `settings`, an object: take what/)
    expect(lines[1]).to.match(/explain\.test\.ts:\d+:\d+\)\)$/)
    expect(lines[2]).to.match(/^map: loop .* make that one simple\)$/)
    expect(lines[3]).to.match(/^filter: loop \(its function calls `looping` .* it has a loop \(/)
    expect(lines[4]).to.match(/^mapPartitions: as written \(mapPartitions hands whole partitions/)
    expect(lines[5]).to.equal('map: kernel (if its elements are numbers)')
  })

  it('knows which reducers are arithmetic', async () => {
    const pairs = sc.parallelize<[string, number]>([['a', 1]], 2)
    const kept = await tiers(pairs.reduceByKey((a, b) => (a <= b ? a : b + 0)))
    expect(kept.at(-1)).to.equal('combines values: kernel')
    const native = await tiers(pairs.reduceByKey(Math.max))
    expect(native.at(-1)).to.equal('combines values: kernel')
    const bound = await tiers(pairs.reduceByKey(Math.hypot.bind(null, 1)))
    expect(bound.at(-1)).to.match(/loop \(its function is a bound function\)/)
    const texts = await tiers(pairs.mapValues(n => `${n}`).reduceByKey((a, b) => a + b))
    expect(texts.at(-1)).to.match(/there is a kernel where values are numbers/)
  })
})
