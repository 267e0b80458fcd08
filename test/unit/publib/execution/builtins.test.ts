import { expect } from 'chai'
import { BuiltinWatch } from '../../../../publib/execution/builtins.ts'

describe('built-ins of an executor', () => {
  /** What a watch says after a change, and whether the original is back; the change is undone in any case. */
  function afterChange(change: () => void): { told: string | undefined; isBack: boolean } {
    const watch = new BuiltinWatch()
    const { push } = Array.prototype
    const { stringify } = JSON
    try {
      change()
      const told = watch.repair()
      return { told, isBack: Array.prototype.push === push && JSON.stringify === stringify }
    } finally {
      Array.prototype.push = push
      JSON.stringify = stringify
    }
  }

  it('are left alone where nobody changed them', () => {
    expect(afterChange(() => undefined)).to.deep.equal({ told: undefined, isBack: true })
  })

  it('are named and put back where what stands in their place does not do the same', () => {
    const change = (): void => {
      Array.prototype.push = () => 0
      JSON.stringify = () => {
        throw new Error('broken')
      }
    }
    const told = 'Array.prototype.push, JSON.stringify'
    expect(afterChange(change)).to.deep.equal({ told, isBack: true })
  })

  it('may be replaced by what does the same, as polyfills and tracers do', () => {
    const { push } = Array.prototype
    const change = (): void => {
      Array.prototype.push = function (this: unknown[], ...values) {
        return push.apply(this, values)
      }
    }
    expect(afterChange(change)).to.deep.equal({ told: undefined, isBack: false })
  })
})
