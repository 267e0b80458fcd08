/**
 * Runs one workload for a side-by-side comparison: `node adapter.js <workload> <data folder>`. Environment: BENCH_MASTER (local[2]),
 * BENCH_RUNS (4, the first is the warm-up), BENCH_BUDGET_S (60). The last line printed is JSON: version, first_s, warm_s, n, rest_s, answer.
 */
import { SparkContext } from 'simspark'
import { median, timed } from './measure.ts'
import { workloads } from './workloads.ts'

const [name = '', data = ''] = process.argv.slice(2)
const workload = workloads[name]
if (workload === undefined) {
  console.log(JSON.stringify({ error: 'not applicable' }))
  process.exit(3)
}
const runs = Number(process.env['BENCH_RUNS'] ?? 4) * (name === 'W3' ? 50 : 1)
const budgetMs = Number(process.env['BENCH_BUDGET_S'] ?? 60) * 1000
const sc = await SparkContext.getOrCreate({
  master: process.env['BENCH_MASTER'] ?? 'local[2]',
  appName: name,
})
const times: number[] = []
let answer: unknown
const begun = performance.now()
while (times.length < runs && (times.length < 2 || performance.now() - begun < budgetMs)) {
  times.push(
    await timed(async () => {
      answer = await workload(sc, data)
    }),
  )
}
await sc.stop()
const rest = times.slice(1)
const sorted = [...rest].sort((a, b) => a - b)
console.log(
  JSON.stringify({
    version: sc.version,
    first_s: (times[0] ?? 0) / 1000,
    warm_s: rest.length === 0 ? null : median(rest) / 1000,
    ...(name === 'W3' ? { p99_s: (sorted[Math.floor(sorted.length * 0.99)] ?? 0) / 1000 } : {}),
    n: rest.length,
    rest_s: rest.reduce((a, b) => a + b, 0) / 1000,
    answer: String(answer),
  }),
)
