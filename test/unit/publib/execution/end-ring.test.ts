import { expect } from 'chai'
import { emptyMetrics, type TaskEnd } from '#publib/task'
import { type StageId, taskId } from '#publib/util'
import { EndRing } from '../../../../publib/execution/end-ring.ts'
import type { TaskEndedMessage } from '../../../../publib/execution/run-task.ts'
import { packMail, unpackMail } from '../../../../publib/execution/thread-messages.ts'

function ended(id: number, end: TaskEnd, result?: Uint8Array): TaskEndedMessage {
  const metrics = emptyMetrics()
  metrics.executorRunTimeMs = id / 7
  metrics.shuffleWrite.timeMs = 3
  return {
    ...{ type: 'taskEnded', taskId: taskId(id), end, result, metrics },
    ...{ accumulators: [], cacheReads: [], lostClasses: undefined },
  }
}

function plain(id: number, value: number | boolean | null | undefined): TaskEndedMessage {
  return ended(id, { kind: 'success', result: { kind: 'plain', value } })
}

/** Both ends of one. */
function ring() {
  const host = new EndRing()
  const thread = new EndRing(host.memory)
  const heard: TaskEndedMessage[] = []
  const drain = () => {
    host.drain(message => heard.push(message))
    return heard.splice(0)
  }
  return { host, thread, drain }
}

describe('the ring of ends', () => {
  it('tells the host what the thread put, in order', () => {
    const { thread, drain } = ring()
    const bytes = new Uint8Array([1, 2, 3])
    const end: TaskEnd = { kind: 'success', result: { kind: 'value', payload: -1, bytes: 3 } }
    const messages = [
      ...[0.5, true, false, null, undefined].map((value, id) => plain(id, value)),
      ended(9, end, bytes),
      ended(10, { ...end, result: { ...end.result, bytes: 0 } as never }, new Uint8Array(0)),
    ]
    for (const message of messages) expect(thread.put(message)).to.equal(true)
    expect(drain()).to.deep.equal(messages)
    expect(drain()).to.deep.equal([])
  })

  it('takes only what is small and ended well', () => {
    const { thread } = ring()
    const value: TaskEnd = { kind: 'success', result: { kind: 'value', payload: -1, bytes: 500 } }
    expect(thread.put(ended(1, value, new Uint8Array(500)))).to.equal(false)
    expect(thread.put(ended(1, { kind: 'killed', reason: 'x' }))).to.equal(false)
    const delta = { accumulatorId: 1, bytes: new Uint8Array(1) }
    expect(thread.put({ ...plain(1, 1), accumulators: [delta] })).to.equal(false)
    expect(thread.put({ ...plain(1, 1), lostClasses: ['A'] })).to.equal(false)
  })

  it('is passed by as long as the host has not heard a message', () => {
    const { host, thread, drain } = ring()
    thread.put(plain(1, 1))
    thread.notePosted()
    expect(thread.put(plain(2, 2)), 'it would overtake').to.equal(false)
    expect(drain().map(each => each.taskId)).to.deep.equal([1])
    host.noteHeard()
    expect(thread.put(plain(2, 2))).to.equal(true)
  })

  it('wakes the host once until it has heard', () => {
    const { thread, drain } = ring()
    expect([thread.mustRing(), thread.mustRing()]).to.deep.equal([true, false])
    drain()
    expect(thread.mustRing()).to.equal(true)
  })

  it('holds so many and no more, time and again', () => {
    const { thread, drain } = ring()
    for (let round = 0; round < 5; round++) {
      let count = 0
      while (thread.put(plain(count, count))) count++
      expect(count).to.equal(128)
      expect(drain().map(({ taskId: id }) => id)).to.deep.equal([...Array(128).keys()])
    }
  })
})

describe('mail to a thread', () => {
  it('comes out as it went in, tasks with their sources', () => {
    const run = (id: number, sources: readonly unknown[] = []) => {
      const numbers = { stageId: 1, stageAttempt: 2, jobId: 3, partition: id * 2, attempt: 4 }
      return { type: 'runTask', task: { taskId: id, ...numbers }, slot: id + 100, sources } as never
    }
    const drop = { type: 'dropStages', stageIds: [5 as StageId] } as const
    const source = { rddId: 7, partition: 0, fields: { a: 1 }, bytes: new Uint8Array([1]) }
    for (const messages of [
      [run(1), run(2), drop, run(3, [source]), run(4)],
      [drop],
      [run(1, [source])],
      [],
    ]) {
      const heard: unknown[] = []
      unpackMail(structuredClone(packMail(messages)), message => heard.push(message))
      expect(heard).to.deep.equal(messages)
    }
  })
})
