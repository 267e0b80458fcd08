/**
 * What cached pairs cost: `node cached-pairs.js [millions, 10]`. Prints bytes a record, and for each pass over them its time
 * and the garbage collection of its tasks.
 */
import { SparkContext } from 'simspark'
import { timed } from '../measure.ts'

const count = Number(process.argv[2] ?? 10) * 1_000_000
const sc = await SparkContext.getOrCreate({
  master: process.env['BENCH_MASTER'] ?? 'local[2]',
  appName: 'cached pairs',
  conf: { 'simspark.executor.memory': '1g' },
})
let bytes = 0
let gcMs = 0
sc.addSparkListener({
  onBlockUpdated: ({ memoryBytes }) => {
    bytes += memoryBytes
  },
  onTaskEnd: ({ metrics }) => {
    gcMs += metrics?.gcTimeMs ?? 0
  },
})
const pairs = sc
  .range(0, count, 1, 16)
  .map((i): [string, number] => [`k${(Math.imul(i, 2654435761) >>> 0) % 1_000_000}`, i])
  .cache()
const passes = {
  'fill and count': () => pairs.count(),
  'count again': () => pairs.count(),
  'sum of values': () => pairs.values().sum(),
  'sum of lengths of keys': () => pairs.map(([key]) => key.length).sum(),
  'sum of both': () => pairs.map(([key, value]) => key.length + value).sum(),
}
for (const [name, pass] of Object.entries(passes)) {
  gcMs = 0
  let answer = 0
  const ms = await timed(async () => {
    answer = await pass()
  })
  console.log(`${name}: ${ms.toFixed(0)} ms, of it ${gcMs.toFixed(0)} ms of collection (${answer})`)
}
console.log(`${(bytes / count).toFixed(2)} bytes a record`)
await sc.stop()
