import { MessageChannel, Worker } from 'node:worker_threads'
import { type Figure, median, quantile, timed } from './measure.ts'
import { kernelBenchmarks } from './micro-kernels.ts'
import { simsparkAsShipped } from './shipped.ts'

/** Kernels and the control path, each beside what plain JavaScript takes for the same. */
export async function microFigures(runs: number): Promise<Figure[]> {
  return [...(await kernelFigures(runs)), ...(await controlFigures())]
}

async function kernelFigures(runs: number): Promise<Figure[]> {
  const figures: Figure[] = []
  for (const { name, rows, ours, plain, nativeNs } of kernelBenchmarks()) {
    const times = { ours: [] as number[], plain: [] as number[] }
    for (let run = 0; run <= runs; run++) {
      times.ours.push(await timed(ours))
      times.plain.push(await timed(plain))
    }
    // The first is the warm-up.
    const [our, theirs] = [median(times.ours.slice(1)), median(times.plain.slice(1))]
    const native = nativeNs === undefined ? '' : `, native about ${nativeNs} ns`
    figures.push({
      ...{ name, value: (our * 1e6) / rows, unit: 'ns' },
      note: `${(our / theirs).toFixed(2)} × of plain JavaScript${native}`,
    })
  }
  return figures
}

const TASKS = 10_000
const JOBS = 220

/** Empty tasks and small jobs beside bare messages to threads that answer at once. */
async function controlFigures(): Promise<Figure[]> {
  const { SparkContext } = await simsparkAsShipped()
  const sc = await SparkContext.getOrCreate({ master: 'local[2]', appName: 'micro' })
  try {
    const many = sc.range(0, TASKS, 1, TASKS)
    const small = sc.parallelize([1, 2], 2)
    const tasks: number[] = []
    for (let run = 0; run < 4; run++) tasks.push(await timed(() => many.count()))
    const jobs: number[] = []
    for (let run = 0; run < JOBS; run++) jobs.push(await timed(() => small.count()))
    const bare = await bareMessages()
    const task = (median(tasks.slice(1)) * 1e6) / TASKS
    const job = median(jobs.slice(20))
    return [
      {
        ...{ name: 'an empty task of 10,000', value: task, unit: 'ns' },
        note: `${(task / bare.oneByOneNs).toFixed(2)} × of a message there and back, one by one`,
      },
      {
        ...{ name: 'a job of two tasks, p50', value: job, unit: 'ms' },
        note: `${(job / bare.roundTripMs).toFixed(1)} × of a message to two threads and back`,
      },
      { name: 'a job of two tasks, p99', value: quantile(jobs.slice(20), 0.99), unit: 'ms' },
    ]
  } finally {
    await sc.stop()
  }
}

const ECHO = `const { parentPort } = require('node:worker_threads')
parentPort.once('message', port => port.on('message', m => port.postMessage(m)))`

async function bareMessages(): Promise<{ oneByOneNs: number; roundTripMs: number }> {
  const ends = [1, 2].map(() => {
    const worker = new Worker(ECHO, { eval: true })
    const { port1, port2 } = new MessageChannel()
    worker.postMessage(port2, [port2])
    return { worker, port: port1 }
  })
  const answers = (count: number): Promise<void> =>
    new Promise(resolve => {
      let left = count
      for (const { port } of ends) {
        port.removeAllListeners('message')
        port.on('message', () => {
          left--
          if (left === 0) resolve()
        })
      }
    })
  const roundTrip = async (count: number): Promise<number> =>
    timed(() => {
      const done = answers(count)
      for (let i = 0; i < count; i++) ends[i % 2]?.port.postMessage({ id: i, executor: i % 2 })
      return done
    })
  await roundTrip(TASKS)
  const many = await roundTrip(TASKS)
  const few: number[] = []
  for (let run = 0; run < JOBS; run++) few.push(await roundTrip(2))
  for (const { worker, port } of ends) {
    port.close()
    await worker.terminate()
  }
  return { oneByOneNs: (many * 1e6) / TASKS, roundTripMs: median(few.slice(20)) }
}
