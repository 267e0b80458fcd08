import { expect } from 'chai'
import {
  type ExecutorId,
  executorId,
  hostId,
  incarnation,
  masterEpoch,
  applicationId as toApplicationId,
  workerId,
} from '#publib/util'
import type { WorkerAction, WorkerEvent } from '../../../worker/events.ts'
import { defaultWorkerRules } from '../../../worker/site.ts'
import { WorkerState } from '../../../worker/state.ts'
import { hostSettings } from '../../support/host-settings.ts'

const applicationId = toApplicationId('app-1')
const host = hostId('app-1:worker-1/0')
const executors: readonly ExecutorId[] = [executorId('app-1/0'), executorId('app-1/1')]

/** A worker that runs a host with two executors and has lost its master. */
function workerWithoutMaster(): WorkerState {
  const worker = new WorkerState(
    { ...defaultWorkerRules, cores: 2, memoryMiB: 512 },
    { workerId: workerId('worker-1'), incarnation: incarnation(1), epochSeen: masterEpoch(0) },
    { version: '0.1.0', host: '127.0.0.1', port: 1, blockPort: 2 },
  )
  const events: readonly WorkerEvent[] = [
    { type: 'MasterConnected' },
    registered(1),
    {
      type: 'MasterSpoke',
      message: {
        ...{ type: 'launchExecutors', applicationId, applicationName: 'a', hostId: host },
        ...{ executorIds: executors, executorMemoryMiB: 256, hostSettings },
      },
    },
    {
      ...{ type: 'HostSpoke', hostId: host },
      message: { type: 'hostListening', port: 9, executorIds: executors },
    },
    { type: 'MasterDisconnected', code: 1006, reason: '' },
  ]
  for (const event of events) worker.handle(event, 0)
  return worker
}

function registered(epoch: number): WorkerEvent {
  const message = { type: 'workerRegistered', epoch: masterEpoch(epoch) } as const
  return { type: 'MasterSpoke', message }
}

const exit: WorkerEvent = { type: 'HostExited', hostId: host, code: 0, signal: null, output: '' }

/** Kinds of messages to the master, in their order. */
function told(actions: readonly WorkerAction[]): readonly string[] {
  return actions.flatMap(action => (action.type === 'SendToMaster' ? [action.message.type] : []))
}

describe('a worker that registers again', () => {
  it('tells what ended while the master took it in', () => {
    const worker = workerWithoutMaster()
    expect(told(worker.handle({ type: 'MasterConnected' }, 1))).to.deep.equal(['registerWorker'])
    expect(told(worker.handle(exit, 2))).to.deep.equal([])
    const actions = worker.handle(registered(1), 3)
    expect(told(actions)).to.deep.equal(['executorsEnded'])
    const sent = actions.find(action => action.type === 'SendToMaster')
    expect(sent).to.deep.include({ type: 'SendToMaster' })
    expect(sent?.type === 'SendToMaster' && sent.message).to.deep.include({
      executorIds: executors,
      hostEnded: true,
    })
  })

  it('does not tell twice what stands in the registration', () => {
    const worker = workerWithoutMaster()
    worker.handle({ type: 'MasterConnected' }, 1)
    worker.handle(exit, 2)
    worker.handle({ type: 'MasterDisconnected', code: 1006, reason: '' }, 3)
    const [registration] = worker.handle({ type: 'MasterConnected' }, 4)
    expect(registration?.type === 'SendToMaster' && registration.message).to.deep.include({
      hosts: [],
    })
    expect(told(worker.handle(registered(1), 5))).to.deep.equal([])
  })
})
