/**
 * Runs a workload once and prints, for each job, what `explain()` says of the RDD that it asks: `node explain.js <workload> <data folder>`.
 * Environment: BENCH_FORM (plain | disguised).
 */
import { disguised } from '../disguised.ts'
import { simsparkAsShipped } from '../shipped.ts'
import { workloads } from '../workloads.ts'

const [name = '', data = ''] = process.argv.slice(2)
const workload = (process.env['BENCH_FORM'] === 'disguised' ? disguised : workloads)[name]
if (workload === undefined) throw new Error(`no workload called ${name}`)
const { RDD, SparkContext } = await simsparkAsShipped()
const sc = await SparkContext.getOrCreate({ master: 'local[2]', appName: name })

type Action = (...args: unknown[]) => Promise<unknown>
const actions = RDD.prototype as unknown as Record<string, Action> & { explain(): Promise<string> }
const told = new Set<string>()
for (const action of ['collect', 'collectAsMap', 'count', 'reduce', 'sum', 'take']) {
  const original = actions[action]
  if (original === undefined) continue
  actions[action] = async function (this: typeof actions, ...args: unknown[]): Promise<unknown> {
    const text = await this.explain()
    // Iterations ask for the same again and again, only with other numbers.
    const kind = text.replace(/\d+/g, '')
    if (!told.has(kind)) console.log(`${action} of\n${text}\n`)
    told.add(kind)
    return original.apply(this, args)
  }
}
await workload(sc, data)
await sc.stop()
console.log(JSON.stringify({ answer: [...told].length }))
