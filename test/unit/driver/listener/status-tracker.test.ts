import { expect } from 'chai'
import { StatusStore } from '#publib/status'
import { StatusTracker } from '../../../../driver/listener/status-tracker.ts'
import {
  jobEnd,
  jobStart,
  stageCompleted,
  stageSubmitted,
  taskStart,
} from '../../publib/status/events.ts'

describe('the status tracker', () => {
  it('finds jobs by group, by tag and by whether they run', () => {
    const store = new StatusStore()
    const tracker = new StatusTracker(store)
    store.record(jobStart(0, [], 0, { groupId: 'etl' }))
    store.record(jobStart(1, [], 0, { tags: ['hourly'] }))
    store.record(jobEnd(0))
    expect(tracker.getJobIdsForGroup('etl')).to.deep.equal([0])
    expect(tracker.getJobIdsForGroup()).to.deep.equal([1])
    expect(tracker.getJobIdsForTag('hourly')).to.deep.equal([1])
    expect(tracker.getActiveJobIds()).to.deep.equal([1])
    expect(tracker.getJobInfo(0)?.status).to.equal('SUCCEEDED')
    expect(tracker.getJobInfo(7)).to.equal(undefined)
  })

  it('gives a stage as it stood when asked', () => {
    const store = new StatusStore()
    const tracker = new StatusTracker(store)
    store.record(stageSubmitted(0, 2, 5))
    const before = tracker.getStageInfo(0)
    store.record(taskStart(0, 1))
    expect(tracker.getActiveStageIds()).to.deep.equal([0])
    store.record(stageCompleted(0, 9))
    expect(before?.tasks.active).to.equal(0)
    expect(tracker.getStageInfo(0)).to.include({ submissionTime: 5, completionTime: 9 })
    expect(tracker.getActiveStageIds()).to.deep.equal([])
  })
})
