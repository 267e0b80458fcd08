/** Word count with simSpark in local[2], plain user functions. Prints `distinct|most frequent`. */
import { simsparkAsShipped } from '../shipped.ts'

const { SparkContext } = await simsparkAsShipped()
const sc = await SparkContext.getOrCreate({ master: 'local[2]', appName: 'word count' })
const counts = await sc
  .textFile(process.argv[2] ?? '')
  .flatMap(line => line.split(' '))
  .map(word => [word, 1])
  .reduceByKey((a, b) => a + b)
  .collect()
await sc.stop()
let most: [string, number] = ['', 0]
for (const entry of counts) {
  if (entry[1] > most[1] || (entry[1] === most[1] && entry[0] < most[0])) most = entry
}
console.log(`${counts.length}|${most[0]}:${most[1]}`)
