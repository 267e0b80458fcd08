/** A small disk for shuffle and spill files, which a job fills. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { SimSparkError, SparkContext } from '../../../driver/index.ts'
import { TestCluster } from '../../support/cluster.ts'
import { PrivateTemp } from '../../support/private-temp.ts'

const DISK_MIB = 8

describe('a disk that is full', function () {
  this.timeout(60_000)
  let temp: PrivateTemp
  let cluster: TestCluster
  let sc: SparkContext
  const mounts: string[] = []

  before(async function () {
    temp = new PrivateTemp()
    if (!mount('probe')) {
      // Only root can mount the small disk that is filled here.
      unmountAll()
      temp.dispose()
      this.skip()
    }
    cluster = await TestCluster.start({ workers: 0 })
    for (const name of ['one', 'two']) {
      mount(name)
      await cluster.startWorker(undefined, { workDir: join(temp.path, name) })
    }
    const conf = { 'simspark.authenticate.secretFile': cluster.secretFile }
    sc = await SparkContext.getOrCreate({ master: cluster.url, appName: 'disk', conf })
  })
  after(async () => {
    await sc?.stop()
    await cluster?.stop()
    const left = mounts.flatMap(folder => readdirSync(join(folder, 'apps')))
    unmountAll()
    spawnSync('rmdir', ['one', 'two', 'probe'], { cwd: temp.path })
    try {
      expect(left).to.deep.equal([])
      await temp.assertEmpty(1_000)
    } finally {
      temp.dispose()
    }
  })

  function mount(name: string): boolean {
    const folder = join(temp.path, name)
    mkdirSync(folder, { mode: 0o700 })
    const options = `size=${DISK_MIB}m,mode=700`
    const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'simspark', folder])
    if (status === 0 && name !== 'probe') mounts.push(folder)
    else if (status === 0) spawnSync('umount', [folder])
    return status === 0
  }

  function unmountAll(): void {
    for (const folder of mounts.splice(0)) spawnSync('umount', ['-l', folder])
  }

  const shuffled = (bytesOfRow: number) =>
    sc
      .range(0, 400, 1, 8)
      .map(row => [row, `${row}`.padEnd(bytesOfRow, `${Math.sqrt(row)}`)])
      .partitionBy(4)
      .count()

  it('fails the job by one error that names the disk, its task, its executor and what to do', async () => {
    const pids = [cluster.master.pid, ...cluster.workers.map(({ pid }) => pid)]
    const error = await shuffled(200_000).then(
      count => count,
      (thrown: unknown) => thrown,
    )
    expect(error).to.be.instanceOf(SimSparkError)
    const told = error as SimSparkError
    expect(told.code).to.equal('TASK_FAILED')
    expect((told.cause as SimSparkError).code).to.equal('DISK_FULL')
    expect(told.message)
      .to.match(
        /^Task \d+ of stage \d+ \((?:map|count) at disk-full\.test\.ts:\d+\) failed 4 times/,
      )
      .and.match(/on executor worker-\w+\/\d+: DISK_FULL: No space is left on the disk of \S+/)
    expect((told.cause as SimSparkError).hint).not.to.equal(undefined)
    expect(told.attempt).to.equal(3)
    expect([cluster.master.pid, ...cluster.workers.map(({ pid }) => pid)]).to.deep.equal(pids)
  })

  it('is used again as soon as there is room: what the failed job wrote is gone', async () => {
    for (let i = 0; i < 3; i++) expect(await shuffled(10_000)).to.equal(400)
    const { workers } = await cluster.status()
    expect(workers.map(({ state }) => state)).to.deep.equal(['ALIVE', 'ALIVE'])
  })
})
