import type { RDD, SparkContext } from 'simspark'

/** The mixing function of the workloads: from a whole number below 2^31 to one below 2^32. */
export function h(i: number): number {
  let x = Math.imul(i, 2654435761)
  x ^= x >>> 15
  x = Math.imul(x, 0x2c1b3c6d)
  x ^= x >>> 12
  x = Math.imul(x, 0x297a2d39)
  return (x ^ (x >>> 15)) >>> 0
}

export type Workload = (sc: SparkContext, data: string) => Promise<unknown>

/** What is kept from one repetition to the next, as a user's program would: cached RDDs and the driver's array. */
const kept = new Map<string, unknown>()

export function keep<T>(name: string, make: () => T): T {
  if (!kept.has(name)) kept.set(name, make())
  return kept.get(name) as T
}

async function wordCount(sc: SparkContext, path: string): Promise<string> {
  const counts = sc
    .textFile(path)
    .flatMap(line => line.split(' '))
    .map(word => [word, 1])
    .reduceByKey((a, b) => a + b)
  const top = await counts.takeOrdered(10, {
    compare: (a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1),
  })
  return `${await counts.count()}|${top.map(([word, n]) => `${word}:${n}`).join(',')}`
}

/** `first|element 999|last|n` of a sorted RDD. */
export async function ends<T extends string | number>(sorted: RDD<T>): Promise<string> {
  const parts = await sorted
    .mapPartitionsWithIndex((index, partition) => {
      let n = 0
      let first: T | null = null
      let kilo: T | null = null
      let last: T | null = null
      for (const value of partition) {
        if (n === 0) first = value
        if (n === 999) kilo = value
        last = value
        n++
      }
      return [{ index, n, first, kilo, last }]
    })
    .filter(part => part.n > 0)
    .collect()
  const total = parts.reduce((sum, part) => sum + part.n, 0)
  return `${parts[0]?.first}|${parts[0]?.kilo}|${parts.at(-1)?.last}|${total}`
}

function pairs(sc: SparkContext, offset: number): RDD<[number, number]> {
  return sc.range(0, 2_000_000, 1, 8).map(i => [h(i + offset) % 1_000_000, i])
}

async function pageRank(sc: SparkContext): Promise<string> {
  const links = keep('links', () =>
    sc
      .range(0, 1_000_000, 1, 8)
      .map((e): [number, number] => [h(2 * e) % 100_000, h(2 * e + 1) % 100_000])
      .groupByKey()
      .cache(),
  )
  let ranks = links.mapValues(() => 1)
  for (let i = 0; i < 10; i++) {
    ranks = links
      .join(ranks)
      .values()
      .flatMap(([targets, rank]) => {
        const given: [number, number][] = []
        for (const target of targets) given.push([target, rank / targets.size])
        return given
      })
      .reduceByKey((a, b) => a + b)
      .mapValues(sum => 0.15 + 0.85 * sum)
  }
  const all = await ranks.collect()
  let top = -1
  let most = 0
  let sum = 0
  for (const [node, rank] of all) {
    sum += rank
    if (rank > most) {
      most = rank
      top = node
    }
  }
  return `${all.length}|${top}|${sum.toFixed(3)}`
}

async function kMeans(sc: SparkContext): Promise<string> {
  const points = keep('points', () =>
    sc
      .range(0, 1_000_000, 1, 8)
      .map(i => Array.from({ length: 8 }, (_, d) => h(8 * i + d) / 4294967296))
      .cache(),
  )
  let centres = await points.take(10)
  for (let n = 0; n < 10; n++) {
    const current = centres
    const sums = await points
      .map((point): [number, { sum: number[]; count: number }] => {
        let best = 0
        let least = Number.POSITIVE_INFINITY
        for (let k = 0; k < current.length; k++) {
          const centre = current[k] as number[]
          let distance = 0
          for (let d = 0; d < 8; d++)
            distance += ((point[d] as number) - (centre[d] as number)) ** 2
          if (distance < least) {
            least = distance
            best = k
          }
        }
        return [best, { sum: point, count: 1 }]
      })
      .reduceByKey((a, b) => ({
        sum: a.sum.map((x, d) => x + (b.sum[d] as number)),
        count: a.count + b.count,
      }))
      .collectAsMap()
    centres = current.map((centre, k) => {
      const found = sums.get(k)
      return found === undefined ? centre : found.sum.map(x => x / found.count)
    })
  }
  return centres
    .flat()
    .reduce((a, b) => a + b)
    .toFixed(4)
}

/** A row of t.csv, as far as anybody looks at it. */
export interface Person {
  readonly city: string
  readonly age: string
  readonly score: string
  readonly active: string
}

async function csv(sc: SparkContext, data: string): Promise<string> {
  const cities = await sc
    .csv<Person>(`${data}/t.csv`)
    .filter(row => row.active === 'true' && Number(row.age) >= 30)
    .map((row): [string, [number, number, number]] => [
      row.city,
      [1, Number(row.age), Number(row.score)],
    ])
    .reduceByKey((a, b) => [a[0] + b[0], a[1] + b[1], a[2] + b[2]])
    .collect()
  return cities
    .sort((a, b) => (a[0] < b[0] ? -1 : 1))
    .map(([city, [n, age, score]]) => `${city}:${n}:${age}:${(score / n).toFixed(3)}`)
    .join(',')
}

async function jsonLines(sc: SparkContext, data: string): Promise<string> {
  const cities = await sc
    .textFile(`${data}/t.jsonl`)
    .map(line => JSON.parse(line) as { active: boolean; score: number; city: string })
    .filter(row => row.active && row.score > 50)
    .map((row): [string, number] => [row.city, 1])
    .reduceByKey((a, b) => a + b)
    .collect()
  return cities
    .sort((a, b) => (a[0] < b[0] ? -1 : 1))
    .map(([city, n]) => `${city}:${n}`)
    .join(',')
}

/** The workloads that peers run too, as a user would write them. Each gives its answer. */
export const workloads: Readonly<Record<string, Workload>> = {
  W1A: (sc, data) => wordCount(sc, `${data}/a.txt`),
  W1B: (sc, data) => wordCount(sc, `${data}/b.txt`),
  W2: sc => {
    const numbers = keep('numbers', () => Array.from({ length: 1_000_000 }, (_, i) => i))
    return sc
      .parallelize(numbers, 8)
      .map(x => x * 2)
      .sum()
  },
  W3: sc => sc.parallelize([1, 2], 2).count(),
  W4: sc => {
    const tasks = Number(process.env['TASKS'] ?? 10_000)
    return sc.range(0, tasks, 1, tasks).count()
  },
  W5: async sc => {
    const counts = sc
      .range(0, 10_000_000, 1, 8)
      .map(i => [`k${(Math.imul(i, 2654435761) >>> 0) % 1_000_000}`, 1])
      .reduceByKey((a, b) => a + b, 8)
    const [n, most, sum] = await counts
      .map(([key, count]): [number, number, number] => [1, count, count * key.length])
      .reduce((a, b) => [a[0] + b[0], Math.max(a[1], b[1]), a[2] + b[2]])
    return `${n}|${most}|${sum}`
  },
  W6S: sc =>
    ends(
      sc
        .range(0, 5_000_000, 1, 8)
        .map(i => `s${h(i)}`)
        .sortBy(x => x),
    ),
  W6D: sc =>
    ends(
      sc
        .range(0, 10_000_000, 1, 8)
        .map(i => h(i) / 4294967296)
        .sortBy(x => x)
        .map(x => x * 4294967296),
    ),
  W7: sc => pairs(sc, 0).join(pairs(sc, 7_000_000), 8).count(),
  W8: sc =>
    sc
      .range(0, 8, 1, 8)
      .map(p => {
        let hits = 0
        let s = p + 1
        for (let i = 0; i < 6_250_000; i++) {
          s = (Math.imul(s, 1103515245) + 12345) & 0x7fffffff
          const x = s / 2147483648
          s = (Math.imul(s, 1103515245) + 12345) & 0x7fffffff
          const y = s / 2147483648
          if (x * x + y * y < 1) hits++
        }
        return hits
      })
      .sum(),
  W9: pageRank,
  W10: kMeans,
  W11: csv,
  W12: jsonLines,
}
