/** How long it takes to end a task that does not end by itself, on a cluster of real processes. */
import { spawnSync } from 'node:child_process'
import { expect } from 'chai'
import { SimSparkError, SparkContext, type Value } from '../../../driver/index.ts'
import { tasksStarted } from '../../support/numbered-rows.ts'
import { PrivateTemp } from '../../support/private-temp.ts'

/** Hang limits are three times the figure that is promised. */
const SLACK = 3

describe('cancelling', function () {
  this.timeout(60_000)
  let temp: PrivateTemp
  let sc: SparkContext

  before(async () => {
    temp = new PrivateTemp()
    sc = await SparkContext.getOrCreate({ master: 'local-cluster[2,1,512]', appName: 'cancel' })
    await sc.range(0, 4, 1, 4).count()
  })
  after(async () => {
    await sc?.stop()
    try {
      await temp.assertEmpty(1_000)
    } finally {
      temp.dispose()
    }
  })

  /** Cancels a job of two such tasks; gives how long it took until both executors were free for others. */
  async function cancel(f: (x: number) => Value): Promise<{ toldMs: number; freeMs: number }> {
    const running = tasksStarted(sc, 2)
    const controller = new AbortController()
    const job = sc
      .range(0, 2, 1, 2)
      .map(f)
      .count({ signal: controller.signal })
      .catch((error: unknown) => error)
    await running
    await inUserCode()
    const startMs = performance.now()
    controller.abort(new Error('enough'))
    const error = await job
    const toldMs = performance.now() - startMs
    expect(error).to.be.instanceOf(SimSparkError)
    expect((error as SimSparkError).code).to.equal('JOB_CANCELLED')
    expect(((error as SimSparkError).cause as Error).message).to.equal('enough')
    const all = await sc
      .range(0, 2, 1, 2)
      .map(x => x + 1)
      .collect()
    expect(all).to.deep.equal([1, 2])
    return { toldMs, freeMs: performance.now() - startMs }
  }

  /** A started task has come to its function; nothing tells of that, so the fault is held for a while. */
  const inUserCode = (): Promise<void> => new Promise(resolve => setTimeout(resolve, 300))

  const shapes: [what: string, limitMs: number, f: (x: number) => Value][] = [
    [
      'loops',
      100,
      x => {
        for (let i = 0; ; i = (i + 1) % 1000) if (i < 0) return x
      },
    ],
    ['backtracks', 100, () => /^(a+)+$/.test(`${'a'.repeat(64)}b`)],
    ['waits', 100, () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)],
    ['blocks in a native call', 5_000, () => spawnSync('sleep', ['1000']).status],
  ]
  for (const [what, limitMs, f] of shapes) {
    it(`a task that ${what}: told at once, free within ${limitMs} ms`, async () => {
      const { toldMs, freeMs } = await cancel(f)
      expect(toldMs).to.be.lessThan(100 * SLACK)
      // Free means that another job has run on both: a thread, or a host, has been started for it.
      expect(freeMs).to.be.lessThan((limitMs + 1_000) * SLACK)
    })
  }
})
