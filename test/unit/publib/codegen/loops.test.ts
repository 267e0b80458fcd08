import { expect } from 'chai'
import { SparkContext } from '../../../../driver/index.ts'

describe('a generated loop', () => {
  let sc: SparkContext

  before(async () => {
    sc = await SparkContext.getOrCreate({ master: 'local', appName: 'loops' })
  })

  after(async () => {
    await sc.stop()
  })

  it('is left by take while a function would give elements for ever, and its generator ends', async () => {
    const log: string[] = []
    const endless = sc.parallelize([1], 1).flatMap(function* (x) {
      try {
        for (let i = 0; ; i++) yield x + i
      } finally {
        log.push('ended')
      }
    })
    expect(await endless.map(x => x * 2).take(3)).to.deep.equal([2, 4, 6])
    expect(log).to.deep.equal(['ended'])
  })

  it('ends generators when a later operator throws, the innermost first', async () => {
    const log: string[] = []
    const numbers = (name: string) =>
      function* (x: number): Generator<number> {
        try {
          for (let i = 0; i < 3; i++) yield x + i
          yield* Array.from({ length: 10_000 }, () => x)
        } finally {
          log.push(name)
        }
      }
    const failing = sc
      .parallelize([1], 1)
      .flatMap(numbers('outer'))
      .flatMap(numbers('inner'))
      .map(x => {
        if (x === 3) throw new RangeError('three')
        return x
      })
    const error = await failing.count().catch((thrown: Error) => thrown)
    expect(error).to.be.an('error').with.property('message').that.includes('RangeError: three')
    expect(log).to.deep.equal(['inner', 'outer'])
  })

  it("keeps the user's line in the error, and tells nothing of itself", async () => {
    const error = (await sc
      .parallelize([1], 1)
      .map(x => {
        if (x === 1) throw new TypeError('one')
        return x
      })
      .count()
      .catch((thrown: Error) => thrown)) as Error
    expect(error.message).to.include('TypeError: one').and.not.to.include('loop-')
    const [, first] = (error.cause as Error).stack?.split('\n') ?? []
    expect(first).to.match(/loops\.test\.[jt]s:\d+:\d+/)
  })

  it('bounds batches, so that what is behind it reads no further than it must', async () => {
    let made = 0
    const rdd = sc.parallelize([1, 2], 1).flatMap(function* () {
      for (let i = 0; i < 100_000; i++) {
        made++
        yield i
      }
    })
    expect(await rdd.filter(x => x % 2 === 1).take(2)).to.deep.equal([1, 3])
    expect(made).to.be.below(20_000)
  })

  it('gives characters for texts, and the same for long ones', async () => {
    const long = '\u{1f600}ab'.repeat(40_000)
    const counted = await sc
      .parallelize(['a\u{1f600}', long], 1)
      .flatMap(text => text.slice(0))
      .countByValue()
    expect([...counted]).to.deep.equal([
      ['a', 40_001],
      ['\u{1f600}', 40_001],
      ['b', 40_000],
    ])
  })
})
