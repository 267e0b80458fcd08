import type { SparkContext } from 'simspark'

/**
 * Counts the words of a text and gives the most frequent, ties in the order of the words.
 *
 * @example
 * const { distinct, top } = await wordCount(sc, 'README.md', 10)
 */
export async function wordCount(
  sc: SparkContext,
  path: string,
  num: number,
  minPartitions?: number,
): Promise<{ distinct: number; words: number; top: [string, number][] }> {
  const counts = sc
    .textFile(path, minPartitions)
    .flatMap(line => line.split(/\s+/))
    .filter(word => word !== '')
    .map(word => [word.toLowerCase(), 1])
    .reduceByKey((a, b) => a + b)
    .cache()
  const distinct = await counts.count()
  const words = await counts.values().sum()
  const byCount = (a: [string, number], b: [string, number]) =>
    b[1] - a[1] || (a[0] < b[0] ? -1 : 1)
  const top = await counts.takeOrdered(num, { compare: byCount })
  await counts.unpersist()
  return { distinct, words, top }
}
