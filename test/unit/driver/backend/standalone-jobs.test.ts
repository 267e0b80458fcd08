import { expect } from 'chai'
import { JobReports } from '../../../../driver/backend/job-reports.ts'

describe('job reports', () => {
  const jobs: Record<string, unknown>[] = []
  const tasks = { total: 4, active: 1, completed: 2, failed: 0 }
  const store = { jobs: () => jobs, stage: () => ({ tasks }) }

  it('tell of what has changed, in a few bounded words', () => {
    const reports = new JobReports(store as never)
    jobs.push({
      ...{ jobId: 3, status: 'RUNNING', stageIds: [1, 2], submissionTime: 5 },
      description: `count\n${'x'.repeat(500)}`,
    })
    const [first] = reports.changed()
    expect(first).to.deep.include({ jobId: 3, tasksTotal: 8, tasksDone: 4, startedMs: 5 })
    expect(first?.description).to.match(/^count x{194}$/)
    expect(reports.changed()).to.deep.equal([])
    tasks.completed = 4
    expect(reports.changed().map(({ tasksDone }) => tasksDone)).to.deep.equal([8])
  })
})
