import { readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { SparkContext } from '#driver'

/** A program that loops over shuffles and keeps none of them. Prints how many shuffle files there were at most, and how many stay. */
const gc = (globalThis as { gc?: () => void }).gc
const sc = await SparkContext.getOrCreate({ master: 'local[1]', appName: 'forgetful' })
const folder = `${tmpdir()}/simspark-${sc.applicationId}/shuffle`
const files = (): number => readdirSync(folder).length
const pairs = sc.parallelize([1, 2, 3, 4], 2).map((x): [number, number] => [x % 2, x])
const kept = pairs.reduceByKey((a, b) => a + b)
await kept.count()
for (let round = 0; round < 5; round++) await pairs.groupByKey().count()
const most = files()
for (let tries = 0; files() > 4 && tries < 500; tries++) {
  gc?.()
  await new Promise(resolve => setTimeout(resolve, 10))
}
console.log(`${most} ${files()} ${await kept.count()}`)
await sc.stop()
