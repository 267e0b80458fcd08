import { readdirSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'chai'
import { createAuthority, createServerCertificate } from '#publib/security'
import { SparkContext } from '../../../driver/index.ts'
import type { MasterStatus } from '../../../master/index.ts'
import { TestCluster } from '../../support/cluster.ts'
import { DriverProcess } from '../../support/driver-process.ts'

const isIdle = ({ coresBusy, applications }: MasterStatus): boolean =>
  coresBusy === 0 && applications.length === 0

/** Hang limits are three times the figure that is promised. */
const SLACK = 3

describe('an application on a cluster of real processes', () => {
  let cluster: TestCluster
  let sc: SparkContext | undefined
  const drivers: DriverProcess[] = []

  beforeEach(async () => {
    cluster = await TestCluster.start({ workers: 2, cores: 2, memoryMiB: 4096 })
  })
  afterEach(async () => {
    await sc?.stop()
    sc = undefined
    for (const driver of drivers.splice(0)) await driver.kill()
    await cluster.stop()
  })

  const connect = async (conf: Record<string, string> = {}): Promise<SparkContext> => {
    sc = await SparkContext.getOrCreate({
      ...{ master: cluster.url, appName: 'a test' },
      conf: { 'simspark.authenticate.secretFile': cluster.secretFile, ...conf },
    })
    return sc
  }

  const drive = (what: ConstructorParameters<typeof DriverProcess>[1]): DriverProcess => {
    const driver = new DriverProcess(cluster, what)
    drivers.push(driver)
    return driver
  }

  /** A shuffle of 24 slow maps: some seconds of work, and an answer that is known. */
  const slowJob = async (context: SparkContext): Promise<[number, number][]> => {
    const pairs = context.range(0, 2400, 1, 24).map((x): [number, number] => {
      const until = performance.now() + 2.5
      while (performance.now() < until);
      return [x % 10, 1]
    })
    return pairs.reduceByKey((a, b) => a + b, 4).collect()
  }
  const RIGHT = Array.from({ length: 10 }, (_, key) => [key, 240])
  const sorted = (pairs: [number, number][]) => pairs.sort(([a], [b]) => a - b)

  const pause = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms))

  const executorsOf = ({ workers }: MasterStatus): string[] =>
    workers.flatMap(({ executors }) => executors.map(({ executorId }) => executorId)).sort()

  it('leaves nothing on any worker when it has ended', async () => {
    const context = await connect()
    expect(sorted(await slowJob(context))).to.deep.equal(RIGHT)
    const isDone = ({ applications }: MasterStatus): boolean =>
      applications[0]?.jobs[0]?.status === 'SUCCEEDED' && applications[0].jobs[0].tasksDone === 28
    await cluster.until(isDone, 1_000 * SLACK)
    await context.stop()
    await cluster.until(isIdle, 10_000 * SLACK)
    for (const worker of cluster.workers) {
      const { options } = worker
      const folder = join(options.stateDir, 'work', 'apps')
      expect(readdirSync(folder)).to.deep.equal([])
    }
  })

  it('runs over TLS, shuffle and all', async () => {
    const place = (name: string): string => join(cluster.folder, name)
    const authority = await createAuthority('a test', Date.now())
    const made = await createServerCertificate(authority, ['127.0.0.1'], Date.now())
    const pems = { key: made.key, cert: made.cert, ca: authority.cert }
    for (const [name, pem] of Object.entries(pems)) {
      await writeFile(place(name), pem, { mode: 0o600 })
    }
    const tls = { keyFile: place('key'), certFile: place('cert'), caFile: place('ca') }
    for (const worker of cluster.workers.splice(0)) await worker.kill('SIGTERM')
    await cluster.master.kill('SIGTERM')
    await cluster.startMaster({ tls })
    await cluster.startWorker(undefined, { tls })
    await cluster.startWorker(undefined, { tls })
    const context = await connect({ 'simspark.ssl.caFile': place('ca') })
    expect(sorted(await slowJob(context))).to.deep.equal(RIGHT)
  })

  it('gives the right answer although a worker is killed in the middle', async () => {
    const context = await connect()
    await context.range(0, 8, 1, 8).count()
    const answer = slowJob(context)
    await pause(700)
    await cluster.workers[0]!.kill('SIGKILL')
    expect(sorted(await answer)).to.deep.equal(RIGHT)
  })

  it('gives the right answer although a host is killed in the middle, and gets another host', async () => {
    const context = await connect()
    await context.range(0, 8, 1, 8).count()
    const answer = slowJob(context)
    await pause(700)
    const daemons = new Set([cluster.master.pid, ...cluster.workers.map(({ pid }) => pid)])
    const [host] = cluster.processes().filter(pid => !daemons.has(pid))
    process.kill(host!, 'SIGKILL')
    expect(sorted(await answer)).to.deep.equal(RIGHT)
    await cluster.until(({ coresBusy }) => coresBusy === 4, 3_000 * SLACK)
  })

  it('goes on without the master, and belongs to the next one with the same executors', async () => {
    const context = await connect()
    await context.range(0, 8, 1, 8).count()
    const before = executorsOf(await cluster.status())
    const answer = slowJob(context)
    await pause(500)
    await cluster.master.kill('SIGKILL')
    expect(sorted(await answer)).to.deep.equal(RIGHT)
    await cluster.startMaster()
    const isBack = (status: MasterStatus): boolean =>
      status.state === 'ALIVE' &&
      status.workers.length === 2 &&
      status.workers.every(({ state }) => state === 'ALIVE') &&
      status.applications.every(({ state }) => state === 'RUNNING') &&
      status.applications.length === 1
    await cluster.until(isBack, 5_000 * SLACK)
    expect(executorsOf(await cluster.status())).to.deep.equal(before)
    expect(sorted(await slowJob(context))).to.deep.equal(RIGHT)
  })

  it('waits in the queue while another one holds all, and starts when that has ended', async () => {
    const first = drive('waits')
    await first.says('first 999000')
    await cluster.until(({ coresBusy }) => coresBusy === 4, 5_000)
    const second = drive('jobs')
    await cluster.until(
      ({ applications }) => applications.some(({ state }) => state === 'WAITING'),
      10_000,
    )
    await first.kill()
    await second.says('stopped')
    expect(second.output).to.include('first 999000')
    expect(await second.exited).to.equal(0)
  })

  it('frees its executors within two seconds when its driver is killed', async () => {
    const driver = drive('hangs')
    await driver.says('first')
    await pause(500)
    await driver.kill()
    const tookMs = await cluster.until(isIdle, 2_000 * SLACK + 4_000)
    const { endedApplications } = await cluster.status()
    expect(endedApplications[0]?.reason).to.match(/its driver/)
    expect(tookMs).to.be.lessThan(2_000 * SLACK + 4_000)
  })

  it('keeps everything while its driver is paused for five seconds, and loses it after fifteen', async () => {
    const driver = drive('waits')
    await driver.says('first')
    const before = executorsOf(await cluster.status())
    driver.signal('SIGSTOP')
    await pause(5_000)
    driver.signal('SIGCONT')
    await pause(1_000)
    expect(executorsOf(await cluster.status())).to.deep.equal(before)
    driver.signal('SIGSTOP')
    await cluster.until(({ coresBusy }) => coresBusy === 0, 16_000 + 10_000)
  })

  it('keeps everything while its driver computes for twenty seconds', async () => {
    const driver = drive('blocks')
    await driver.says('all')
    const before = executorsOf(await cluster.status())
    await driver.says('after 999000', 60_000)
    expect(executorsOf(await cluster.status())).to.deep.equal(before)
    expect(await driver.exited).to.equal(0)
  })
})
