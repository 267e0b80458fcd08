import { expect } from 'chai'
import { guardTable, ratioOf, spreadOf } from '../../bench/guard-table.ts'

describe('the guard', () => {
  it('compares medians, and knows how far repetitions lie apart', () => {
    const one = { name: 'W2', base: [2, 1, 9], now: [4, 3, 5] }
    expect(ratioOf(one)).to.equal(2)
    expect(spreadOf(one)).to.equal(9)
  })

  it('calls slower only what is slower by more than the noise', () => {
    const table = guardTable([
      { name: 'faster', base: [2, 2], now: [1, 1] },
      { name: 'slower', base: [1, 1], now: [1.5, 1.5] },
      { name: 'noisy', base: [1, 3], now: [2, 4] },
    ])
    const [, faster, slower, noisy] = table.split('\n')
    expect(faster).to.match(/faster +0.50 +1.00$/)
    expect(slower).to.match(/1.50 +1.00 {2}SLOWER$/)
    expect(noisy).to.match(/1.50 +3.00 {2}slower, within noise$/)
  })
})
