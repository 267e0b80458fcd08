import { expect } from 'chai'
import { simulate } from './simulate.ts'

const SEEDS = 20

describe('the simulated cluster', function () {
  this.timeout(60_000)

  for (let seed = 1; seed <= SEEDS; seed++) {
    it(`gives the right answers under the faults of seed ${seed}`, async () => {
      const { breaches, trace } = await simulate(seed)
      const repeat = `repeat it with: npm run simulate -- --seed ${seed}`
      expect(breaches, `${trace.slice(-30).join('\n')}\n${repeat}`).to.deep.equal([])
    })
  }

  it('happens twice in the same way', async () => {
    const first = await simulate(SEEDS + 1)
    const second = await simulate(SEEDS + 1)
    expect(second.trace).to.deep.equal(first.trace)
    expect(second.fingerprint).to.equal(first.fingerprint)
    expect(second.events).to.equal(first.events)
  })
})
