import { expect } from 'chai'
import { executorId, taskId } from '#publib/util'
import type { Progress } from '../../../../publib/execution/control-block.ts'
import { StallWatch } from '../../../../publib/execution/stall-watch.ts'

const A = executorId('w/0')
const running: Progress = { taskId: taskId(1), records: 10, heldBytes: 0, phase: 'running' }

describe('the watch on stalled tasks', () => {
  let watch: StallWatch
  beforeEach(() => {
    watch = new StallWatch()
  })
  const look = (progress: Progress, nowMs: number) =>
    watch.look(new Map([[A, { progress }]]), nowMs).map(({ stalledMs }) => stalledMs)

  it('tells of a task that does not move after 30 s, and again when the time has doubled', () => {
    const told = [0, 25_000, 30_000, 35_000, 55_000, 60_000, 90_000, 120_000].map(nowMs =>
      look(running, nowMs),
    )
    expect(told).to.deep.equal([[], [], [30_000], [], [], [60_000], [], [120_000]])
  })

  it('lets a slow task be that passes on records, and an executor that has none', () => {
    for (let nowMs = 0; nowMs < 200_000; nowMs += 20_000) {
      expect(look({ ...running, records: nowMs }, nowMs)).to.deep.equal([])
    }
    expect(look({ ...running, phase: 'idle' }, 300_000)).to.deep.equal([])
    expect(look({ ...running, phase: 'idle' }, 400_000)).to.deep.equal([])
  })

  it('counts anew for the next task', () => {
    look(running, 0)
    expect(look({ ...running, taskId: taskId(2) }, 29_000)).to.deep.equal([])
    expect(look({ ...running, taskId: taskId(2) }, 58_000)).to.deep.equal([])
    expect(look({ ...running, taskId: taskId(2) }, 59_000)).to.deep.equal([30_000])
  })
})
