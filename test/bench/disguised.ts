import type { SparkContext } from 'simspark'
import { ends, h, keep, type Person, type Workload } from './workloads.ts'

/**
 * The workloads once more, in other words: block bodies, other names, helper functions, captured constants, operators more. A user
 * who writes so must not pay for it: what makes a workload fast knows no workload.
 */
export const disguised: Readonly<Record<string, Workload>> = {
  W1A: (sc, data) => frequencies(sc, `${data}/a.txt`),
  W1B: (sc, data) => frequencies(sc, `${data}/b.txt`),
  W2: async sc => {
    const held = keep('held', () => Array.from({ length: 1_000_000 }, (_, index) => index))
    const twice = 2
    const all = sc.parallelize(held, 8).map(value => {
      const doubled = twice * value
      return doubled
    })
    return await all.map(value => value).sum()
  },
  W3: async sc => {
    const two = sc.parallelize([1, 2], 2)
    return await two.map(each => each + 1).count()
  },
  W4: async sc => {
    const count = Number(process.env['TASKS'] ?? 10_000)
    return await sc
      .range(0, count, 1, count)
      .map(each => each)
      .count()
  },
  W5: async sc => {
    const keys = 1_000_000
    const keyOf = (index: number): string => {
      const mixed = Math.imul(index, 2654435761) >>> 0
      return 'k'.concat(String(mixed % keys))
    }
    const sums = sc
      .range(0, 10_000_000, 1, 8)
      .map(index => keyOf(index))
      .map(key => {
        return [key, 1]
      })
      .reduceByKey((total, next) => {
        const sum = total + next
        return sum
      }, 8)
    const facts = sums.map((pair): [number, number, number] => {
      const [text, seen] = pair
      return [1, seen, seen * text.length]
    })
    const [distinct, most, letters] = await facts.reduce((left, right) => {
      let greatest = left[1]
      if (right[1] > greatest) greatest = right[1]
      return [left[0] + right[0], greatest, left[2] + right[2]]
    })
    return `${distinct}|${most}|${letters}`
  },
  W6S: sc => {
    const prefix = 's'
    const texts = sc.range(0, 5_000_000, 1, 8).map(index => {
      const number = h(index)
      return prefix + number
    })
    return ends(
      texts.sortBy(text => {
        return text
      }),
    )
  },
  W6D: sc => {
    const scale = 4294967296
    const shares = sc.range(0, 10_000_000, 1, 8).map(index => {
      const share = h(index) / scale
      return share
    })
    const sorted = shares.sortBy(share => {
      const key = share
      return key
    })
    return ends(sorted.map(share => share * scale))
  },
  W7: sc => {
    const left = keyed(sc, 0)
    const right = keyed(sc, 7_000_000)
    return left
      .join(right, 8)
      .map(([key]) => key)
      .count()
  },
  W8: sc => {
    const modulus = 2147483648
    const next = (seed: number): number => (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff
    const shareInside = (seed: number): number => {
      let state = seed
      let inside = 0
      for (let sample = 0; sample < 6_250_000; sample++) {
        state = next(state)
        const across = state / modulus
        state = next(state)
        const up = state / modulus
        inside += across * across + up * up < 1 ? 1 : 0
      }
      return inside
    }
    return sc
      .range(0, 8, 1, 8)
      .map(part => part + 1)
      .map(seed => {
        return shareInside(seed)
      })
      .sum()
  },
  W9: ranks,
  W10: clusters,
  W11: cities,
  W12: objects,
}

async function frequencies(sc: SparkContext, path: string): Promise<string> {
  const separator = ' '
  const tokens = (text: string): string[] => {
    const parts = text.split(separator)
    return parts
  }
  const sums = sc
    .textFile(path)
    .flatMap(text => tokens(text))
    .map(token => token)
    .map(token => {
      const pair: [string, number] = [token, 1]
      return pair
    })
    .reduceByKey((total, next) => {
      return total + next
    })
  const order = (a: readonly [string, number], b: readonly [string, number]): number =>
    b[1] - a[1] || (a[0] < b[0] ? -1 : 1)
  const first = await sums.takeOrdered(10, { compare: order })
  const distinct = await sums.map(([token]) => token).count()
  return `${distinct}|${first.map(([token, n]) => `${token}:${n}`).join(',')}`
}

function keyed(sc: SparkContext, offset: number) {
  const keys = 1_000_000
  return sc
    .range(0, 2_000_000, 1, 8)
    .map(index => [index, h(index + offset)])
    .map((both): [number, number] => {
      const [index = 0, mixed = 0] = both
      return [mixed % keys, index]
    })
}

async function ranks(sc: SparkContext): Promise<string> {
  const nodes = 100_000
  const node = (index: number): number => h(index) % nodes
  const outgoing = keep('outgoing', () =>
    sc
      .range(0, 1_000_000, 1, 8)
      .map(edge => {
        const from = node(edge * 2)
        const to = node(edge * 2 + 1)
        return [from, to]
      })
      .groupByKey()
      .cache(),
  )
  const [base, share] = [0.15, 0.85]
  let current = outgoing.mapValues(() => {
    return 1
  })
  for (let round = 0; round < 10; round++) {
    const given = outgoing.join(current).flatMap(([, [targets, rank]]) => {
      const each = rank / targets.size
      return targets.toArray().map((target): [number, number] => [target, each])
    })
    current = given
      .reduceByKey((a, b) => {
        const sum = a + b
        return sum
      })
      .mapValues(sum => share * sum + base)
  }
  const all = await current.collect()
  const [top] = all.reduce((best, next) => (next[1] > best[1] ? next : best))
  const sum = all.reduce((total, [, rank]) => total + rank, 0)
  return `${all.length}|${top}|${sum.toFixed(3)}`
}

async function clusters(sc: SparkContext): Promise<string> {
  const dimensions = 8
  const cloud = keep('cloud', () =>
    sc
      .range(0, 1_000_000, 1, 8)
      .map(index => {
        const place: number[] = []
        for (let d = 0; d < dimensions; d++) place.push(h(dimensions * index + d) / 4294967296)
        return place
      })
      .cache(),
  )
  const squared = (a: readonly number[], b: readonly number[]): number => {
    let sum = 0
    for (let d = 0; d < dimensions; d++) {
      const apart = (a[d] as number) - (b[d] as number)
      sum += apart * apart
    }
    return sum
  }
  let middles = await cloud.take(10)
  for (let round = 0; round < 10; round++) {
    const known = middles
    const nearest = (place: readonly number[]): number => {
      let found = 0
      let least = squared(place, known[0] as number[])
      for (let k = 1; k < known.length; k++) {
        const apart = squared(place, known[k] as number[])
        if (apart < least) {
          least = apart
          found = k
        }
      }
      return found
    }
    const sums = await cloud
      .map((place): [number, [number[], number]] => [nearest(place), [place, 1]])
      .reduceByKey(([left, n], [right, m]) => [left.map((x, d) => x + (right[d] as number)), n + m])
      .collectAsMap()
    middles = known.map((middle, k) => {
      const [sum, n] = sums.get(k) ?? [middle, 1]
      return sum.map(x => x / n)
    })
  }
  return middles
    .flat()
    .reduce((a, b) => a + b)
    .toFixed(4)
}

async function cities(sc: SparkContext, data: string): Promise<string> {
  const youngest = 30
  const isWanted = ({ age, active }: Person): boolean => {
    const isActive = active === 'true'
    return isActive && Number(age) >= youngest
  }
  const found = await sc
    .csv<Person>(`${data}/t.csv`)
    .filter(record => isWanted(record))
    .map(({ city, age, score }) => ({ place: city, years: Number(age), points: Number(score) }))
    .map(({ place, years, points }): [string, [number, number, number]] => {
      return [place, [1, years, points]]
    })
    .reduceByKey((left, right) => {
      const [n, age, score] = left
      return [n + right[0], age + right[1], score + right[2]]
    })
    .collect()
  return found
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([city, [n, age, score]]) => `${city}:${n}:${age}:${(score / n).toFixed(3)}`)
    .join(',')
}

async function objects(sc: SparkContext, data: string): Promise<string> {
  const least = 50
  const parsed = (text: string): { active: boolean; score: number; city: string } =>
    JSON.parse(text)
  const found = await sc
    .textFile(`${data}/t.jsonl`)
    .map(text => {
      const { active, score, city } = parsed(text)
      return { active, score, city }
    })
    .filter(({ active }) => active)
    .filter(entry => {
      return entry.score > least
    })
    .map(({ city }): [string, number] => [city, 1])
    .reduceByKey((a, b) => b + a)
    .collect()
  return found
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(entry => entry.join(':'))
    .join(',')
}
