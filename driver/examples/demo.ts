/**
 * The demo: a real master and two real workers on this machine compute the sum of an array and a word count.
 *
 *   npm run demo                       sum of 1,000,000 numbers, and the words of a 20 MB text
 *   npm run demo -- --file TEXT        the words of a text of yours
 *   npm run demo -- --kill-worker      kills a worker in the middle of a job of 10 s and more
 */
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { SparkContext } from 'simspark'
import { DemoCluster, version } from './demo-cluster.ts'
import { TaskLog } from './demo-tasks.ts'
import { writeDemoText } from './demo-text.ts'
import { sumOfArray } from './sum-of-array.ts'
import { wordCount } from './word-count.ts'

const TEXT_BYTES = 20_000_000
const { values: options } = parseArgs({
  options: { file: { type: 'string' }, 'kill-worker': { type: 'boolean', default: false } },
})

await main()

async function main(): Promise<void> {
  const started = performance.now()
  console.log(`simSpark ${await version()} on Node ${process.versions.node}`)
  const cluster = await DemoCluster.start(2, 2)
  const end = () => void stopAndExit(cluster)
  process.once('SIGINT', end)
  try {
    console.log(`  ${cluster.describe().join('\n  ')}\n  up after ${since(started)}`)
    const sc = await SparkContext.getOrCreate({
      master: cluster.master,
      appName: 'demo',
      conf: { 'simspark.authenticate.secretFile': cluster.secretFile },
    })
    const tasks = new TaskLog()
    sc.addSparkListener(tasks.listener)
    try {
      if (options['kill-worker']) await killWorker(sc, cluster, tasks)
      else await answers(sc, cluster, tasks)
    } finally {
      await sc.stop()
    }
  } finally {
    process.off('SIGINT', end)
    await cluster.stop()
  }
  console.log(`\neverything stopped, ${since(started)} in all`)
}

async function answers(sc: SparkContext, cluster: DemoCluster, tasks: TaskLog): Promise<void> {
  await show('sum of the array 0 … 999,999', tasks, async () => {
    const { sum, expected } = await sumOfArray(sc, 1_000_000, 8)
    return [`${count(sum)} (${sum === expected ? 'right' : `WRONG, expected ${count(expected)}`})`]
  })
  const path = options.file ?? join(cluster.scratch, 'text.txt')
  if (options.file === undefined) {
    const { files, bytes, repeated } = await writeDemoText(path, TEXT_BYTES)
    console.log(
      `\nthe text: ${files} licence and documentation files of node_modules, repeated ${repeated} times up to ${count(bytes)} bytes`,
    )
  }
  await show(`words of ${options.file ?? 'the text'}`, tasks, async () => {
    const { distinct, words, top } = await wordCount(sc, path, 5, 8)
    const most = top.map(([word, n]) => `${word} ${count(n)}`).join(', ')
    return [`${count(words)} words, ${count(distinct)} different`, `most frequent: ${most}`]
  })
}

/** Runs a job, and prints its answer, its time, and which executors ran its tasks. */
async function show(title: string, tasks: TaskLog, run: () => Promise<string[]>): Promise<void> {
  tasks.clear()
  const before = performance.now()
  const lines = await run()
  console.log(`\n${title}`)
  for (const line of lines) console.log(`  ${line}`)
  const took = since(before)
  await tasks.settled()
  console.log(`  ${took}, ${tasks.ended} tasks`)
  for (const line of tasks.byExecutor()) console.log(`    ${line}`)
}

async function killWorker(sc: SparkContext, cluster: DemoCluster, tasks: TaskLog): Promise<void> {
  const slices = 48
  const size = await sizeFor(sc, 700)
  await tasks.settled()
  const expected = Math.ceil((slices * size) / 7)
  tasks.clear()
  console.log(
    `\nmultiples of 7 below ${count(slices * size)}, counted one by one in ${slices} tasks`,
  )
  const before = performance.now()
  const timer = setTimeout(() => {
    console.log(
      `  ${since(before)}: killed ${cluster.killWorkerOf(tasks.lastStarted)} with SIGKILL`,
    )
  }, 4000)
  const answer = await countMultiples(sc, slices, size)
  clearTimeout(timer)
  const verdict = answer === expected ? 'right' : `WRONG, expected ${count(expected)}`
  console.log(`  ${since(before)}: ${count(answer)} (${verdict})`)
  await tasks.settled()
  for (const line of tasks.byExecutor()) console.log(`    ${line}`)
  console.log('  repeated attempts:')
  for (const line of tasks.repeated()) console.log(`    ${line}`)
}

/** How many multiples of 7 there are from 0 up to `slices` × `size`: one task a slice, then a shuffle. */
async function countMultiples(sc: SparkContext, slices: number, size: number): Promise<number> {
  const counted = sc.range(0, slices, 1, slices).map(slice => {
    let found = 0
    for (let i = slice * size; i < (slice + 1) * size; i++) if (i % 7 === 0) found++
    return [slice % 4, found]
  })
  return counted
    .reduceByKey((a, b) => a + b, 4)
    .values()
    .sum()
}

/** How many numbers one task goes through in about `ms` while all executors are busy. */
async function sizeFor(sc: SparkContext, ms: number): Promise<number> {
  const trial = 20_000_000
  await countMultiples(sc, 4, trial)
  const before = performance.now()
  await countMultiples(sc, 4, trial)
  return Math.round((trial * ms) / (performance.now() - before))
}

async function stopAndExit(cluster: DemoCluster): Promise<void> {
  await cluster.stop()
  process.exit(130)
}

function since(before: number): string {
  return `${((performance.now() - before) / 1000).toFixed(2)} s`
}

function count(value: number): string {
  return value.toLocaleString('en')
}
