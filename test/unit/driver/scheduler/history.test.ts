import { expect } from 'chai'
import { chooseSeed } from '../../../support/random.ts'
import { History } from './history.ts'

const HISTORIES = 250
const EVENTS = 150

describe('random histories of the scheduler', () => {
  it('come to an end with each result counted once and nothing left', () => {
    const first = chooseSeed()
    const ends = { finished: 0, failed: 0, notDeterministic: 0 }
    for (let seed = first; seed < first + HISTORIES; seed++) {
      const history = new History(seed)
      try {
        history.run(EVENTS)
      } catch (error) {
        const tail = history.log.slice(-60).join('\n')
        throw new Error(`SIMSPARK_TEST_SEED=${seed}\n${tail}`, { cause: error })
      }
      for (const { isFinished, failure } of history.jobs) {
        if (isFinished) ends.finished++
        else if (failure?.kind === 'notDeterministic') ends.notDeterministic++
        else ends.failed++
      }
    }
    expect(ends.finished, JSON.stringify(ends)).to.be.greaterThan(HISTORIES)
    expect(ends.notDeterministic, JSON.stringify(ends)).to.be.greaterThan(0)
  }).timeout(60_000)
})
