import { expect } from 'chai'
import { captureThis } from '../../../../../publib/closure/engine/arrow-this.ts'
import { functionInfos } from '../../../../../publib/closure/engine/function-info.ts'
import { holdWindow } from '../../../../../publib/closure/engine/scripts.ts'

type Arrow = (...given: never[]) => unknown

function thisOf(arrow: Arrow): unknown {
  const location = functionInfos([arrow])[0]?.location
  if (!location) throw new Error('the arrow has no place')
  const place = { location, text: Function.prototype.toString.call(arrow), realm: globalThis }
  return captureThis(arrow, place)?.value
}

describe('the this of an arrow function', () => {
  it('is read without running the body, defaults or patterns', () => {
    const ran: string[] = []
    const note = (what: string): string => {
      ran.push(what)
      return what
    }
    class Job {
      plain = (): unknown => [note('body'), this]
      defaults = (x = note('default'), { y = note('inner') } = {}): unknown => [x, y, this]
      list = ([a, b = note('element')]: string[], ...rest: string[]): unknown => [a, b, rest, this]
      later = async (x: number): Promise<unknown> => {
        note('before')
        await null
        return [x, this]
      }
      nested(): Arrow {
        return () => () => this
      }
    }
    const job = new Job()
    const arrows = [job.plain, job.defaults, job.list, job.later, job.nested()] as Arrow[]
    const found = holdWindow(() => arrows.map(thisOf))
    expect(found).to.deep.equal(arrows.map(() => job))
    expect(ran).to.deep.equal([])
  })

  it('is right for each of many arrows made from one text', () => {
    class Counter {
      readonly id: number
      constructor(id: number) {
        this.id = id
      }
      arrow(): Arrow {
        return () => this.id
      }
    }
    const counters = Array.from({ length: 20 }, (_each, i) => new Counter(i))
    const found = holdWindow(() => counters.map(counter => thisOf(counter.arrow())))
    expect(found).to.deep.equal(counters)
  })

  it('may be a primitive', () => {
    const make = function (this: unknown): Arrow {
      return () => this
    }
    expect(thisOf(make.call(7))).to.equal(7)
    expect(thisOf(make.call(undefined))).to.equal(undefined)
  })

  it('leaves promises and timers of the program alone', async () => {
    const order: string[] = []
    const done = Promise.resolve().then(() => order.push('microtask'))
    class Job {
      arrow = (): unknown => this
    }
    thisOf(new Job().arrow)
    order.push('captured')
    await done
    expect(order).to.deep.equal(['captured', 'microtask'])
  })
})
