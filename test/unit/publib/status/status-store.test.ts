import { expect } from 'chai'
import { StorageLevel } from '#publib/blocks'
import { StatusStore } from '#publib/status'
import { SimSparkError } from '#publib/util'
import {
  executorAdded,
  jobEnd,
  jobStart,
  stageCompleted,
  stageSubmitted,
  taskEnd,
  taskStart,
} from './events.ts'

describe('the status store', () => {
  it('counts the tasks of a stage by how they ended', () => {
    const store = new StatusStore()
    store.record(stageSubmitted(0, 4))
    for (const id of [1, 2, 3, 4]) store.record(taskStart(0, id))
    store.record(taskEnd(0, 1))
    store.record(taskEnd(0, 2, 0, 'TASK_FAILED'))
    store.record(taskEnd(0, 3, 0, 'TASK_KILLED'))
    expect(store.stage(0)?.tasks).to.deep.equal({ total: 4, active: 1, completed: 1, failed: 1 })
    expect(store.tasks(0, 0).map(({ status }) => status)).to.deep.equal([
      ...['SUCCESS', 'FAILED', 'KILLED', 'RUNNING'],
    ])
  })

  it('tells a job’s outcome and times', () => {
    const store = new StatusStore()
    const error = new SimSparkError('TASK_FAILED', 'x')
    store.record(jobStart(3, [0], 10))
    expect(store.job(3)?.status).to.equal('RUNNING')
    store.record(jobEnd(3, 25, error))
    expect(store.job(3)?.status).to.equal('FAILED')
    expect(store.jobs()[0]).to.include({ submissionTime: 10, completionTime: 25, error })
  })

  it('keeps attempts of a stage apart and gives the last one', () => {
    const store = new StatusStore()
    store.record(stageSubmitted(0, 4))
    store.record(stageCompleted(0, 5, 'an input was lost'))
    store.record(stageSubmitted(0, 2, 6, 1))
    expect(store.stage(0)).to.include({ attemptNumber: 1, status: 'ACTIVE' })
    expect(store.stage(0, 0)).to.include({ status: 'FAILED', failureReason: 'an input was lost' })
  })

  it('measures a job by what it has to do: skipped stages and lost attempts do not count', () => {
    const store = new StatusStore()
    store.record(jobStart(0, [0, 1, 2], 0, { skipped: [0] }))
    store.record(stageSubmitted(1, 2))
    store.record(taskStart(1, 1))
    store.record(taskEnd(1, 1))
    expect(store.progress(0).tasks).to.deep.equal({ total: 4, active: 0, completed: 1, failed: 0 })
    store.record(stageCompleted(1, 0, 'an input was lost'))
    store.record(stageSubmitted(1, 1, 0, 1))
    expect(store.progress(0).tasks).to.deep.equal({ total: 4, active: 0, completed: 1, failed: 0 })
  })

  it('calls stages that a finished job did not need skipped, unless another needs them', () => {
    const store = new StatusStore()
    store.record(jobStart(0, [0, 1]))
    store.record(jobStart(1, [1, 2]))
    store.record(jobEnd(0))
    expect(store.stages().map(({ stageId, status }) => `${stageId} ${status}`)).to.deep.equal([
      ...['0 SKIPPED', '1 PENDING', '2 PENDING'],
    ])
  })

  it('forgets what is over longest and nothing that runs', () => {
    const store = new StatusStore({ jobsMax: 2, stagesMax: 2, tasksMax: 3 })
    for (let id = 0; id < 4; id++) {
      store.record(jobStart(id, []))
      if (id > 0) store.record(jobEnd(id))
      store.record(stageSubmitted(id, 1))
      store.record(taskStart(id, id))
      if (id > 0) store.record(stageCompleted(id))
    }
    store.record(jobStart(4, []))
    expect(store.jobs().map(({ jobId }) => jobId)).to.deep.equal([0, 4])
    expect(store.stages().map(({ stageId }) => stageId)).to.deep.equal([0, 3])
    for (let id = 10; id < 20; id++) store.record(taskStart(3, id))
    expect(store.tasks(3, 0).map(({ taskAttemptId }) => taskAttemptId)).to.deep.equal([17, 18, 19])
    expect(store.tasks(0, 0)).to.deep.equal([])
  })

  it('knows executors, what they run and what their process has cached', () => {
    const store = new StatusStore()
    store.record(executorAdded('w1/0', 'host-1'))
    store.record(executorAdded('w1/1', 'host-1'))
    store.record(stageSubmitted(0))
    store.record(taskStart(0, 1))
    const which = { executorId: 'host-1', blockId: 'rdd_5_0', rddId: 5, partition: 0 }
    const block = { ...which, diskBytes: 0, storageLevel: StorageLevel.MEMORY_ONLY }
    store.record({ event: 'blockUpdated', time: 0, ...block, memoryBytes: 100 })
    expect(store.executorInfos().map(info => [info.numRunningTasks, info.cachedBytes])).to.eql([
      [1, 100],
      [0, 100],
    ])
    expect(store.storage()).to.deep.equal([
      { id: 5, numCachedPartitions: 1, memoryBytes: 100, diskBytes: 0 },
    ])
    for (const executorId of ['w1/0', 'w1/1']) {
      store.record({ event: 'executorRemoved', time: 0, executorId, reason: 'gone' })
    }
    expect(store.executorInfos()).to.deep.equal([])
    expect(store.storage()).to.deep.equal([])
  })
})
