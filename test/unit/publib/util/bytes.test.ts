import { expect } from 'chai'
import { formatBytes, mixSeed, SeededRandom, showValue } from '#publib/util'

describe('sizes in bytes', () => {
  const written: readonly (readonly [number, string])[] = [
    [0, '0 B'],
    [1023, '1023 B'],
    [1024, '1.0 KiB'],
    [12.4 * 1024 ** 2, '12.4 MiB'],
    [1024 ** 2 - 1, '1.0 MiB'],
    [5 * 1024 ** 4, '5.0 TiB'],
    [-2048, '-2.0 KiB'],
  ]
  for (const [bytes, text] of written) {
    it(`writes ${bytes} as ${text}`, () => expect(formatBytes(bytes)).to.equal(text))
  }
})

describe('seeded random numbers', () => {
  it('follow from the seed alone', () => {
    const take = (seed: number) => {
      const random = new SeededRandom(seed)
      return [random.int32(), random.int32(), random.number(), random.below(10)]
    }
    expect(take(42)).to.deep.equal(take(42))
    expect(take(42)).not.to.deep.equal(take(43))
    expect(take(2 ** 40)).not.to.deep.equal(take(0))
    expect(mixSeed(1, 0)).not.to.equal(mixSeed(1, 1))
  })

  it('are spread evenly from 0 up to 1', () => {
    const random = new SeededRandom(1)
    const counts = new Array<number>(10).fill(0)
    let sum = 0
    for (let i = 0; i < 20_000; i++) {
      const value = random.number()
      expect(value).to.be.within(0, 1 - Number.EPSILON / 2)
      counts[Math.floor(value * 10)]!++
      sum += value
    }
    expect(sum / 20_000).to.be.closeTo(0.5, 0.01)
    for (const count of counts) expect(count).to.be.within(1800, 2200)
  })
})

describe('values in messages', () => {
  it('are short, on one line, and never throw', () => {
    expect(showValue(['a', 1n, -0, { x: null }])).to.equal('["a", 1n, -0, {x: null}]')
    expect(showValue('x'.repeat(500)).length).to.be.lessThan(130)
    expect(
      showValue({
        get x() {
          throw new Error()
        },
      }),
    ).to.equal('a value that cannot be shown')
    const cyclic: unknown[] = []
    cyclic.push(cyclic)
    expect(showValue(cyclic)).to.equal('[[[[…]]]]')
    class Point {
      x = 1
    }
    expect(showValue(new Point())).to.equal('Point {x: 1}')
  })
})
