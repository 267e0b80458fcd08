import { expect } from 'chai'
import type { ExecutorToDriver } from '#publib/protocol'
import { emptyMetrics, type TaskEnd } from '#publib/task'
import { executorId, taskId } from '#publib/util'
import type { TaskEndedMessage } from '../../../../publib/execution/run-task.ts'
import { StatusBatch } from '../../../../publib/execution/status-batch.ts'
import { FakeClock } from '../../../support/fake-clock.ts'

const MIB = 1 << 20

/** A driver's connection that takes only what the test lets it take. */
class SlowConnection {
  readonly remote = { host: 'test', port: 0 }
  readonly sent: { message: ExecutorToDriver; bytes: number }[] = []
  isOpen = true
  bufferedBytes = 0
  onClose: undefined
  onDrain: (() => void) | undefined

  send(message: ExecutorToDriver, payloads: readonly Uint8Array[] = []): void {
    const bytes = payloads.reduce((sum, payload) => sum + payload.length, 0)
    this.bufferedBytes += bytes
    this.sent.push({ message, bytes })
  }
  drain(): void {
    this.bufferedBytes = 0
    this.onDrain?.()
  }
  close(): void {}
  terminate(): void {}
}

describe('the statuses of tasks', () => {
  let clock: FakeClock
  let connection: SlowConnection
  let isHungry: boolean
  let batch: StatusBatch
  beforeEach(() => {
    clock = new FakeClock()
    connection = new SlowConnection()
    isHungry = false
    batch = new StatusBatch(clock, () => isHungry)
    batch.attach(connection)
  })

  function end(id: number, bytes: number): void {
    const result: TaskEnd = { kind: 'success', result: { kind: 'value', payload: -1, bytes } }
    const said: TaskEndedMessage = {
      ...{ type: 'taskEnded', taskId: taskId(id), end: result, result: new Uint8Array(bytes) },
      ...{ metrics: emptyMetrics(), accumulators: [], cacheReads: [] },
    }
    batch.ended({ taskId: taskId(id), executorId: executorId('w/0'), end: result }, said)
    batch.settle()
  }
  const kinds = () => connection.sent.map(({ message }) => message.type)

  it('leave together after a millisecond', async () => {
    batch.started(taskId(1))
    end(1, 10)
    end(2, 10)
    expect(kinds()).to.deep.equal([])
    await clock.pass(1)
    expect(connection.sent).to.have.length(1)
    const { message, bytes } = connection.sent[0]!
    expect(bytes).to.equal(20)
    if (message.type !== 'taskStatuses') throw new Error(message.type)
    expect(message.ended.map(({ end: how }) => how.kind === 'success' && how.result)).to.deep.equal(
      [
        { kind: 'value', payload: 0, bytes: 10 },
        { kind: 'value', payload: 1, bytes: 10 },
      ],
    )
  })

  it('leave at 64 tasks, or when an executor could have more to do, without waiting', () => {
    for (let id = 0; id < 64; id++) end(id, 1)
    expect(kinds()).to.deep.equal(['taskStatuses'])
    isHungry = true
    end(64, 1)
    expect(kinds()).to.deep.equal(['taskStatuses', 'taskStatuses'])
  })

  it('follow a large result, which goes in pieces and no faster than it is taken', () => {
    isHungry = true
    end(1, 10 * MIB)
    expect(connection.bufferedBytes).to.equal(4 * MIB)
    connection.drain()
    connection.drain()
    expect(kinds().at(-1)).to.equal('taskStatuses')
    const chunks = connection.sent.filter(({ message }) => message.type === 'resultChunk')
    expect(chunks.reduce((sum, { bytes }) => sum + bytes, 0)).to.equal(10 * MIB)
    expect(Math.max(...chunks.map(({ bytes }) => bytes))).to.be.at.most(MIB)
  })

  it('wait for a driver that comes back, large results from their beginning', () => {
    isHungry = true
    end(1, 10 * MIB)
    batch.attach(undefined)
    end(2, 1)
    const again = new SlowConnection()
    batch.attach(again)
    for (let i = 0; i < 3; i++) again.drain()
    expect(again.sent[0]!.message.type).to.equal('taskStatuses')
    const chunks = again.sent.filter(({ message }) => message.type === 'resultChunk')
    expect(chunks.reduce((sum, { bytes }) => sum + bytes, 0)).to.equal(10 * MIB)
    expect(batch.isPending).to.equal(false)
  })
})
