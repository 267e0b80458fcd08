import { existsSync, writeFileSync } from 'node:fs'
import { expect } from 'chai'
import { SparkContext } from '../../../../driver/index.ts'
import { hangsAtFirst, nextStart } from '../../../support/hanging-task.ts'
import { rejection } from '../../../support/rejection.ts'
import { useTempFolder } from '../../../support/temp-folder.ts'

describe('a context in local mode stops what is under way:', function () {
  this.timeout(60_000)
  const folder = useTempFolder()
  let sc: SparkContext

  before(async () => {
    sc = await SparkContext.getOrCreate({ master: 'local[1]', appName: 'control' })
  })
  after(() => sc.stop())

  it('an attempt that hangs, whose task then runs again', async () => {
    const started = nextStart(sc)
    const attempts = hangsAtFirst(sc).collect()
    const { taskAttemptId: id } = await started
    expect(await sc.killTaskAttempt(id)).to.equal(true)
    expect(await attempts).to.deep.equal([1])
    expect(await sc.killTaskAttempt(id)).to.equal(false)
  })

  for (const interrupts of [false, true]) {
    const title = interrupts ? 'with the thread of a task' : 'but not the thread of a task'
    it(`${title} that does not look at its signal, as setInterruptOnCancel(${interrupts}) says`, async () => {
      const isMarked = sc.range(0, 1, 1, 1).map(() => {
        const here = globalThis as { isMarked?: boolean }
        return here.isMarked === true
      })
      await sc.range(0, 1, 1, 1).foreach(() => {
        const here = globalThis as { isMarked?: boolean }
        here.isMarked = true
      })
      const path = `${folder()}/begun`
      const options = { interruptOnCancel: interrupts, groupId: 'slow' }
      const job = sc.withJobOptions(options, () =>
        sc.range(0, 1, 1, 1).foreach(() => {
          writeFileSync(path, '')
          const until = Date.now() + (interrupts ? 1e9 : 200)
          while (Date.now() < until) {
            // Never looks at it.
          }
        }),
      )
      const cancelled = rejection(job)
      while (!existsSync(path)) await new Promise(resolve => setImmediate(resolve))
      await sc.cancelJobGroup('slow')
      expect((await cancelled).code).to.equal('JOB_CANCELLED')
      expect(await isMarked.collect()).to.deep.equal([!interrupts])
    })
  }
})
