import { SeededRandom } from '#publib/util'
import type { RDD, SparkContext } from '../../../../driver/index.ts'
import { jsonTexts } from './json-texts.ts'

/** What the elements of an RDD are, as a step must know it. */
type Kind = 'number' | 'text' | 'pair' | 'record' | 'triple' | 'mixed' | 'json' | 'document'
// What flows between steps is checked by the program that they are put together to.
// biome-ignore lint/suspicious/noExplicitAny: types of elements are erased on purpose
type Any = RDD<any>
type Apply = (rdd: Any) => Any
type Step = readonly [name: string, from: Kind, to: Kind, apply: Apply]

const twoParts = (line: string): [string, string | undefined] => {
  const [key, value] = line.split(',')
  return [key as string, value]
}
const recordOfParts = (line: string): { a: number; b: string | undefined; c: boolean } => {
  const parts = line.split(' ')
  return { a: Number(parts[1]), b: parts[0], c: parts.length > 2 }
}

/** Steps whose functions are simple enough for a shape, and some that are not, on elements of known kinds. */
const steps: readonly Step[] = [
  ['n * 2 + 1', 'number', 'number', rdd => rdd.map(n => n * 2 + 1)],
  ['n % 7', 'number', 'number', rdd => rdd.map(n => n % 7)],
  ['-n', 'number', 'number', rdd => rdd.map(n => -n)],
  ['n / 3', 'number', 'number', rdd => rdd.map(n => n / 3)],
  ['imul', 'number', 'number', rdd => rdd.map(n => Math.imul(n, 2654435761) >>> 0)],
  ['bits', 'number', 'number', rdd => rdd.map(n => (n << 3) ^ (n >> 1) ^ ~n)],
  ['min and max', 'number', 'number', rdd => rdd.map(n => Math.max(-5, Math.min(n, 12)))],
  ['floor', 'number', 'number', rdd => rdd.map(n => Math.floor(n / 4))],
  ['n > 3', 'number', 'number', rdd => rdd.filter(n => n > 3)],
  ['odd ones', 'number', 'number', rdd => rdd.filter(n => n % 2)],
  ['a choice', 'number', 'number', rdd => rdd.map(n => (n > 5 ? n : n * 10))],
  ['key of n', 'number', 'text', rdd => rdd.map(n => `k${n % 5}-${n}`)],
  ['n as text', 'number', 'text', rdd => rdd.map(n => String(n))],
  ['[n % 4, n]', 'number', 'pair', rdd => rdd.map(n => [n % 4, n])],
  ['keyBy text', 'number', 'pair', rdd => rdd.keyBy(n => `k${n % 3}`)],
  ['record of n', 'number', 'record', rdd => rdd.map(n => ({ a: n, b: `b${n}`, c: n > 4 }))],
  ['a number or null', 'number', 'mixed', rdd => rdd.map(n => (n > 5 ? n : null))],
  ['a number or text', 'number', 'mixed', rdd => rdd.map(n => (n % 3 === 0 ? `${n}` : n))],
  ['flatMap to three', 'number', 'number', rdd => rdd.flatMap(n => [n, n + 0.5, -n])],
  ['split at spaces', 'text', 'text', rdd => rdd.flatMap(t => t.split(' '))],
  ['split at white space', 'text', 'text', rdd => rdd.flatMap(t => t.split(/\s+/))],
  ['trim and split', 'text', 'text', rdd => rdd.flatMap(t => t.trim().split(','))],
  ['split in cases', 'text', 'text', rdd => rdd.flatMap(t => t.toLowerCase().split('a'))],
  ['split at more', 'text', 'text', rdd => rdd.flatMap(t => `${t}, ${t}`.split(', '))],
  ['characters', 'text', 'text', rdd => rdd.flatMap(t => `${t}`)],
  ['trim', 'text', 'text', rdd => rdd.map(t => t.trim())],
  ['trim ends', 'text', 'text', rdd => rdd.map(t => t.trimStart()).map(t => t.trimEnd())],
  ['upper case', 'text', 'text', rdd => rdd.map(t => t.toUpperCase())],
  ['slice(1, -1)', 'text', 'text', rdd => rdd.map(t => t.slice(1, -1))],
  ['slice(-2)', 'text', 'text', rdd => rdd.map(t => t.slice(-2))],
  ['substring', 'text', 'text', rdd => rdd.map(t => t.substring(4, 1))],
  ['joined', 'text', 'text', rdd => rdd.map(t => `<${t}>${t.length}`)],
  ['plus', 'text', 'text', rdd => rdd.map(t => `${t}\ud800`)],
  ['an opaque text', 'text', 'text', rdd => rdd.map(t => [...t].reverse().join(''))],
  ['startsWith', 'text', 'text', rdd => rdd.filter(t => t.startsWith('a'))],
  ['endsWith', 'text', 'text', rdd => rdd.filter(t => !t.endsWith('b c'))],
  ['includes', 'text', 'text', rdd => rdd.filter(t => t.includes('\u00e4'))],
  ['not empty', 'text', 'text', rdd => rdd.filter(t => t.length > 0)],
  ['not this', 'text', 'text', rdd => rdd.filter(t => t !== 'a')],
  ['a test', 'text', 'text', rdd => rdd.filter(t => /[ab]/.test(t))],
  ['trim, then a test', 'text', 'text', rdd => rdd.filter(t => t.trim() !== '')],
  ['length', 'text', 'number', rdd => rdd.map(t => t.length)],
  ['Number', 'text', 'number', rdd => rdd.map(t => Number(t))],
  ['charCodeAt', 'text', 'number', rdd => rdd.map(t => t.charCodeAt(0))],
  ['indexOf', 'text', 'number', rdd => rdd.map(t => t.indexOf('b') + t.length)],
  ['[t, 1]', 'text', 'pair', rdd => rdd.map(t => [t, 1])],
  ['[length, t]', 'text', 'pair', rdd => rdd.map(t => [t.length, t])],
  ['fields', 'text', 'mixed', rdd => rdd.map(t => t.split(' ')[1])],
  ['first field', 'text', 'text', rdd => rdd.map(t => t.split(',')[0])],
  ['third field', 'text', 'mixed', rdd => rdd.map(t => t.split(/\s+/)[2])],
  ['field or text', 'text', 'text', rdd => rdd.map(t => t.split(',')[1] ?? 'none')],
  ['field or other', 'text', 'text', rdd => rdd.map(t => t.split(' ')[1] || t)],
  ['number of fields', 'text', 'number', rdd => rdd.map(t => t.split('c d').length)],
  ['number of a part', 'text', 'number', rdd => rdd.map(t => Number(t.split(' ')[1]))],
  ['signs', 'text', 'number', rdd => rdd.map(t => +t.split(',')[1]! - Number(`-${t}`))],
  ['parseInt', 'text', 'number', rdd => rdd.map(t => Number.parseInt(t.split(' ')[0]!, 10))],
  ['parseFloat', 'text', 'number', rdd => rdd.map(t => Number.parseFloat(t.trim()))],
  ['parts behind a filter', 'text', 'pair', rdd => rdd.filter(t => t !== '').map(twoParts)],
  ['parts of parts', 'text', 'pair', rdd => rdd.map(t => twoParts(t.trim().slice(1)))],
  ['has a part', 'text', 'text', rdd => rdd.filter(t => t.split(',')[1] === '7')],
  ['has two', 'text', 'text', rdd => rdd.filter(t => t.split('\t')[1] !== undefined)],
  ['a part is true', 'text', 'mixed', rdd => rdd.map(t => t.split(' ')[1] && t.length)],
  ['part and number', 'text', 'mixed', rdd => rdd.map(t => t.split(' ')[1]! + 1)],
  ['part in text', 'text', 'text', rdd => rdd.map(t => `<${t.split('a')[1]}>`)],
  ['typeof part', 'text', 'text', rdd => rdd.map(t => typeof t.split(',')[2])],
  ['same parts twice', 'text', 'pair', rdd => rdd.map(t => t.split(',')).map(p => [p, p])],
  ['record of parts', 'text', 'record', rdd => rdd.map(recordOfParts)],
  ['parts', 'text', 'mixed', rdd => rdd.map(t => t.split(','))],
  ['changed parts', 'text', 'mixed', rdd => rdd.map(t => t.split(',')).filter(p => p.push('x'))],
  ['swap', 'pair', 'pair', rdd => rdd.map(([k, v]) => [v, k])],
  ['an opaque pair', 'pair', 'pair', rdd => rdd.map(p => [p[1], p].slice(0, 2).map(x => `${x}`))],
  ['mapValues', 'pair', 'pair', rdd => rdd.mapValues((v: unknown) => [v, 1])],
  ['flatMapValues', 'pair', 'pair', rdd => rdd.flatMapValues((v: unknown) => [v, `${v}`])],
  ['filter pairs', 'pair', 'pair', rdd => rdd.filter(([k]) => k !== 1 && k !== 'k1')],
  ['filter and change', 'pair', 'pair', rdd => rdd.filter(p => p.push(p.length) > 0)],
  ['keys', 'pair', 'mixed', rdd => rdd.keys()],
  ['values', 'pair', 'mixed', rdd => rdd.values()],
  ['triple', 'pair', 'triple', rdd => rdd.map(([k, v]) => [k, v, true])],
  ['reduceByKey', 'pair', 'pair', rdd => rdd.reduceByKey((a, b) => (`${a}` > `${b}` ? a : b))],
  ['sum by key', 'pair', 'pair', rdd => rdd.mapValues(() => 1).reduceByKey((a, b) => a + b)],
  [
    'sums of tuples by key',
    'pair',
    'pair',
    rdd => rdd.mapValues(() => [1, 2]).reduceByKey((a, b) => [a[0] + b[0], a[1] + b[1]]),
  ],
  [
    'groupByKey',
    'pair',
    'pair',
    rdd => rdd.groupByKey().mapValues((g: { size: number }) => g.size),
  ],
  ['join', 'pair', 'pair', rdd => rdd.join(rdd.mapValues(() => 7))],
  ['outer join', 'pair', 'pair', rdd => rdd.leftOuterJoin(rdd.filter(([k]) => k !== 2))],
  ['sortByKey', 'pair', 'pair', rdd => rdd.map(([k, v]) => [`${k}`, v]).sortByKey()],
  ['second', 'triple', 'mixed', rdd => rdd.map(t => t[1])],
  ['filter triples', 'triple', 'triple', rdd => rdd.filter(t => t[2])],
  ['pair of triple', 'triple', 'pair', rdd => rdd.map(([a, b, c]) => [a, [b, c]])],
  ['a', 'record', 'number', rdd => rdd.map(r => r.a)],
  ['b', 'record', 'text', rdd => rdd.map(r => r.b)],
  ['where c', 'record', 'record', rdd => rdd.filter(r => r.c)],
  ['another record', 'record', 'record', rdd => rdd.map(r => ({ a: r.a + 1, b: r.b, c: !r.c }))],
  ['changed record', 'record', 'record', rdd => rdd.map(r => Object.assign(r, { a: 3 }))],
  ['pair of record', 'record', 'pair', rdd => rdd.map(({ a, b }) => [b, { a }])],
  ['x ?? 0', 'mixed', 'mixed', rdd => rdd.map(x => x ?? 0)],
  ['typeof', 'mixed', 'text', rdd => rdd.map(x => typeof x)],
  ['same or not', 'mixed', 'mixed', rdd => rdd.map(x => x === null || x === 3)],
  ['pair of x', 'mixed', 'pair', rdd => rdd.map(x => [x, 1])],
  ['as text', 'mixed', 'text', rdd => rdd.map(x => JSON.stringify(x) ?? 'none')],
  ['truthy', 'mixed', 'mixed', rdd => rdd.filter(x => x)],
  ['distinct', 'mixed', 'mixed', rdd => rdd.distinct()],
  ['parse', 'json', 'document', rdd => rdd.map(t => JSON.parse(t))],
  ['parse all of it', 'json', 'document', rdd => rdd.map(t => JSON.parse(t.trim()))],
  ['parse a', 'json', 'mixed', rdd => rdd.map(t => JSON.parse(t).a)],
  ['where parsed', 'json', 'json', rdd => rdd.filter(t => JSON.parse(t).n > 3)],
  ['where text', 'json', 'json', rdd => rdd.filter(t => t.length > 40)],
  ['key of parsed', 'json', 'pair', rdd => rdd.keyBy(t => JSON.parse(t).name)],
  [
    'value of parsed',
    'json',
    'pair',
    rdd => rdd.map(t => [t.length, t]).mapValues((t: string) => JSON.parse(t).o.x),
  ],
  [
    'parsed in parts',
    'json',
    'triple',
    rdd =>
      rdd.map(t => {
        const { a, n, o } = JSON.parse(t)
        return [o.y.z, a, n > 4]
      }),
  ],
  ['parsed and not', 'json', 'pair', rdd => rdd.map(t => [JSON.parse(t), t])],
  ['parsed or not', 'json', 'mixed', rdd => rdd.map(t => (t.length > 50 ? JSON.parse(t).o.x : 0))],
  ['a of it', 'document', 'mixed', rdd => rdd.map(r => r.a)],
  ['where n', 'document', 'document', rdd => rdd.filter(r => r.a !== 'a' && r.n > 2)],
  ['name and length', 'document', 'pair', rdd => rdd.map(r => [r.name, r.name.length])],
  ['x and z', 'document', 'pair', rdd => rdd.map(({ o, n }) => [o.x, { z: o.y.z, n }])],
  ['by name', 'document', 'pair', rdd => rdd.keyBy(r => r.name).mapValues(r => r.o.x)],
  ['all of it', 'document', 'text', rdd => rdd.map(r => JSON.stringify(r))],
  ['in a pair', 'document', 'document', rdd => rdd.map(r => [r.id, r]).map(([, r]) => r)],
  ['changed', 'document', 'document', rdd => rdd.map(r => Object.assign(r, { a: r.n }))],
]
/** Steps for elements of any kind. */
const anywhere: readonly (readonly [name: string, apply: Apply])[] = [
  ['cache', rdd => rdd.cache()],
  ['union', rdd => rdd.union(rdd)],
  ['coalesce', rdd => rdd.coalesce(1)],
  ['mapPartitions', rdd => rdd.mapPartitions(part => [...part])],
  ['repartition', rdd => rdd.repartition(2)],
]

const ALPHABET = ['a', 'b', ' ', '  ', ',', 'c d', '\u00e4', '\u{1f600}', '\t', '7', '', 'B']

function text(random: SeededRandom, isPlain: boolean): string {
  const letters = isPlain ? ALPHABET.filter(letter => /^[\0-\x7f]*$/.test(letter)) : ALPHABET
  const pick = (): string => letters[random.below(letters.length)]!
  return Array.from({ length: random.below(9) }, pick).join('')
}

/** Elements of a kind. */
function sourceOf(kind: Kind, random: SeededRandom): (sc: SparkContext) => Any {
  const count = 1 + random.below(90)
  const slices = 1 + random.below(3)
  const isPlain = random.below(2) === 0
  const whole = random.below(3)
  const number = (): number =>
    whole === 0 ? random.below(20) : whole === 1 ? random.below(40) / 8 - 2 : -random.below(3)
  const make: Readonly<Record<Kind, () => unknown>> = {
    number,
    text: () => text(random, isPlain),
    pair: () => [random.below(4), text(random, isPlain)],
    record: () => ({ a: number(), b: text(random, isPlain), c: random.below(2) === 0 }),
    triple: () => [text(random, isPlain), number(), random.below(2) === 0],
    json: () => '',
    document: () => '',
    mixed: () => [number(), text(random, isPlain), null, undefined, [1], true][random.below(6)],
  }
  const elements =
    kind === 'json' ? jsonTexts(count, random) : Array.from({ length: count }, make[kind])
  if (kind !== 'number' || random.below(2) === 0) return sc => sc.parallelize(elements, slices)
  return sc => sc.range(-3, count, 1 + (count % 3), slices)
}

type Act = (rdd: Any, isOrdered: boolean) => Promise<unknown>
const actions: readonly (readonly [name: string, run: Act])[] = [
  ['collect', (rdd, isOrdered) => inOrder(rdd.collect(), isOrdered)],
  ['collect', (rdd, isOrdered) => inOrder(rdd.collect(), isOrdered)],
  ['count', rdd => rdd.count()],
  ['sum of lengths', rdd => rdd.map(x => `${x}`.length).sum()],
  ['glom', (rdd, isOrdered) => (isOrdered ? rdd.glom().collect() : rdd.count())],
  ['reduce', rdd => rdd.map(x => `${x}`).reduce((a, b) => (a < b ? b : `${a}`))],
  [
    'reduce of tuples',
    rdd =>
      rdd
        .map((x): [number, number] => [`${x}`.length, 1])
        .reduce(([a, n], [b, m]) => [a + b, Math.max(n, m) / 2]),
  ],
  [
    'reduce of records',
    rdd =>
      rdd
        .map(x => ({ n: 1, all: [`<${x}>`.length, 2] as [number, number] }))
        .reduce((a, b) => ({ n: a.n + b.n, all: [a.all[0] + b.all[0], a.all[1] * 0.5] })),
  ],
  [
    'reduce to another kind',
    rdd =>
      rdd
        .map((x): [number, unknown] => [`${x}`.length, 0.5])
        .reduce((a, b) => [a[0] + b[0], `${a[1]}`]),
  ],
  [
    'countByValue',
    async rdd =>
      inOrder(
        rdd.countByValue().then(counts => [...counts]),
        false,
      ),
  ],
]

/** Where the order is not promised, by what the elements are written as. */
async function inOrder(values: Promise<unknown[]>, isOrdered: boolean): Promise<unknown[]> {
  const all = await values
  return isOrdered ? all : all.sort((a, b) => (key(a) < key(b) ? -1 : 1))
}

function key(value: unknown): string {
  return JSON.stringify(value) ?? 'undefined'
}

const JOINS = new Set(['join', 'outer join'])

/** Behind these the order of elements is open. */
const UNORDERED = new Set(
  ['reduceByKey', 'sum by key', 'sums of tuples by key', 'groupByKey', 'join'].concat(
    ...['outer join', 'distinct', 'repartition'],
  ),
)

export interface TypedProgram {
  readonly description: string
  run(sc: SparkContext): Promise<unknown>
}

/** The same program for the same seed: elements of a kind, steps that fit, and an action. */
export function typedProgramOf(seed: number): TypedProgram {
  const random = new SeededRandom(seed)
  const kinds: readonly Kind[] = [
    'number',
    'text',
    'text',
    'pair',
    'record',
    'mixed',
    'json',
    'json',
  ]
  const first = kinds[random.below(kinds.length)]!
  const source = sourceOf(first, random)
  const chosen: (readonly [name: string, apply: Apply])[] = []
  let kind = first
  for (let left = 1 + random.below(6); left > 0; left--) {
    if (random.below(8) === 0) {
      chosen.push(anywhere[random.below(anywhere.length)]!)
      continue
    }
    // Joins of joins make more pairs than anybody would wait for.
    const isJoined = chosen.some(([name]) => JOINS.has(name))
    const fitting = steps.filter(([name, from]) => from === kind && !(isJoined && JOINS.has(name)))
    const [name, , to, apply] = fitting[random.below(fitting.length)]!
    chosen.push([name, apply])
    kind = to
  }
  const [actionName, act] = actions[random.below(actions.length)]!
  const names = chosen.map(([name]) => name)
  const isOrdered = !names.some(name => UNORDERED.has(name))
  return {
    description: `seed ${seed}: ${[first, ...names, actionName].join(', ')}`,
    run: async sc => {
      let rdd = source(sc)
      for (const [, apply] of chosen) rdd = apply(rdd)
      try {
        return await act(rdd, isOrdered)
      } catch (error) {
        return { error: `${(error as { code?: string }).code}`, cause: causeOf(error) }
      }
    },
  }
}

function causeOf(error: unknown): string | undefined {
  const cause = (error as Error).cause as Error | undefined
  return cause && `${cause.name}: ${cause.message.split('\n')[0]}`
}
