import { expect } from 'chai'
import { fromDriverToExecutor, fromExecutorHost } from '#publib/protocol'
import { errorToData } from '#publib/util'
import {
  ended,
  executorLinks,
  piece,
  task,
  toExecutor,
} from '../../../support/executor-messages.ts'
import { fuzzProtocol } from '../../../support/fuzz-protocol.ts'

const SEED = 20261121
const COUNT = 10_000

for (const { name, protocol, samples, sent = samples, sender } of executorLinks) {
  describe(name, () => {
    it('is taken as it was sent', () => {
      for (const { message, payloads = [] } of sent) {
        const packed = sender?.pack?.(message, payloads) ?? { header: message, payloads }
        for (const travels of [{ header: message, payloads }, packed]) {
          const header: unknown = JSON.parse(JSON.stringify(travels.header))
          const decoded = protocol.decode(header, travels.payloads)
          const plain: unknown = JSON.parse(JSON.stringify(message))
          expect(JSON.parse(JSON.stringify(decoded))).to.deep.equal({ ok: true, message: plain })
        }
      }
    })

    it(`survives ${COUNT} mutations (seed ${SEED})`, () => {
      const report = fuzzProtocol(protocol, samples, { count: COUNT, seed: SEED })
      expect(report.refusedMessages).to.be.above(100)
    })
  })
}

describe('messages of executors that are refused', () => {
  it('name a partition that is none', () => {
    for (const partition of [-1, 1.5, 2 ** 40]) {
      const tasks = [{ task: { ...task, partition }, executorId: 'w/0', sources: [] }]
      expect(fromDriverToExecutor.decode({ type: 'launchTasks', tasks }, []).ok).to.equal(false)
    }
  })

  it('name payloads that did not come, or pieces outside of the whole', () => {
    const launch = toExecutor[4]!.message
    expect(fromDriverToExecutor.decode(launch, []).ok).to.equal(false)
    const broadcast = { type: 'broadcast', broadcastId: 1, offset: 5, size: 12 }
    expect(fromDriverToExecutor.decode(broadcast, piece).ok).to.equal(false)
    const chunk = { type: 'resultChunk', taskId: 1, offset: 1, size: 8 }
    expect(fromExecutorHost.decode(chunk, piece).ok).to.equal(false)
  })

  it('hold errors that are nested too deep', () => {
    let deep: unknown = errorToData(new Error('inner'))
    for (let i = 0; i < 50; i++) deep = { ...(deep as object), cause: deep }
    const end = { kind: 'failed', error: deep, retryable: true }
    const message = { type: 'taskStatuses', started: [], ended: [{ ...ended, end }] }
    expect(fromExecutorHost.decode(message, []).ok).to.equal(false)
  })
})
