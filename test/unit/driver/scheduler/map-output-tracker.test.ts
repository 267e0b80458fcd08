import { expect } from 'chai'
import { shuffleId, taskId, workerId } from '#publib/util'
import { MapOutputTracker } from '../../../../driver/scheduler/map-output-tracker.ts'

const A = shuffleId(0)
const B = shuffleId(1)

function output(mapPartition: number, task: number, worker: string, contentHash = 'x') {
  const location = { workerId: workerId(worker), host: worker, port: 1 }
  return { mapPartition, taskId: taskId(task), location, sizes: [1], records: 1, contentHash }
}

describe('the map output tracker', () => {
  it('is complete with one output for each map, and again after one was lost and made anew', () => {
    const tracker = new MapOutputTracker()
    tracker.add(A, 2, [])
    tracker.register(A, output(0, 1, 'w1'))
    expect(tracker.isComplete(A)).to.equal(false)
    tracker.register(A, output(1, 2, 'w2'))
    expect(tracker.isComplete(A)).to.equal(true)
    expect(tracker.forgetOutput(A, 1, taskId(2))).to.equal(true)
    expect(tracker.isComplete(A)).to.equal(false)
    tracker.register(A, output(1, 3, 'w1'))
    expect(tracker.isComplete(A)).to.equal(true)
  })

  it('forgets an output only for the attempt that wrote it', () => {
    const tracker = new MapOutputTracker()
    tracker.add(A, 1, [])
    tracker.register(A, output(0, 5, 'w1'))
    expect(tracker.forgetOutput(A, 0, taskId(1))).to.equal(false)
    expect(tracker.has(A, 0)).to.equal(true)
  })

  it('raises the epoch with every change', () => {
    const tracker = new MapOutputTracker()
    tracker.add(A, 1, [])
    const epochs = [tracker.epochOf(A)]
    tracker.register(A, output(0, 1, 'w1'))
    epochs.push(tracker.epochOf(A))
    tracker.forgetWorker(workerId('w1'))
    epochs.push(tracker.epochOf(A))
    tracker.reset(A)
    epochs.push(tracker.epochOf(A))
    expect(epochs).to.deep.equal([0, 1, 2, 3])
  })

  it('loses what a worker holds of all shuffles, and nothing else', () => {
    const tracker = new MapOutputTracker()
    tracker.add(A, 2, [])
    tracker.add(B, 1, [A])
    tracker.register(A, output(0, 1, 'w1'))
    tracker.register(A, output(1, 2, 'w2'))
    tracker.register(B, output(0, 3, 'w1'))
    expect(tracker.forgetWorker(workerId('w1'))).to.equal(2)
    expect(tracker.statuses(A).map(({ mapPartition }) => mapPartition)).to.deep.equal([1])
    expect(tracker.statuses(B)).to.deep.equal([])
  })

  it('knows a run that gives another content, however long ago the first was', () => {
    const tracker = new MapOutputTracker()
    tracker.add(A, 1, [])
    expect(tracker.register(A, output(0, 1, 'w1', 'x'))).to.equal('first')
    tracker.forgetWorker(workerId('w1'))
    expect(tracker.register(A, output(0, 2, 'w1', 'x'))).to.equal('same')
    tracker.forgetWorker(workerId('w1'))
    expect(tracker.register(A, output(0, 3, 'w1', 'y'))).to.equal('different')
    tracker.reset(A)
    expect(tracker.register(A, output(0, 4, 'w1', 'z'))).to.equal('first')
  })

  it('names the shuffles that were made of another', () => {
    const tracker = new MapOutputTracker()
    tracker.add(A, 1, [])
    tracker.add(B, 1, [A])
    expect(tracker.consumersOf(A)).to.deep.equal([])
    tracker.register(B, output(0, 1, 'w1'))
    expect(tracker.consumersOf(A)).to.deep.equal([B])
  })
})
