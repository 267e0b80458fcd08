import { expect } from 'chai'
import { capture } from '#publib/closure'
import { type Expression, type ResultSplit, splitResult } from '#publib/recognition'

type AnyFunction = (...given: never[]) => unknown

function splitOf(fn: AnyFunction): ResultSplit | undefined {
  return splitResult(capture([{ fn, operation: 'map()' }]).values[0]!)
}

const argument = (index: number): Expression => ({ op: 'argument', index })
const one: Expression = { op: 'literal', value: 1 }

const slow = (x: unknown): number => String(x).length

describe('a result that is made of parts', () => {
  it('is told from what must be computed for it', () => {
    const split = splitOf((x: number) => [slow(x), 1])!
    expect(split.computed).to.equal(1)
    expect(split.shape.result).to.deep.equal({ op: 'tuple', items: [argument(1), one] })
    expect(split.variant.by.replace(/ +/g, ' ')).to.equal('(slow(x) )')
    expect(split.variant.by).to.have.length(split.variant.replaced.length)
  })

  it('may hold the argument, where nothing but its parts is looked at', () => {
    const split = splitOf((point: number[]) => {
      let best = 0
      for (let i = 0; i < point.length; i++) if (point[i]! > best) best = i
      return [best, { sum: point, count: 1 }]
    })!
    const values = [argument(0), one]
    const record: Expression = { op: 'record', keys: ['sum', 'count'], values }
    expect(split.shape.result).to.deep.equal({ op: 'tuple', items: [argument(1), record] })
  })

  it('leaves places and lines where they were', () => {
    const split = splitOf((x: number) => {
      const n = slow(x)
      return {
        n,
        // biome-ignore format: a line of its own
        m:
          slow(n),
      }
    })!
    const { by, replaced } = split.variant
    expect(by.split('\n')).to.have.length(replaced.split('\n').length)
    expect(by.indexOf('slow(n)')).to.equal(replaced.indexOf('slow(n)'))
    expect(split.computed).to.equal(2)
  })

  it('holds the argument as something computed where the function might change or keep it', () => {
    const kept: unknown[] = []
    const functions: AnyFunction[] = [
      (x: number[]) => [x, x.push(1), 1],
      (x: number[]) => [x, kept.push(x), 1],
      (x: number[]) => {
        x[0] = slow(1)
        return [x, 1]
      },
      (x: number[]) => {
        ;({ a: x[0] } = { a: slow(1) })
        return [x, 1]
      },
      (x: number[]) => {
        const y = x
        y[0] = slow(1)
        return [x, 1]
      },
      (x: number[]) => [x, slow([x]), 1],
      (x: { a?: number }) => {
        delete x.a
        return [x, 1]
      },
    ]
    for (const fn of functions) {
      expect(JSON.stringify(splitOf(fn)?.shape.result), `${fn}`).to.not.include('"index":0')
    }
  })

  it('is not looked for where it is not made at the end and nowhere else', () => {
    const functions: AnyFunction[] = [
      x => slow(x),
      x => {
        if (slow(x) > 1) return [x, 1]
        return [slow(x), 2]
      },
      async x => [slow(x), 1],
      x => [...[slow(x)], 1],
      // biome-ignore lint/suspicious/noThenProperty: it is what is tested
      x => ({ then: slow(x), a: 1 }),
      x => ({ [`${slow(x)}`]: 1 }),
      // biome-ignore lint/complexity/noCommaOperator: it is what is tested
      x => [(kept.push(x), slow(x)), 1],
      function again(x: number): unknown[] {
        return x > 0 ? again(x - 1) : []
      },
      function again(x: number): unknown[] {
        const deeper: unknown[] = x > 0 ? again((x - 1) as never) : []
        return [deeper.length, 1]
      },
      function (): unknown[] {
        // biome-ignore lint/complexity/noArguments: it is what is tested
        return [slow(arguments[0]), 1]
      },
      () => [1, 2],
    ]
    for (const fn of functions) expect(splitOf(fn), `${fn}`).to.equal(undefined)
  })
})

const kept: unknown[] = []
