/** One measured job: `node scaling.js MASTER words|shuffle FOLDER PARTITIONS`. Prints seconds, peak memory and the answer as JSON. */
import { simsparkAsShipped } from '../shipped.ts'

const [master = 'local[2]', what = 'words', path = '', partitions = '0'] = process.argv.slice(2)
const count = Number(partitions)
const { SparkContext } = await simsparkAsShipped()
const sc = await SparkContext.getOrCreate({ master, appName: `scaling ${what}` })
const begun = performance.now()
const answer = what === 'words' ? await words() : await shuffle()
const seconds = (performance.now() - begun) / 1000
await sc.stop()
const peakRssMiB = Math.round(process.resourceUsage().maxRSS / 1024)
console.log(JSON.stringify({ seconds, peakRssMiB, answer }))

async function words(): Promise<string> {
  const lines = count === 0 ? sc.textFile(path) : sc.textFile(path, count)
  const counts = lines
    .flatMap(line => line.split(' '))
    .map(word => [word, 1])
    .reduceByKey((a, b) => a + b, 8)
  const total = await counts.map(([, n]) => [1, n]).reduce((a, b) => [a[0]! + b[0]!, a[1]! + b[1]!])
  return total.join()
}

async function shuffle(): Promise<string> {
  const grouped = sc
    .range(0, 10_000_000, 1, count)
    .map((i): [number, number] => [(i * 7_919) % 1_000_003, i])
    .groupByKey(count)
  const sizes = await grouped
    .map(([, values]) => [1, values.size])
    .reduce((a, b) => [a[0]! + b[0]!, a[1]! + b[1]!])
  return sizes.join()
}
