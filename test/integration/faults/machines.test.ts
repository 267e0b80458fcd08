/** Real processes that are killed or stand still in the middle of a shuffle whose rows are numbered. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { SimSparkError, SparkContext } from '../../../driver/index.ts'
import type { MasterStatus } from '../../../master/index.ts'
import { TestCluster } from '../../support/cluster.ts'
import { DriverProcess } from '../../support/driver-process.ts'
import { assertAllRows, groupNumbered, tasksEnded } from '../../support/numbered-rows.ts'
import { PrivateTemp } from '../../support/private-temp.ts'

/** Hang limits are three times the figure that is promised. */
const SLACK = 3

describe('machines that fail in the middle of a shuffle', function () {
  this.timeout(120_000)
  let temp: PrivateTemp
  let cluster: TestCluster
  let sc: SparkContext

  beforeEach(async () => {
    temp = new PrivateTemp()
    cluster = await TestCluster.start({ workers: 2, cores: 2, memoryMiB: 4096 })
    const conf = { 'simspark.authenticate.secretFile': cluster.secretFile }
    sc = await SparkContext.getOrCreate({ master: cluster.url, appName: 'faults', conf })
    await sc.range(0, 8, 1, 8).count()
  })
  afterEach(async function () {
    await sc.stop()
    // An idle cluster has nothing of an application that has ended.
    if (this.currentTest?.state === 'passed') await cluster.until(isIdle, 2_000 * SLACK)
    await cluster.stop()
    try {
      await temp.assertEmpty(1_000)
    } finally {
      temp.dispose()
    }
  })

  /** Of a worker that is suspected nobody knows yet; its executors are its own until it is down. */
  const isIdle = ({ workers }: MasterStatus): boolean =>
    workers.every(({ state, coresBusy }) => state !== 'ALIVE' || coresBusy === 0)
  const daemons = (): number[] => [cluster.master.pid, ...cluster.workers.map(({ pid }) => pid)]
  /** What workers keep of applications. */
  const dataFolders = (): string[] =>
    cluster.workers.flatMap(({ options }) => readdirSync(join(options.stateDir, 'work', 'apps')))
  const hosts = (): number[] => cluster.processes().filter(pid => !daemons().includes(pid))

  it('kill -9 of a worker while maps run: the right answer', async () => {
    const middle = tasksEnded(sc, 12)
    const answer = groupNumbered(sc, { rowMs: 2 })
    await middle
    await cluster.workers[0]!.kill('SIGKILL')
    assertAllRows(await answer)
  })

  it('kill -9 of a worker while its map outputs are read: they are made again, the right answer', async () => {
    const middle = tasksEnded(sc, 41)
    const answer = groupNumbered(sc, { rowMs: 0, keyMs: 30 })
    await middle
    await cluster.workers[0]!.kill('SIGKILL')
    assertAllRows(await answer)
  })

  it('kill -9 of an executor host: its finished map outputs survive it, the right answer', async () => {
    const middle = tasksEnded(sc, 12)
    const answer = groupNumbered(sc, { rowMs: 2 })
    await middle
    const pids = daemons()
    process.kill(hosts()[0]!, 'SIGKILL')
    assertAllRows(await answer)
    expect(daemons()).to.deep.equal(pids)
    await sc.stop()
    await cluster.until(({ applications }) => applications.length === 0, 2_000 * SLACK)
    const [ended] = (await cluster.status()).endedApplications
    expect(ended?.jobs.map(({ status }) => status)).to.deep.equal(['SUCCEEDED', 'SUCCEEDED'])
  })

  it('kill -9 of all executor hosts at once: others take their place, the right answer', async () => {
    const middle = tasksEnded(sc, 12)
    const answer = groupNumbered(sc, { rowMs: 2 })
    await middle
    for (const pid of hosts()) process.kill(pid, 'SIGKILL')
    assertAllRows(await answer)
  })

  it('kill -9 of the master: the job does not notice; started again, it knows all within five seconds', async () => {
    const middle = tasksEnded(sc, 12)
    const answer = groupNumbered(sc, { rowMs: 2 })
    const before = executorsOf(await cluster.status())
    const failed: string[] = []
    const listener = {
      onTaskEnd: ({ error }: { error: SimSparkError | undefined }) => {
        if (error !== undefined) failed.push(error.message)
      },
    }
    sc.addSparkListener(listener)
    await middle
    await cluster.master.kill('SIGKILL')
    await cluster.startMaster()
    const known = await cluster.until(
      ({ workers, applications }) =>
        workers.filter(({ state }) => state === 'ALIVE').length === 2 &&
        applications[0]?.state === 'RUNNING',
      5_000 * SLACK,
    )
    expect(known).to.be.lessThan(5_000 * SLACK)
    assertAllRows(await answer)
    expect(executorsOf(await cluster.status())).to.deep.equal(before)
    expect(failed).to.deep.equal([])
  })

  it('a worker that stands still for 12 s is suspected, then down; back, it is fenced and serves again', async () => {
    const [worker] = cluster.workers
    const ended: string[] = []
    sc.addSparkListener({
      onTaskEnd: ({ task, stageId, error }) => {
        if (error === undefined) ended.push(`${stageId}/${task.partition}`)
      },
    })
    const middle = tasksEnded(sc, 12)
    const answer = groupNumbered(sc, { rowMs: 8 })
    await middle
    const startMs = performance.now()
    // Its hosts stand still with it: the machine hangs.
    const hung = cluster.processesOf(worker!)
    for (const pid of hung) process.kill(pid, 'SIGSTOP')
    const states = ({ workers }: MasterStatus) => workers.map(({ state }) => state)
    await cluster.until(status => states(status).includes('SUSPECT'), 5_000 * SLACK)
    await cluster.until(status => states(status).includes('DOWN'), 10_500 * SLACK)
    const restMs = 12_000 - (performance.now() - startMs)
    await new Promise(resolve => setTimeout(resolve, Math.max(0, restMs)))
    for (const pid of hung) resume(pid)
    const allAlive = (status: MasterStatus) => states(status).every(state => state === 'ALIVE')
    await cluster.until(allAlive, 5_000 * SLACK)
    assertAllRows(await answer)
    const { workers } = await cluster.status()
    expect(workers.map(({ incarnation }) => incarnation).sort()).to.deep.equal([1, 2])
    // The hosts of its former life do nothing for anybody any more.
    const isHung = (pid: number): boolean => pid !== worker!.pid && hung.includes(pid)
    await cluster.untilProcesses(pids => !pids.some(isHung), 10_000 * SLACK)
    assertAllRows(await groupNumbered(sc, { rowMs: 0 }))
  })

  it('kill -9 of the driver: its executors are free within two seconds, its files gone within ten', async () => {
    await sc.stop()
    const driver = new DriverProcess(cluster, 'shuffles')
    await driver.says('in the middle')
    expect(dataFolders()).to.have.length(2)
    await driver.kill()
    await cluster.until(isIdle, 2_000 * SLACK)
    await cluster.untilProcesses(() => hosts().length + dataFolders().length === 0, 10_000 * SLACK)
  })

  it('UDF-43 a map that is not deterministic and is lost while it is read: an error, no mixture', async () => {
    const middle = tasksEnded(sc, 9)
    const pairs = sc.range(0, 400, 1, 8).map(row => [Math.random(), row])
    const counted = pairs.partitionBy(12).mapPartitions(rows => {
      const untilMs = performance.now() + 300
      while (performance.now() < untilMs);
      return [...rows].map(([, row]) => row)
    })
    const answer = counted.collect().catch((error: unknown) => error)
    await middle
    await cluster.workers[0]!.kill('SIGKILL')
    const told = await answer
    if (told instanceof SimSparkError) {
      expect(told.code).to.equal('NOT_DETERMINISTIC')
      expect(told.message).to.match(/Partition \d+ of map stage \d+ /)
    } else {
      const rows = (told as number[]).sort((a, b) => a - b)
      expect(rows).to.deep.equal(Array.from({ length: 400 }, (_, row) => row))
    }
  })
})

function executorsOf({ workers }: MasterStatus): string[] {
  return workers.flatMap(({ executors }) => executors.map(({ executorId }) => executorId)).sort()
}

function resume(pid: number): void {
  if (isAlive(pid)) process.kill(pid, 'SIGCONT')
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
