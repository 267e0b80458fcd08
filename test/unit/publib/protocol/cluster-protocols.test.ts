import { expect } from 'chai'
import {
  fromBlockService,
  fromDriver,
  fromMasterToDriver,
  fromMasterToWorker,
  fromWorker,
  toBlockService,
} from '#publib/protocol'
import type { Protocol } from '#publib/transport'
import { type FuzzSample, fuzzProtocol } from '../../../support/fuzz-protocol.ts'
import { hostSettings } from '../../../support/host-settings.ts'
import { chooseSeed } from '../../../support/random.ts'

const APP = 'app-20261121174300-4f2a91c0'
const EXECUTORS = { applicationId: APP, executorIds: ['worker-1/0', 'worker-1/1'] }
const HOST = { ...EXECUTORS, hostId: `${APP}:worker-1/0` }
const RUNNING = { ...HOST, port: 9000, executorsStarting: ['worker-1/2'], executorMemoryMiB: 256 }
const REGISTER_WORKER = {
  ...{ type: 'registerWorker', workerId: 'worker-1', incarnation: 1, version: '0.1.0' },
  ...{ host: '127.0.0.1', port: 7078, blockPort: 7079, cores: 2, memoryMiB: 1024 },
  ...{ epochSeen: 1, hosts: [RUNNING], applications: [APP], draining: false },
}
const REGISTER_APPLICATION = {
  ...{ type: 'registerApplication', applicationId: APP, ticket: 'abc', name: 'word count' },
  ...{ user: 'ann', version: '0.1.0', executorsWanted: 4, executorsMin: 1, executorMemoryMiB: 256 },
  ...{ executorsPerWorkerMax: 2, executorsHeld: ['worker-1/0'], uiUrl: 'http://127.0.0.1:4040/' },
  hostSettings,
}
const JOB = {
  ...{ jobId: 1, status: 'RUNNING', description: 'count at a.ts:3', tasksTotal: 4, tasksDone: 2 },
  ...{ tasksFailed: 0, startedMs: 5 },
}
const RANGE = { shuffleId: 1, mapPartition: 2, taskId: 3, start: 0, end: 4 }

const LINKS: readonly { protocol: Protocol<unknown>; name: string; samples: FuzzSample[] }[] = [
  {
    ...{ protocol: fromWorker, name: 'worker to master' },
    samples: [
      REGISTER_WORKER,
      { type: 'heartbeat', sequence: 1, busyExecutors: 2, residentBytes: 3 },
      { type: 'hostReady', ...HOST, port: 9000 },
      { type: 'executorsEnded', ...HOST, hostEnded: true, cause: 'signal', message: 'killed' },
      { type: 'launchRefused', ...EXECUTORS, message: 'no room' },
      { type: 'draining' },
    ].map(message => ({ message })),
  },
  {
    ...{ protocol: fromMasterToWorker, name: 'master to worker' },
    samples: [
      { type: 'workerRegistered', epoch: 3 },
      { type: 'workerRefused', code: 'MASTER_TOO_OLD', message: 'old' },
      {
        type: 'launchExecutors',
        ...HOST,
        applicationName: 'word count',
        executorMemoryMiB: 256,
        hostSettings,
      },
      { type: 'stopExecutors', ...EXECUTORS, reason: 'released' },
      { type: 'endApplication', applicationId: APP },
      { type: 'heartbeatSeen', sequence: 4 },
    ].map(message => ({ message })),
  },
  {
    ...{ protocol: fromDriver, name: 'driver to master' },
    samples: [
      REGISTER_APPLICATION,
      { type: 'requestExecutors', total: 4 },
      { type: 'releaseExecutors', executorIds: ['worker-1/0'] },
      { type: 'executorsLost', executorIds: ['worker-1/0'], reason: 'gone' },
      { type: 'jobSummaries', jobs: [JOB] },
      { type: 'endApplication', exitCode: 0 },
    ].map(message => ({ message })),
  },
  {
    ...{ protocol: fromMasterToDriver, name: 'master to driver' },
    samples: [
      {
        type: 'applicationRegistered',
        applicationId: APP,
        epoch: 1,
        ticket: 't',
        executorsShare: 2,
      },
      { type: 'applicationRefused', code: 'APPLICATION_REFUSED', message: 'no' },
      { type: 'applicationQueued', position: 1, reason: 'no worker' },
      {
        type: 'executorsGranted',
        hosts: [
          {
            ...{ hostId: 'h1', workerId: 'worker-1', host: '127.0.0.1', port: 9000 },
            ...{ blockPort: 7079, executorIds: ['worker-1/0'] },
          },
        ],
      },
      {
        ...{ type: 'executorsGone', executorIds: ['worker-1/0'], workerId: 'worker-1' },
        ...{ reason: 'killed', cause: 'signal' },
      },
      { type: 'workerState', workerId: 'worker-1', state: 'SUSPECT' },
    ].map(message => ({ message })),
  },
  {
    ...{ protocol: toBlockService, name: 'reader to block service' },
    samples: [
      { message: { type: 'fetchRanges', requestId: 1, applicationId: APP, ranges: [RANGE] } },
    ],
  },
  {
    ...{ protocol: fromBlockService, name: 'block service to reader' },
    samples: [
      {
        message: { type: 'rangePart', requestId: 1, index: 0, isLast: true },
        payloads: [new Uint8Array(9)],
      },
      { message: { type: 'rangeMissing', requestId: 1, index: 0, reason: 'gone' } },
    ],
  },
]

describe('the decoders of a cluster', () => {
  for (const { protocol, name, samples } of LINKS) {
    it(`take every message from ${name}`, () => {
      for (const { message, payloads } of samples) {
        expect(protocol.decode(message, payloads ?? [])).to.deep.equal({ ok: true, message })
      }
    })

    it(`never throw on 100,000 mutated frames from ${name}`, function () {
      this.timeout(60_000)
      const report = fuzzProtocol(protocol, samples, { count: 100_000, seed: chooseSeed() })
      expect(report.refusedMessages).to.be.greaterThan(10_000)
    })
  }

  const bad = (protocol: Protocol<unknown>, message: object, changes: object): string => {
    const decoded = protocol.decode({ ...message, ...changes }, [])
    return decoded.ok ? 'accepted' : decoded.reason
  }

  it('refuse cores that are none, and name the field (WSM-44, WSW-06)', () => {
    for (const cores of [-1, 1e9, 1.5, '2', 0, Number.NaN]) {
      expect(bad(fromWorker, REGISTER_WORKER, { cores })).to.match(/^registerWorker, cores: /)
    }
  })

  it('refuse numbers of executors that are none (WSM-53)', () => {
    for (const total of [-5, 2 ** 31, Number.NaN, 1.5]) {
      expect(bad(fromDriver, { type: 'requestExecutors' }, { total })).to.match(/total/)
    }
  })

  it('refuse ids that could be paths, devices or markup (WSW-11, WSW-46, WSW-56)', () => {
    const message = { type: 'endApplication' }
    for (const id of ['con', '', '*', '../x', `app-${'a'.repeat(61)}`, 'app-\u2215', 'app-a/b']) {
      expect(bad(fromMasterToWorker, message, { applicationId: id }), id).to.match(/applicationId/)
    }
    for (const workerId of ['../../etc', 'w/1', 'w'.repeat(65), 'w\u0000']) {
      expect(bad(fromWorker, REGISTER_WORKER, { workerId }), workerId).to.match(/workerId/)
    }
  })

  it('refuse fields that no protocol has (WSM-42, WSW-08)', () => {
    const launch = {
      type: 'launchExecutors',
      ...HOST,
      applicationName: 'n',
      executorMemoryMiB: 1,
      hostSettings,
    }
    expect(bad(fromMasterToWorker, launch, { script: '/tmp/evil.js' })).to.match(/script/)
  })

  it('refuse names that could begin a line of a log (WSM-65, WSM-66)', () => {
    for (const name of ['a\n2026 ERROR', 'a\u0000', 'x'.repeat(1_000_000)]) {
      expect(bad(fromDriver, REGISTER_APPLICATION, { name })).to.match(/name/)
    }
  })

  it('name an unknown type, cut (WSM-41)', () => {
    expect(bad(fromWorker, { type: 'x'.repeat(10_000) }, {}).length).to.be.at.most(123)
    expect(bad(fromWorker, { type: '__proto__' }, {})).to.not.equal('accepted')
  })

  it('refuse ranges that end before they start, or beyond any shuffle (WSW-31)', () => {
    const fetch = { type: 'fetchRanges', requestId: 1, applicationId: APP }
    for (const change of [{ start: -1 }, { start: 4 }, { end: 2 ** 53 }, { taskId: 1.5 }]) {
      const ranges = [{ ...RANGE, ...change }]
      expect(bad(toBlockService, fetch, { ranges }), JSON.stringify(change)).to.match(/ranges/)
    }
  })
})
