import { expect } from 'chai'
import { type RDD, SparkContext } from '../../../../driver/index.ts'

/** Not simple: it has a loop. */
function digits(x: unknown): number {
  let sum = 0
  for (const each of String(x)) sum += Number(each) || 0
  return sum
}

let counted = 0

/** Functions that make their result of parts, and what they are given. */
const programs: Readonly<Record<string, (sc: SparkContext) => RDD<unknown>>> = {
  'a key that is computed, and a constant': sc =>
    sc
      .range(0, 300, 1, 3)
      .map((x): [number, number] => [digits(x), 1])
      .reduceByKey((a, b) => a + b),
  'the argument, which is an array': sc =>
    points(sc)
      .map((p): [number, { sum: number[]; count: number }] => {
        let most = 0
        for (let i = 1; i < p.length; i++) if (p[i]! > p[most]!) most = i
        return [most, { sum: p, count: 1 }]
      })
      .reduceByKey((a, b) => ({
        sum: a.sum.map((x, i) => x + b.sum[i]!),
        count: a.count + b.count,
      })),
  'an argument that it changes': sc =>
    points(sc).map(p => {
      p[0] = digits(p[1])
      return [p, p.length]
    }),
  'an argument whose parts it changes': sc =>
    sc
      .range(0, 100, 1, 2)
      .map(x => ({ id: x, inner: { n: x } }))
      .map(row => {
        const inner = row.inner
        inner.n = digits(inner.n) + 100
        return { row, more: 1 }
      }),
  groups: sc =>
    sc
      .range(0, 100, 1, 2)
      .map((x): [number, number] => [x % 7, x])
      .groupByKey()
      .mapValues(group => ({ sum: digits([...group].join('')), group: [...group], one: 1 })),
  'texts and what is absent': sc =>
    sc
      .range(0, 60, 1, 2)
      .map(x => `t${x}`)
      .map(text => ({ text, n: digits(text), none: null, nothing: undefined, deep: [text, [1]] })),
  'a variable that it changes': sc =>
    sc.range(0, 40, 1, 1).map(x => {
      counted += digits(x)
      return [counted, 'so far']
    }),
  'plain values': sc =>
    sc
      .parallelize<unknown>([1, 'a', [2, 3], { a: { b: 1 } }, null, undefined, Number.NaN, -0], 2)
      .map(x => [x, digits(x), 1]),
}

function points(sc: SparkContext): RDD<number[]> {
  return sc.range(0, 400, 1, 4).map(x => [digits(x), (x * 7) % 11, x / 4])
}

describe('functions that compute parts of their result', function () {
  this.timeout(60_000)

  async function results(mode: 'plain' | 'loops' | 'kernels'): Promise<Record<string, unknown[]>> {
    const conf = { 'simspark.codegen.mode': mode, 'simspark.task.maxFailures': 1 } as const
    const sc = await SparkContext.getOrCreate({ master: 'local[1]', appName: 'split', conf })
    try {
      const found: Record<string, unknown[]> = {}
      for (const [name, program] of Object.entries(programs)) {
        const rows = await program(sc).collect()
        found[name] = name.startsWith('a key') || name.includes('which is') ? rows.sort() : rows
      }
      return found
    } finally {
      await sc.stop()
    }
  }

  it('give the same in every tier', async () => {
    const plain = await results('plain')
    expect(plain['an argument that it changes']?.[5]).to.deep.equal([[2, 2, 1.25], 3])
    expect(await results('loops')).to.deep.equal(plain)
    expect(await results('kernels')).to.deep.equal(plain)
  })

  it('fail where they stand in the text of the program', async () => {
    const conf = { 'simspark.codegen.mode': 'kernels', 'simspark.task.maxFailures': 1 } as const
    const sc = await SparkContext.getOrCreate({ master: 'local[1]', appName: 'split', conf })
    const fails = (x: number): number => {
      for (let i = 0; i < 2; i++) if (x === 7) throw new RangeError('seven')
      return x
    }
    let error: unknown
    try {
      await sc
        .range(0, 20)
        .map(x => [1, fails(x)])
        .collect()
    } catch (thrown) {
      error = thrown
    } finally {
      await sc.stop()
    }
    expect(String((error as Error).message)).to.include('seven')
  })
})
