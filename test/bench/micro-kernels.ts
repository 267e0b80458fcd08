import { type Kernels, kernels, type Texts } from '#publib/kernels'
import { recordBenchmarks } from './micro-records.ts'

/** One kernel over whole columns, and how a user's loop would do the same to values of JavaScript. */
export interface MicroBenchmark {
  readonly name: string
  readonly rows: number
  readonly ours: () => unknown
  readonly plain: () => unknown
  /** Nanoseconds a row that a program in C or Rust took, on another machine: orientation only. */
  readonly nativeNs?: number
}

const WORDS = 1_000_000
const KEYS = 20_000

export function kernelBenchmarks(): MicroBenchmark[] {
  const k = kernels()
  return [...textBenchmarks(k), ...keyBenchmarks(k), ...orderBenchmarks(k), ...recordBenchmarks(k)]
}

/** Deterministic numbers from 0 to 1. */
function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff
    return state / 0x80000000
  }
}

function words(): string[] {
  const next = random(1)
  return Array.from({ length: WORDS }, () => `w${Math.floor(KEYS * next() * next())}`)
}

function textsOf(values: readonly string[]): Texts {
  const lengths = Uint32Array.from(values, value => value.length)
  return { bytes: Buffer.from(values.join(''), 'latin1'), starts: undefined, lengths }
}

/** Some rows a time, as a loop has them. */
const CHUNK = 16_384

function chunksOf<T>(rows: readonly T[], make: (part: readonly T[]) => Texts): Texts[] {
  const found: Texts[] = []
  for (let at = 0; at < rows.length; at += CHUNK) found.push(make(rows.slice(at, at + CHUNK)))
  return found
}

function textBenchmarks(k: Kernels): MicroBenchmark[] {
  const all = words()
  const lines = Array.from({ length: WORDS / 10 }, (_, i) =>
    all.slice(i * 10, i * 10 + 10).join(' '),
  )
  const text = Buffer.from(`${lines.join('\n')}\n`, 'latin1')
  const lineTexts = chunksOf(lines, textsOf)
  const wordTexts = chunksOf(all, textsOf)
  const space = Buffer.from(' ')
  const each =
    (work: (texts: Texts) => unknown, from = wordTexts) =>
    () => {
      for (const texts of from) k.scope(() => work(texts))
    }
  return [
    {
      ...{ name: 'split text into lines, a line', rows: lines.length },
      ours: () => {
        for (let at = 0; at < text.length; at += 1 << 18) {
          const end = text.lastIndexOf(10, at + (1 << 18)) + 1
          k.scope(() => k.splitLines(text.subarray(at, end)))
        }
      },
      plain: () => text.toString('latin1').split('\n'),
    },
    {
      ...{ name: "split(' ') of lines, a word", rows: WORDS },
      ours: each(texts => k.splitEach(texts, space), lineTexts),
      plain: () => lines.map(line => line.split(' ')),
    },
    {
      ...{ name: 'split(/\\s+/) of lines, a word', rows: WORDS },
      ours: each(texts => k.splitSpaces(texts), lineTexts),
      plain: () => lines.map(line => line.split(/\s+/)),
    },
    {
      ...{ name: 'is it ASCII, a line', rows: lines.length },
      ours: () => k.isAscii(text),
      plain: () => text.every(byte => byte < 128),
    },
    {
      ...{ name: 'is it UTF-8, a line', rows: lines.length },
      ours: () => k.isUtf8(text),
      plain: () => text.toString('utf8'),
    },
    {
      ...{ name: 'startsWith, a word', rows: WORDS },
      ours: each(texts => k.testTexts(texts, 'startsWith', Buffer.from('w12'))),
      plain: () => all.map(word => word.startsWith('w12')),
    },
    {
      ...{ name: 'toUpperCase, a word', rows: WORDS },
      ours: each(texts => k.caseTexts(texts, 'upper')),
      plain: () => all.map(word => word.toUpperCase()),
    },
    {
      ...{ name: 'length, a word', rows: WORDS },
      ours: each(texts => k.unitLengths(texts)),
      plain: () => all.map(word => word.length),
    },
    {
      ...{ name: 'hash, a word', rows: WORDS },
      ours: each(texts => k.hashTexts(texts)),
      plain: () => all.map(fnv),
    },
  ]
}

function fnv(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return hash
}

function keyBenchmarks(k: Kernels): MicroBenchmark[] {
  const next = random(7)
  const all = words()
  const texts = chunksOf(all, textsOf)
  const numbers = Float64Array.from({ length: WORDS }, () => Math.floor(next() * KEYS))
  const hashes = Int32Array.from(all, fnv)
  const [letter, nothing] = [Buffer.from('k'), Buffer.alloc(0)]
  type Numbers = { subarray(from: number, to: number): Numbers }
  const inChunks =
    <T extends Numbers>(work: (part: T) => unknown, values: T) =>
    () => {
      for (let at = 0; at < WORDS; at += CHUNK) {
        k.scope(() => work(values.subarray(at, at + CHUNK) as T))
      }
    }
  return [
    {
      ...{ name: 'number equal texts (20 k keys), a word', rows: WORDS },
      ours: () => {
        const table = k.textTable()
        for (const part of texts) table.idsOf(part)
        table.release()
      },
      plain: () => numbered(all),
    },
    {
      ...{ name: 'number equal numbers (20 k keys), a number', rows: WORDS },
      ours: () => {
        const table = k.numberTable()
        for (let at = 0; at < WORDS; at += CHUNK) table.idsOf(numbers.subarray(at, at + CHUNK))
        table.release()
      },
      plain: () => numbered(numbers),
    },
    {
      ...{ name: 'hash pairs and sum them, a pair', rows: WORDS },
      ours: inChunks(part => k.recordSums(part, part), hashes),
      plain: () => hashes.reduce((sum, hash) => (sum + Math.imul(hash ^ (hash >>> 15), 31)) | 0, 0),
    },
    {
      ...{ name: 'are they integers, a number', rows: WORDS },
      ours: inChunks(part => k.integersOf(part), numbers),
      plain: () => Int32Array.from(numbers),
    },
    {
      ...{ name: "'k' + number, a number", rows: WORDS },
      ours: inChunks(part => k.numberTexts(part, letter, nothing), numbers),
      plain: () => Array.from(numbers, value => `k${value}`),
    },
    {
      ...{ name: 'hash, a number', rows: WORDS },
      ours: inChunks(part => k.hashNumbers(part), numbers),
      plain: () => numbers.map(value => Math.imul(value, 0x9e3779b1)),
    },
  ]
}

/** The ids of keys by a Map, as a loop by hand finds them. */
function numbered(keys: Iterable<unknown>): number {
  const ids = new Map<unknown, number>()
  let sum = 0
  for (const key of keys) {
    let id = ids.get(key)
    if (id === undefined) {
      id = ids.size
      ids.set(key, id)
    }
    sum += id
  }
  return sum
}

function orderBenchmarks(k: Kernels): MicroBenchmark[] {
  const next = random(3)
  const numbers = Float64Array.from({ length: WORDS }, () => next())
  const values = Array.from({ length: WORDS / 2 }, () => `s${Math.floor(next() * 4294967296)}`)
  const texts = textsOf(values)
  const bounds = Float64Array.from({ length: 200 }, (_, i) => i / 200)
  const textBounds = values.slice(0, 200).sort()
  return [
    {
      ...{ name: 'sort numbers, a number', rows: WORDS, nativeNs: 22 },
      ours: () => k.sortNumbers(numbers),
      plain: () => numbers.slice().sort(),
    },
    {
      ...{ name: 'order of numbers, a number', rows: WORDS },
      ours: () => k.orderOfNumbers(numbers),
      plain: () =>
        Uint32Array.from(numbers.keys()).sort((a, b) => (numbers[a] ?? 0) - (numbers[b] ?? 0)),
    },
    {
      ...{ name: 'sort texts, a text', rows: values.length, nativeNs: 105 },
      ours: () => k.gatherTexts(texts, k.orderOfTexts(texts)),
      plain: () => values.slice().sort(),
    },
    {
      ...{ name: 'place among 200 bounds, a number', rows: WORDS },
      ours: () => k.placesOfNumbers(numbers, bounds),
      plain: () => numbers.map(value => placeOf(bounds, value)),
    },
    {
      ...{ name: 'place among 200 bounds, a text', rows: values.length },
      ours: () => k.placesOfTexts(texts, textsOf(textBounds)),
      plain: () => values.map(value => placeOf(textBounds, value)),
    },
  ]
}

/** How many of the bounds, which rise, come before a value. */
function placeOf<T extends number | string>(bounds: ArrayLike<T>, value: T): number {
  let [from, to] = [0, bounds.length]
  while (from < to) {
    const middle = (from + to) >> 1
    if ((bounds[middle] as T) < value) from = middle + 1
    else to = middle
  }
  return from
}
