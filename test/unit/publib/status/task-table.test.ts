import { expect } from 'chai'
import { emptyMetrics } from '#publib/task'
import { SimSparkError } from '#publib/util'
import { newStageRecord, type StageRecord } from '../../../../publib/status/records.ts'
import { TaskTable } from '../../../../publib/status/task-table.ts'

const WHERE = { executorId: 'w/0', host: 'h', locality: 'NO_PREF', speculative: false } as const

function stage(stageId: number): StageRecord {
  const tasks = { total: 1, active: 0, completed: 0, failed: 0 }
  const none = { submissionTime: undefined, completionTime: undefined, failureReason: undefined }
  const what = { stageId, attemptNumber: 0, name: 's', tasks, rddIds: [], parentIds: [] }
  return newStageRecord({ ...what, ...none }, 'ACTIVE')
}

function start(table: TaskTable, of: StageRecord, taskAttemptId: number): void {
  const numbers = { taskAttemptId, partition: taskAttemptId * 2, attemptNumber: 1, launchTime: 5 }
  table.start(of, { ...WHERE, ...numbers })
}

describe('the table of tasks', () => {
  it('gives back what it was told, of each stage its own', () => {
    const table = new TaskTable(100)
    const [one, two] = [stage(1), stage(2)]
    start(table, one, 3)
    start(table, two, 4)
    start(table, one, 5)
    const error = new SimSparkError('TASK_FAILED', 'x')
    const metrics = emptyMetrics()
    metrics.shuffleWrite.timeMs = 7
    table.end(5, 9, 'FAILED', metrics, error)
    const running = { status: 'RUNNING', metrics: undefined, error: undefined } as const
    const common = { ...WHERE, attemptNumber: 1, launchTime: 5 }
    expect(table.of(one)).to.deep.equal([
      { ...common, ...running, taskAttemptId: 3, partition: 6, finishTime: undefined },
      {
        ...{ ...common, taskAttemptId: 5, partition: 10, finishTime: 9 },
        ...{ status: 'FAILED', metrics, error },
      },
    ])
    expect(table.get(4)?.partition).to.equal(8)
    expect(table.get(6)).to.equal(undefined)
  })

  it('forgets the oldest, and hears of their ends without harm', () => {
    const table = new TaskTable(3000)
    const one = stage(1)
    for (let id = 0; id < 10_000; id++) {
      start(table, one, id)
      if (id % 2 === 0) table.end(id, 6, 'SUCCESS', emptyMetrics(), undefined)
    }
    table.end(1, 6, 'SUCCESS', emptyMetrics(), undefined)
    table.end(9_999, 8, 'KILLED', undefined, undefined)
    const kept = table.of(one)
    expect(kept.length).to.equal(3000)
    expect(kept[0]?.taskAttemptId).to.equal(7_000)
    expect(kept.at(-1)).to.include({ taskAttemptId: 9_999, status: 'KILLED', finishTime: 8 })
    expect(kept.filter(({ status }) => status === 'RUNNING').length).to.equal(1499)
  })
})
