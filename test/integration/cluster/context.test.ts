import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { expect } from 'chai'
import { SparkContext, SparkFiles } from '#driver'
import { hangsAtFirst, nextStart } from '../../support/hanging-task.ts'
import { useTempFolder } from '../../support/temp-folder.ts'

describe('a context on a local cluster', function () {
  this.timeout(120_000)
  const folder = useTempFolder()
  let sc: SparkContext

  before(async () => {
    sc = await SparkContext.getOrCreate({
      master: 'local-cluster[2,2,256]',
      conf: { 'simspark.scheduler.mode': 'FAIR', 'simspark.executor.instances': 4 },
    })
  })
  after(() => sc.stop())

  it('gives files to the executors of every worker', async () => {
    const path = `${folder()}/big.txt`
    writeFileSync(path, 'abc'.repeat(1_000_000))
    await sc.addFile(path)
    const sizes = await sc
      .range(0, 16, 1, 16)
      .map(() => readFileSync(SparkFiles.get('big.txt'), 'utf8').length)
      .collect()
    expect(sizes).to.deep.equal(Array(16).fill(3_000_000))
  })

  it('starts a task that hangs a second time elsewhere, and counts it once', async () => {
    const added = sc.longAccumulator('added')
    const marker = `${folder()}/begun`
    const told: number[] = []
    const listener = {
      onSpeculativeTaskSubmitted: ({ partition }: { readonly partition: number }) =>
        told.push(partition),
    }
    sc.addSparkListener(listener)
    const results = await sc
      .range(0, 20, 1, 20)
      .map(x => {
        added.add(1)
        if (x !== 7 || existsSync(marker)) return x
        writeFileSync(marker, '')
        for (;;) {
          // For ever: only whoever comes first.
        }
      })
      .collect()
    sc.removeSparkListener(listener)
    expect(results).to.deep.equal([...Array(20).keys()])
    expect(added.value).to.equal(20)
    expect(told).to.include(7)
  })

  it('gives an executor back in the middle of its task, and asks for others', async () => {
    const executors = () => sc.statusTracker.getExecutorInfos().map(each => each.executorId)
    const until = async (count: number): Promise<void> => {
      while (executors().length !== count) await new Promise(resolve => setTimeout(resolve, 20))
    }
    expect(await sc.requestTotalExecutors(4)).to.equal(true)
    await until(4)
    const started = nextStart(sc)
    const attempts = hangsAtFirst(sc).collect()
    const { executorId: id } = await started
    expect(await sc.killExecutors([id, 'nobody/7'])).to.deep.equal([id])
    expect(await attempts).to.deep.equal([1])
    await until(3)
    expect(executors()).not.to.include(id)
    expect(await sc.requestExecutors(1)).to.equal(true)
    await until(4)
    expect(executors()).not.to.include(id)
  })

  it('kills an attempt that hangs; its task runs again', async () => {
    const started = nextStart(sc)
    const attempts = hangsAtFirst(sc).collect()
    expect(await sc.killTaskAttempt((await started).taskAttemptId)).to.equal(true)
    expect(await attempts).to.deep.equal([1])
  })
})
