import { inspect } from 'node:util'
import { expect } from 'chai'
import { SeededRandom } from '#publib/util'
import { type Group, type RDD, SparkContext } from '../../../../driver/index.ts'
import { assertExactly } from '../../../support/property.ts'
import { chooseSeed } from '../../../support/random.ts'
import { FunctionWriter } from '../recognition/random-functions.ts'

type AnyFunction = (x: unknown) => unknown

const texts = ['', 'a b', ' 12 ', 'été', '\u{1f600} x', 'b,c', 'true', '-0', '\ud800']

interface Kind {
  /** Parameters that fit. */
  readonly head: string
  readonly element: (random: SeededRandom) => unknown
}

const text = (random: SeededRandom, count = texts.length) => texts[random.below(count)]

/** Elements of one kind each, as columns hold them; and some of all kinds. */
const kinds: readonly Kind[] = [
  { head: '(a, b = 2)', element: random => random.below(20) - 10 },
  {
    head: '(a, b = a)',
    element: random => (random.below(9) === 0 ? Number.NaN : random.below(1_000) / 8 - 50),
  },
  { head: "(a, b = 'x')", element: random => text(random, 3) },
  { head: '(a, b = a.length)', element: text },
  { head: '(a, b = 1)', element: random => random.below(2) === 0 },
  { head: '([a, b])', element: random => [text(random, 3), random.below(9)] },
  { head: '([a, b])', element: random => [random.below(5), [random.below(9) / 2, text(random)]] },
  { head: '({ x: a, y: b })', element: random => ({ x: random.below(9), y: text(random, 4) }) },
  {
    head: '({ x: [a], y: b })',
    element: random => ({ x: [random.below(9), -0.5], y: random.below(2) === 0 }),
  },
  {
    head: '(a, b = 2)',
    element: random => [1, 'a', null, undefined, [2], { x: 3 }, -0, true][random.below(8)],
  },
]

interface Case extends Kind {
  readonly f: AnyFunction
  readonly text: string
}

function casesOf(seed: number, count: number): readonly Case[] {
  const writer = new FunctionWriter(seed)
  const random = new SeededRandom(seed)
  const chosen = Array.from({ length: count }, () => kinds[random.below(kinds.length)]!)
  const written = chosen.map(({ head }) => writer.write(head))
  const make = new Function(
    `const k = 7
function h(x, y = 2) { const z = x * 3 + y; return x === y ? k : z }
return [${written.join(',\n')}]`,
  )
  const functions = make() as AnyFunction[]
  return chosen.map((kind, i) => ({ ...kind, f: functions[i]!, text: written[i]! }))
}

describe('kernels', () => {
  const seed = chooseSeed()
  let sc: SparkContext

  before(async () => {
    const conf = { 'simspark.codegen.mode': 'kernels', 'simspark.task.maxFailures': 1 } as const
    sc = await SparkContext.getOrCreate({ master: 'local[1]', appName: 'kernels', conf })
  })

  after(async () => {
    await sc.stop()
  })

  it('give what simple functions give, whatever their elements are', async () => {
    const random = new SeededRandom(seed)
    let failed = 0
    for (const { f, text, element } of casesOf(seed, 160)) {
      const data = Array.from({ length: 12 }, () => element(random))
      const about = `seed ${seed}: ${text} of ${inspect(data, { depth: 4 })}`
      // One argument, as the operators give.
      const expected = outcomeOf(() => structuredClone(data).map(x => f(x)))
      const rdd = sc.parallelize(data as number[], 2).map(f as (x: number) => number)
      const told = await rdd.collect().catch((error: Error) => error)
      if (told instanceof Error) {
        failed++
        expect(expected, `${about} fails: ${told.message}`).to.equal(FAILED)
      } else assertExactly(told, expected, about)
    }
    expect(failed).to.be.below(100)
  }).timeout(60_000)

  it('split texts and go through their parts as arrays do', async () => {
    const lines = ['a  bb', ' ccc', '', 'd|e f', '\ud800 g', 'É é']
    const functions: ((line: string) => unknown[])[] = [
      line => line.split(' ').filter(word => word.length > 1),
      line => line.split(' ').map(word => [word, 1]),
      line => line.split(/\s+/).filter(Boolean),
      line =>
        line
          .toLowerCase()
          .split(' ')
          .filter(word => word !== '')
          .map(word => ({ word, long: word.length > 1 })),
      line => {
        const found: string[] = []
        for (const word of line.split(' ')) if (word.length < 3) found.push(`<${word}>`)
        return found
      },
      line => line.split('|').map((word, i) => `${word}${i}`),
      line => line.split(/|/),
      line => line.split(' ').map(word => [word, line.length]),
    ]
    for (const f of functions) {
      const told = await sc
        .parallelize(lines, 2)
        .flatMap(f as (line: string) => string[])
        .collect()
      assertExactly(told, lines.flatMap(f), String(f))
    }
  })
})

describe('lists in columns', () => {
  type Grouped = RDD<[number, Group<number>]>
  type Program = (groups: Grouped) => RDD<unknown>

  const programs: readonly Program[] = [
    groups =>
      groups.values().flatMap(group => {
        const shares: [number, number][] = []
        for (const item of group) shares.push([item, 1 / group.size])
        return shares
      }),
    groups =>
      groups.flatMap(([key, group]) =>
        group
          .toArray()
          .filter(item => item > key)
          .map(item => ({ key, item: `${item}` })),
      ),
    groups =>
      groups
        .filter(([key]) => key % 2 === 0)
        .flatMapValues(group => {
          const even: number[] = []
          for (const item of group) if (item % 2 === 0) even.push(item / 2)
          return even
        }),
    // A function that is called may change what it is given.
    groups =>
      groups
        .filter(pair => {
          let sum = 0
          for (const item of pair[1]) sum += item
          return sum > 40
        })
        .flatMap(([key, group]) => {
          const pairs: [number, number][] = []
          for (const item of group) pairs.push([key, item])
          return pairs
        }),
    groups => groups.map(([key, group]) => [key, group.size]),
    groups => groups.map(([, group]) => group.toArray()).flatMap(items => items.map(x => x + 1)),
  ]

  it('are gone through as groups and arrays are', async () => {
    const outcomes: unknown[] = []
    for (const mode of ['plain', 'kernels'] as const) {
      const conf = { 'simspark.codegen.mode': mode } as const
      const sc = await SparkContext.getOrCreate({ master: 'local[1]', appName: mode, conf })
      try {
        const groups = sc
          .range(0, 200, 1, 2)
          .map((i): [number, number] => [i % 13, (i * 7) % 11])
          .groupByKey(3)
          .cache()
        const found: string[][] = []
        for (const program of programs) {
          const values = await program(groups).collect()
          found.push(values.map(value => JSON.stringify(value)).sort())
        }
        outcomes.push(found)
      } finally {
        await sc.stop()
      }
    }
    assertExactly(outcomes[1], outcomes[0])
  }).timeout(30_000)
})

const FAILED = Symbol('failed')

function outcomeOf(run: () => unknown): unknown {
  try {
    return run()
  } catch {
    return FAILED
  }
}
