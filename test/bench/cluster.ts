import type { SparkContext } from 'simspark'
import type { DemoCluster } from '../../driver/examples/demo-cluster.ts'
import { type Figure, median, quantile, timed } from './measure.ts'
import { demoAsShipped, simsparkAsShipped } from './shipped.ts'

/** A real master and two workers of one executor each: start-up, small jobs, and a killed worker. */
export async function clusterFigures(runs: number): Promise<Figure[]> {
  const [simspark, demo] = await Promise.all([simsparkAsShipped(), demoAsShipped()])
  const cluster = await demo.DemoCluster.start(2, 1)
  try {
    const conf = { 'simspark.authenticate.secretFile': cluster.secretFile } as const
    const connect = () =>
      simspark.SparkContext.getOrCreate({ master: cluster.master, appName: 'bench', conf })
    const first: number[] = []
    for (let run = 0; run < runs; run++) {
      first.push(
        await timed(async () => {
          const sc = await connect()
          await sc.parallelize([1, 2], 2).sum()
          await sc.stop()
        }),
      )
    }
    const sc = await connect()
    const [empty, sum] = [await emptyJobs(sc), await sums(sc, runs)]
    const again = await untilElsewhere(sc, cluster)
    await sc.stop()
    return [
      {
        name: 'start of the master to ready (its command, whole)',
        value: cluster.masterStartMs / 1000,
        unit: 's',
        target: 1,
      },
      {
        name: 'start of a worker to registered (its command, whole)',
        value: cluster.workerStartMs / 1000,
        unit: 's',
        target: 1,
      },
      {
        name: 'warm cluster: connect, first result, stop',
        value: median(first) / 1000,
        unit: 's',
        target: 0.5,
      },
      { name: 'empty job of two tasks, p50', value: median(empty), unit: 'ms', target: 5 },
      { name: 'empty job of two tasks, p99', value: quantile(empty, 0.99), unit: 'ms' },
      {
        name: 'sum of 1,000,000 driver-held numbers, 8 partitions',
        value: median(sum) / 1000,
        unit: 's',
        target: 0.35,
      },
      {
        name: 'worker killed to its tasks started elsewhere',
        value: again / 1000,
        unit: 's',
        target: 1,
      },
    ]
  } finally {
    await cluster.stop()
  }
}

async function emptyJobs(sc: SparkContext): Promise<number[]> {
  const rdd = sc.parallelize([1, 2], 2)
  const times: number[] = []
  for (let run = 0; run < 220; run++) times.push(await timed(() => rdd.count()))
  return times.slice(20)
}

async function sums(sc: SparkContext, runs: number): Promise<number[]> {
  const numbers = Array.from({ length: 1_000_000 }, (_, i) => i)
  const times: number[] = []
  for (let run = 0; run <= runs; run++) {
    times.push(await timed(() => sc.parallelize(numbers, 8).sum()))
  }
  return times.slice(1)
}

/** A long task while the other worker is idle; its worker dies: milliseconds until the task starts on the other. */
async function untilElsewhere(sc: SparkContext, cluster: DemoCluster): Promise<number> {
  const controller = new AbortController()
  let killedAt = 0
  const restarted = new Promise<number>(resolve => {
    sc.addSparkListener({
      onTaskStart: ({ task }) => {
        if (killedAt > 0 && task.attemptNumber > 0) resolve(performance.now() - killedAt)
        if (killedAt > 0) return
        setTimeout(() => {
          killedAt = performance.now()
          cluster.killWorkerOf(task.executorId)
        }, 500)
      },
    })
  })
  const job = sc
    .range(0, 1, 1, 1)
    .map(x => {
      const end = Date.now() + 5000
      while (Date.now() < end);
      return x
    })
    .collect({ signal: controller.signal })
  const ms = await restarted
  controller.abort()
  await job.catch(() => undefined)
  return ms
}
