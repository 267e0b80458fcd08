import { inspect } from 'node:util'
import { expect } from 'chai'
import { errorFromData, errorToData, SimSparkError } from '#publib/util'

describe('a SimSparkError', () => {
  const cause = new TypeError('bad')
  const error = new SimSparkError('TASK_FAILED', 'Task 3 failed', {
    stageId: 0,
    partition: 3,
    cause,
  })

  it('has the fields that are known, and shows no others', () => {
    expect(Object.keys(error)).to.have.members([
      'name',
      'code',
      'retryable',
      'stageId',
      'partition',
    ])
    expect(error.hint).to.equal(undefined)
    expect(inspect(error)).to.not.match(/undefined/)
  })

  it('is the same after a journey as plain data', () => {
    const back = errorFromData(JSON.parse(JSON.stringify(error)))
    expect(back).to.be.instanceOf(SimSparkError)
    expect(back).to.include({
      code: 'TASK_FAILED',
      message: 'Task 3 failed',
      stageId: 0,
      partition: 3,
    })
    expect(back.cause).to.include({ name: 'TypeError', message: 'bad' })
    expect(back.stack).to.equal(error.stack)
  })

  it('is made of whatever was thrown, without throwing', () => {
    const hostile = {
      toString() {
        throw new Error('inner')
      },
    }
    for (const thrown of ['text', null, undefined, Symbol('s'), hostile]) {
      expect(errorToData(thrown)).to.include({ name: 'Thrown', code: undefined })
    }
    const cyclic = new Error('x'.repeat(100_000))
    cyclic.cause = cyclic
    expect(JSON.stringify(errorToData(cyclic)).length).to.be.below(2_000_000)
  })
})
