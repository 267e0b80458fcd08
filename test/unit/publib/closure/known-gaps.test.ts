/** What is known not to hold: written down, so that a change is noticed. */
import { expect } from 'chai'
import { bump, counter } from './counter-module.ts'
import { shipped } from './round-trip.ts'

describe('known gaps of closure shipping', () => {
  it('gives the old value of another module’s variable that shipped code changes', async () => {
    const copy = await shipped(() => {
      bump()
      return counter
    })
    expect(copy()).to.equal(0)
  })

  it('does not carry what was added to prototypes of the language', async () => {
    const key = 'simsparkTestSum'
    Object.defineProperty(Array.prototype, key, { value: () => 1, configurable: true })
    const copy = await shipped(() => Reflect.has([], key))
    Reflect.deleteProperty(Array.prototype, key)
    expect(copy()).to.equal(false)
  })
})
