/** From nothing to the first result: a master and two workers of one executor each, then the sum of a million numbers. */
import { demoAsShipped, simsparkAsShipped } from '../shipped.ts'

const [{ SparkContext }, { DemoCluster }] = await Promise.all([
  simsparkAsShipped(),
  demoAsShipped(),
])
const cluster = await DemoCluster.start(2, 1)
try {
  const upMs = performance.now()
  const sc = await SparkContext.getOrCreate({
    master: cluster.master,
    appName: 'cold cluster',
    conf: { 'simspark.authenticate.secretFile': cluster.secretFile },
  })
  const numbers = Array.from({ length: 1_000_000 }, (_, i) => i)
  const answer = await sc
    .parallelize(numbers, 8)
    .map(x => x * 2)
    .sum()
  // Counted from the start of this process.
  const doneMs = performance.now()
  const { version } = sc
  await sc.stop()
  const times = { first_s: (doneMs - upMs) / 1000, total_s: doneMs / 1000 }
  console.log(JSON.stringify({ version, answer, ...times }))
} finally {
  await cluster.stop()
}
