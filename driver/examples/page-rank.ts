import type { SparkContext } from 'simspark'

/**
 * Ranks pages by the links between them, as Spark's example does: rank = 0.15 + 0.85 × what the linking pages give.
 * `edges` are [from, to]; the result is in falling order of rank.
 */
export async function pageRank(
  sc: SparkContext,
  edges: readonly (readonly [string, string])[],
  iterations: number,
): Promise<[string, number][]> {
  const links = sc
    .parallelize(edges.map(([from, to]): [string, string] => [from, to]))
    .distinct()
    .groupByKey()
    .cache()
  let ranks = links.mapValues(() => 1)
  for (let i = 0; i < iterations; i++) {
    ranks = links
      .join(ranks)
      .values()
      .flatMap(([targets, rank]) =>
        [...targets].map((target): [string, number] => [target, rank / targets.size]),
      )
      .reduceByKey((a, b) => a + b)
      .mapValues(sum => 0.15 + 0.85 * sum)
  }
  const all = await ranks.collect()
  await links.unpersist()
  return all.sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
}
