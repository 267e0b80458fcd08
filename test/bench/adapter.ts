/**
 * Runs one workload for a side-by-side comparison: `node adapter.js <workload> <data folder>`. Environment: BENCH_MASTER (local[2]),
 * BENCH_RUNS (4, the first is the warm-up), BENCH_BUDGET_S (60), BENCH_FORM (plain | disguised).
 * The last line printed is JSON: version, first_s, warm_s, n, rest_s, answer.
 */
import { median, quantile, timed } from './measure.ts'
import { simsparkAsShipped } from './shipped.ts'
import { workloads } from './workloads.ts'

const [name = '', data = ''] = process.argv.slice(2)
const isDisguised = process.env['BENCH_FORM'] === 'disguised'
const forms = isDisguised ? (await import('./disguised.ts')).disguised : workloads
const workload = forms[name]
if (workload === undefined) {
  console.log(JSON.stringify({ error: 'not applicable' }))
  process.exit(3)
}
/** The job of W3 is so short that its first twenty runs are all warm-up. */
const isSmall = name === 'W3'
const wanted = Number(process.env['BENCH_RUNS'] ?? 4)
const runs = isSmall && wanted > 1 ? 220 : wanted
const budgetMs = Number(process.env['BENCH_BUDGET_S'] ?? 60) * 1000
const { SparkContext } = await simsparkAsShipped()
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
const counted = times.slice(isSmall && times.length > 20 ? 20 : 1)
console.log(
  JSON.stringify({
    version: sc.version,
    first_s: (times[0] ?? 0) / 1000,
    warm_s: counted.length === 0 ? null : median(counted) / 1000,
    p99_s: counted.length === 0 ? null : quantile(counted, 0.99) / 1000,
    n: counted.length,
    rest_s: rest.reduce((a, b) => a + b, 0) / 1000,
    answer: String(answer),
  }),
)
