import type { SparkContext } from 'simspark'

type Point = readonly number[]

/** Moves `centres` to the means of the points nearest to them, `iterations` times. */
export async function kMeans(
  sc: SparkContext,
  points: readonly Point[],
  centres: readonly Point[],
  iterations: number,
): Promise<Point[]> {
  const cached = sc.parallelize(points).cache()
  let current = centres.map(centre => [...centre])
  for (let i = 0; i < iterations; i++) {
    const fixed = current
    const sums = await cached
      .map((point): [number, { sum: number[]; count: number }] => [
        nearest(point, fixed),
        { sum: [...point], count: 1 },
      ])
      .reduceByKey((a, b) => ({ sum: add(a.sum, b.sum), count: a.count + b.count }))
      .collectAsMap()
    current = fixed.map((centre, index) => {
      const found = sums.get(index)
      return found === undefined ? centre : found.sum.map(value => value / found.count)
    })
  }
  await cached.unpersist()
  return current
}

function nearest(point: Point, centres: readonly Point[]): number {
  let best = 0
  let least = Number.POSITIVE_INFINITY
  for (const [index, centre] of centres.entries()) {
    let distance = 0
    for (let d = 0; d < point.length; d++) distance += ((point[d] ?? 0) - (centre[d] ?? 0)) ** 2
    if (distance < least) {
      least = distance
      best = index
    }
  }
  return best
}

function add(a: readonly number[], b: readonly number[]): number[] {
  return a.map((value, index) => value + (b[index] ?? 0))
}
