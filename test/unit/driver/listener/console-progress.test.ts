import { expect } from 'chai'
import type { StageProgress } from '#publib/cli'
import { type SparkListenerEvent, StatusStore } from '#publib/status'
import { ConsoleProgress } from '../../../../driver/listener/console-progress.ts'
import { FakeClock } from '../../../support/fake-clock.ts'
import { jobEnd, jobStart, stageSubmitted, taskEnd, taskStart } from '../../publib/status/events.ts'

/** A terminal line that notes what stands in it. */
function setUp() {
  const clock = new FakeClock()
  const status = new StatusStore()
  const drawn: string[] = []
  const bar = {
    draw: (stages: readonly StageProgress[]) => {
      drawn.push(
        stages.map(s => `${s.stageId}:${s.tasksDone}+${s.tasksRunning}/${s.tasksTotal}`).join(' '),
      )
    },
    clear: () => {
      drawn.push('')
    },
  }
  const progress = new ConsoleProgress({ status, clock, bar })
  const hear = (event: SparkListenerEvent): void => {
    status.record(event)
    progress.hear(event)
  }
  return { clock, status, drawn, hear }
}

describe('the progress on the console', () => {
  it('shows a stage only when it has run for half a second, then five times a second', async () => {
    const { clock, status, drawn, hear } = setUp()
    const time = clock.wallTime()
    hear(jobStart(0, [0], time))
    status.record(stageSubmitted(0, 2, time))
    status.record(taskStart(0, 7, time))
    await clock.pass(450)
    expect(drawn.filter(line => line !== '')).to.deep.equal([])
    await clock.pass(200)
    status.record(taskEnd(0, 7, time))
    await clock.pass(200)
    expect(drawn.filter(line => line !== '')).to.deep.equal(['0:0+1/2', '0:1+0/2'])
  })

  it('shows three stages at most', async () => {
    const { clock, status, drawn, hear } = setUp()
    const time = clock.wallTime()
    hear(jobStart(0, [], time))
    for (let stage = 0; stage < 5; stage++) status.record(stageSubmitted(stage, 1, time))
    await clock.pass(600)
    expect(drawn.at(-1)).to.equal('0:0+0/1 1:0+0/1 2:0+0/1')
  })

  it('takes the line away and stops its timer with the last job', async () => {
    const { clock, drawn, hear } = setUp()
    const time = clock.wallTime()
    for (const id of [0, 1]) hear(jobStart(id, [], time))
    hear(jobEnd(0, time))
    expect(clock.waiting).to.equal(1)
    hear(jobEnd(1, time))
    expect(clock.waiting).to.equal(0)
    expect(drawn).to.deep.equal([''])
  })
})
