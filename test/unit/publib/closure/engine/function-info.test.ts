import { expect } from 'chai'
import { functionInfos, slotsOf } from '../../../../../publib/closure/engine/function-info.ts'

const atTop = { name: 'a constant of this file' }

describe('what the engine knows of functions', () => {
  it('gives the variables themselves, not copies', () => {
    const inner = { n: 1 }
    const [info] = functionInfos([() => [inner, atTop]])
    const scopes = info?.scopes ?? []
    expect(scopes.find(scope => 'inner' in scope)?.['inner']).to.equal(inner)
    expect(scopes.find(scope => 'atTop' in scope)?.['atTop']).to.equal(atTop)
    expect(info?.isModule).to.equal(true)
  })

  it('keeps many functions of one round apart', () => {
    const make = (k: number) => (): number => k
    const infos = functionInfos(Array.from({ length: 30 }, (_each, i) => make(i)))
    expect(infos.map(info => info.scopes[0]?.['k'])).to.deep.equal(infos.map((_info, i) => i))
  })

  it('takes bound functions apart', () => {
    const receiver = {}
    const bound = function (this: unknown, a: number, b: number): unknown {
      return [this, a, b]
    }.bind(receiver, 1)
    const [info] = functionInfos([bound])
    expect(info?.bound?.receiver).to.equal(receiver)
    expect(info?.bound?.parameters).to.deep.equal([1])
  })

  it('reads private fields, those of the base class first', () => {
    class Base {
      #x = 1
      get x(): number {
        return this.#x
      }
    }
    class Derived extends Base {
      #x = 'derived'
      get y(): string {
        return this.#x
      }
    }
    expect(slotsOf(new Derived()).privates).to.deep.equal([
      ['#x', 1],
      ['#x', 'derived'],
    ])
  })
})
