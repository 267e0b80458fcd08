import { expect } from 'chai'
import { capture } from '#publib/closure'
import { type Expression, recognise } from '#publib/recognition'
import { assertExactly } from '../../../support/property.ts'
import { evaluate } from '../../../support/shape-interpreter.ts'
import { recognised, shapeOf, whyNot } from './shape-of.ts'

const argument = (index: number): Expression => ({ op: 'argument', index })
const literal = (value: string | number): Expression => ({ op: 'literal', value })

/** The mixing function of the workloads. */
function mix(i: number): number {
  let x = Math.imul(i, 2654435761)
  x ^= x >>> 15
  x = Math.imul(x, 0x2c1b3c6d)
  x ^= x >>> 12
  return (x ^ (x >>> 15)) >>> 0
}

const separator = ' '
const spaces = /\s+/
const { imul } = Math
const settings = { factor: 3 }

const looping = (x: number): number => {
  let sum = 0
  for (let i = 0; i < x; i++) sum += i
  return sum
}
const recursive = (x: number): number => (x < 2 ? x : recursive(x - 1))

describe('recognition', () => {
  it('finds one shape for one meaning, however it is written', () => {
    const plain = shapeOf((line: string) => line.split(' '))
    const disguised = [
      (text: string) => {
        return text.split(' ')
      },
      (text: string) => {
        const words = text.split(separator)
        return words
      },
      function cut(text: string) {
        let words = [text]
        words = text.split(' ')
        return words
      },
    ]
    for (const { shape } of recognised(disguised)) assertExactly(shape, plain)
    expect(plain.result).to.deep.equal({
      ...{ op: 'method', name: 'split', of: argument(0), arguments: [literal(' ')] },
    })
    assertExactly(shapeOf(([key, n]: [string, number]) => [n, key]).result, {
      op: 'tuple',
      items: [
        { op: 'item', of: argument(0), index: 1, isTaken: true },
        { op: 'item', of: argument(0), index: 0, isTaken: true },
      ],
    })
  })

  it('puts helpers and captured constants in their places', () => {
    const shape = shapeOf((i: number) => `s${mix(i + 1)}`)
    for (const i of [0, 1, 77, 2 ** 30]) {
      expect(evaluate(shape, [i])).to.equal(`s${mix(i + 1)}`)
    }
    expect(shape.intrinsics).to.deep.equal(['Math.imul'])
    expect(shape.locals).to.have.length(3)
    expect(shapeOf((line: string) => line.split(spaces)).result).to.have.property('arguments')
    expect(shapeOf((x: number) => imul(x, 3)).result).to.have.property('name', 'Math.imul')
    expect(shapeOf(Number).result).to.have.property('name', 'Number')
    expect(whyNot(Math.max)).to.match(/^is the native function `Math\.max`/)
    const [max] = capture([{ fn: Math.max, operation: 'reduceByKey()' }]).values
    expect(recognise(max!, 2).shape?.result).to.have.property('arguments').of.length(2)
  })

  it('reads functions within the function where they are called', () => {
    const shape = shapeOf((line: string) => {
      const clean = (word: string) => word.trim()
      const long = (word: string, least = 2) => word.length > least
      return line
        .split(' ')
        .map(word => clean(word))
        .filter(word => long(word))
    })
    expect(evaluate(shape, ['a bcd  efgh'])).to.deep.equal(['bcd', 'efgh'])
    expect(
      whyNot((x: number) => {
        let sum = 0
        const add = (y: number) => {
          sum += y
        }
        add(x)
        return sum
      }),
    ).to.equal('assigns to `sum`, which is constant there')
  })

  it('takes a loop that only adds to a new array for what it gives', () => {
    const [loop, plain] = recognised([
      (line: string) => {
        const out: [string, number][] = []
        for (const word of line.split(' ')) {
          if (word.length > 1) out.push([word, 1])
        }
        return out
      },
      (line: string) =>
        line
          .split(' ')
          .filter(word => word.length > 1)
          .map(word => [word, 1]),
    ])
    const text = (shape: unknown): string =>
      JSON.stringify(shape).replaceAll(',"isIterated":true', '')
    expect(text(loop?.shape?.result)).to.equal(text(plain?.shape?.result))
    expect(
      whyNot((xs: number[]) => {
        const sums: number[] = []
        for (const x of xs) sums.push(x + sums.length)
        return sums
      }),
    ).to.match(/where it may have no value yet/)
    expect(
      whyNot((xs: number[]) => {
        let sum = 0
        for (const x of xs) sum += x
        return sum
      }),
    ).to.equal('has a loop that does more than add to one new array')
  })

  it('takes the value that a variable has when the function travels', () => {
    let factor = 2
    const scale = (x: number) => x * factor
    expect(evaluate(shapeOf(scale), [5])).to.equal(10)
    factor = 3
    expect(evaluate(shapeOf(scale), [5])).to.equal(15)
    for (const odd of [-0, Number.NaN, Number.NEGATIVE_INFINITY, 0]) {
      const give = () => odd
      assertExactly(evaluate(shapeOf(give), []), odd)
    }
  })

  it('has no shape for what another function of the stage may change', () => {
    let count = 0
    const counting = (x: number) => {
      count++
      return x
    }
    const reading = (x: number) => x + count
    const [first, second] = recognised([counting, reading])
    expect(first?.why?.()).to.match(/^changes `count`, which is not its own \(.*:\d+:\d+\)$/)
    expect(second?.why?.()).to.match(/^uses `count`, a variable that functions change/)
  })

  it('says what stands in the way', () => {
    expect(whyNot((x: number) => looping(x) + 1)).to.equal(
      'calls `looping`, which is not simple: it has a loop',
    )
    const cases: [(...given: never[]) => unknown, RegExp][] = [
      [recursive, /^calls `recursive`, which is not simple: it calls itself$|^calls itself$/],
      [(x: number) => x * settings.factor, /^uses `settings`, an object: take what it needs/],
      [(x: number) => x + Math.random(), /^calls `Math.random`$/],
      [(x: number[]) => x.some(y => y > 1), /^calls `\.some\(\)` with a function$/],
      [(x: number[]) => x.map(y => [y].map(z => z)), /^goes through an array within another$/],
      [(x: number[]) => [...x], /^spreads values/],
      [(x: number) => new Date(x), /^makes an object with `new`$/],
      [async (x: number) => x, /^is asynchronous$/],
      [(x: number) => x++ + x, /^assigns within an expression$/],
      [(x: number[], i: number) => x[i], /^reads an element whose place is computed$/],
      [(x: object) => x.constructor, /^reads `constructor`, which all objects have$/],
      [(x: number) => BigInt(x), /^calls `BigInt`$/],
      [(x: number) => [x].join.name, /./],
    ]
    for (const [fn, words] of cases) expect(whyNot(fn), String(fn)).to.match(words)
    expect(recognised([{} as never])[0]?.why?.()).to.equal('is an object')
  })

  it('computes what may fail even if nobody uses it', () => {
    const strict = shapeOf((line: string) => {
      const parsed = JSON.parse(line)
      return line.length > 3 ? parsed : 0
    })
    expect(() => evaluate(strict, ['{'])).to.throw()
    const unused = shapeOf(([first]: string[]) => 1 + Number(first === undefined && 0))
    expect(() => evaluate(unused, [null])).to.throw()
  })

  it('gives up on long and deep functions without a great effort', () => {
    const make = (text: string) => new Function(`return ${text}`)() as () => unknown
    const deep = make(`x => ${'-('.repeat(400)}x${')'.repeat(400)}`)
    const long = make(`x => x${' + x'.repeat(900)}`)
    const longer = make(`x => { ${'x = -x; '.repeat(2_000)} return x }`)
    const doubling = make(`x => { ${'x = x + x; '.repeat(100)} return x }`)
    const nested = make(
      `(() => { ${Array.from({ length: 20 }, (_, i) =>
        i === 0 ? 'const f0 = x => x;' : `const f${i} = x => f${i - 1}(x) + f${i - 1}(x);`,
      ).join('')} return f19 })()`,
    )
    const found = recognised([deep, long, longer, nested])
    for (const { why } of found.slice(0, 3)) expect(why?.()).to.match(/^is (too long|nested)/)
    expect(found[3]?.why?.()).to.match(/too deeply|too long/)
    expect(shapeOf(doubling).locals).to.have.length.below(101)
  })
})
