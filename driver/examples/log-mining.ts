import type { SparkContext } from 'simspark'

/** Loads a log, keeps its errors in memory, and asks several questions of them: how many mention each topic. */
export async function logMining(
  sc: SparkContext,
  path: string,
  topics: readonly string[],
): Promise<{ errors: number; mentions: Map<string, number> }> {
  const errors = sc
    .textFile(path)
    .filter(line => line.startsWith('ERROR'))
    .map(line => line.split('\t')[1] ?? '')
    .cache()
  const mentions = new Map<string, number>()
  for (const topic of topics) {
    mentions.set(topic, await errors.filter(message => message.includes(topic)).count())
  }
  const count = await errors.count()
  await errors.unpersist()
  return { errors: count, mentions }
}
